import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from '../../config/paths.ts';
import { UntilgreenError } from '../../core/errors.ts';
import { sha256 } from '../../core/hash.ts';
import { readGguf } from '../files/gguf.ts';
import type { FoundModel } from '../files/types.ts';
import { startGroup } from './group.ts';
import type { ServePlan } from './plan.ts';
import { failed, watched, type Watch } from './watch.ts';

/**
 * The snapshot as a GGUF file of eight bits a weight, made with llama.cpp's converter and kept in the cache until the
 * snapshot changes. A converter that is stopped leaves nothing that would be taken for a model.
 *
 * Errors: `model_server_failed` with what the converter said last, `cancelled`.
 */
export async function converted(found: FoundModel, step: NonNullable<ServePlan['convert']>, env: Record<string, string | undefined>, watch: Watch): Promise<string> {
  const stats = await Promise.all(found.facts.files.map((file) => stat(file)));
  const mark = sha256(JSON.stringify([found.path, stats.map(({ size, mtimeMs }) => [size, mtimeMs])])).slice(0, 12);
  const folder = join(cacheDir(env), 'models', 'converted');
  const file = join(folder, `${found.name.replaceAll(/[^\w.-]+/g, '-')}-${mark}-q8_0.gguf`);
  if (await stat(file).then(() => true, () => false)) return file;
  await mkdir(folder, { recursive: true });
  const half = `${file}.${process.pid}.part`;
  const group = await startGroup(step.program, step.args.map((word) => word.replace('{model}', found.path).replace('{out}', half)), env);
  try {
    const code = await watched(group, 'convert', watch, group.ended);
    if (code !== 0) throw failed('convert_hf_to_gguf.py', `ended with ${code === null ? 'a signal' : `exit code ${code}`}`, group);
    await readGguf(half);
    await rename(half, file);
    return file;
  } catch (error) {
    if (error instanceof UntilgreenError) throw error;
    throw failed('convert_hf_to_gguf.py', String(error), group);
  } finally {
    await group.stop();
    await rm(half, { force: true });
  }
}
