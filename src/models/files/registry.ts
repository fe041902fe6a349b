import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import { killPoint } from '../../core/killpoint.ts';
import { modelsDir } from './places.ts';

type Env = Record<string, string | undefined>;

/** A model that the user named (`untilgreen models add`). */
export interface Registered {
  name: string;
  /** Absolute. */
  path: string;
  /** ISO 8601. */
  added: string;
}

/** A file for each entry: two commands at once lose nothing of one another, and one that is killed leaves the others whole. */
const folderOf = (env: Env) => join(modelsDir(env), 'registered');
const fileOf = (env: Env, name: string) => join(folderOf(env), `${encodeURIComponent(name)}.json`);

/** All registered models by name. Entries that cannot be read are left out: `models add` writes them anew. */
export async function registered(env: Env): Promise<Registered[]> {
  const files = await readdir(folderOf(env)).catch(() => []); // nothing was registered yet
  const entries = await Promise.all(files.filter((file) => file.endsWith('.json')).map((file) => readEntry(join(folderOf(env), file))));
  return entries.filter((entry) => entry !== undefined).toSorted((a, b) => a.name.localeCompare(b.name));
}

async function readEntry(file: string): Promise<Registered | undefined> {
  try {
    const entry = JSON.parse(await readFile(file, 'utf8')) as Partial<Registered>;
    return typeof entry.name === 'string' && typeof entry.path === 'string' ? { name: entry.name, path: entry.path, added: String(entry.added) } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Registers a path under a name, in place of what had the name before. After a kill the old entry or the new one is there.
 *
 * @throws `usage` for a name that no command line could give back
 */
export async function register(env: Env, name: string, path: string): Promise<void> {
  if (!/^[\w.:@+-]([\w .:@+/-]{0,98}[\w.:@+-])?$/.test(name) || /^[-.]/.test(name)) {
    throw new UntilgreenError('usage', `'${name}' cannot be the name of a model.`, { name }, 'Use letters, digits and . _ : @ + -, within it also / and spaces (at most 100, not a dot or dash first).');
  }
  await mkdir(folderOf(env), { recursive: true });
  const file = fileOf(env, name);
  const half = `${file}.${process.pid}.tmp`;
  const handle = await open(half, 'w');
  try {
    await handle.writeFile(`${JSON.stringify({ name, path, added: new Date().toISOString() } satisfies Registered)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  killPoint('models.add.rename');
  await rename(half, file);
}

/** Takes an entry away; the model's files stay. False when there is none of that name. */
export async function unregister(env: Env, name: string): Promise<boolean> {
  return rm(fileOf(env, name)).then(() => true, (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return false;
    throw error;
  });
}
