import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';

type Env = Record<string, string | undefined>;

/** Programs on this machine that can serve a model; absolute paths, undefined for what is not there. */
export interface Servers {
  vllm: string | undefined;
  llamaServer: string | undefined;
  /** llama.cpp's converter of snapshots, and the Python that runs it. */
  convert: string | undefined;
  python: string | undefined;
}

/** Looks for vLLM and llama.cpp on the PATH, and for llama.cpp's converter beside its server, as in a checkout. */
export async function findServers(env: Env): Promise<Servers> {
  const [vllm, llamaServer, onPath, python] = await Promise.all([which('vllm', env), which('llama-server', env), which('convert_hf_to_gguf.py', env), which('python3', env)]);
  const beside = llamaServer === undefined ? [] : ['.', '..', '../..'].map((up) => resolve(dirname(llamaServer), up, 'convert_hf_to_gguf.py'));
  const checks = await Promise.all(beside.map(isFile));
  return { vllm, llamaServer, convert: onPath ?? beside.find((_, i) => checks[i]), python };
}

/** The absolute path of a program; relative entries of PATH, which mean the folder one happens to be in, are passed over. */
export async function which(name: string, env: Env): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    if ((await isFile(path)) && (await access(path, constants.X_OK).then(() => true, () => false))) return path;
  }
  return undefined;
}

const isFile = (path: string): Promise<boolean> => stat(path).then((info) => info.isFile(), () => false);
