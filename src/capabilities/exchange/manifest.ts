import { z } from 'zod';
import { TOOL_NAME, VERSION } from '../library/names.ts';

export const MANIFEST = 'manifest.json';
export const SIGNATURE = 'manifest.sig';
/** Folder of the tools in an archive. */
export const TOOLS = 'tools';

const sha = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256');
const version = z.string().regex(VERSION, 'expected major.minor.patch');

/** What an archive says of itself. Its bytes are signed, and with the sums of all files everything is. */
export const manifestSchema = z.strictObject({
  format: z.literal(1, 'this version of untilgreen reads format 1'),
  /** Version of the product that wrote it. */
  product: z.string().min(1),
  at: z.string().min(1),
  signer: z.strictObject({ key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'expected an Ed25519 key'), fingerprint: z.string() }),
  tools: z.array(z.strictObject({ name: z.string().regex(TOOL_NAME, 'expected snake_case of 3 to 64 characters'), version, hash: sha, history: z.array(z.strictObject({ version, hash: sha })) })).min(1, 'it holds no tool'),
  files: z.array(z.strictObject({ path: z.string().min(1), bytes: z.int().nonnegative(), sha256: sha })),
});
export type Manifest = z.output<typeof manifestSchema>;

/** Where a version of a tool lies in an archive; the current one is the tool's own folder. */
export const folderOf = (name: string, history?: string): string => (history === undefined ? `${TOOLS}/${name}` : `${TOOLS}/${name}/versions/${history}`);
