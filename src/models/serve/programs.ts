import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';

type Env = Record<string, string | undefined>;

/** Programs on this machine that can serve a model; absolute paths, undefined for what is not there. */
export interface Servers {
  vllm: string | undefined;
  llamaServer: string | undefined;
  /** llama.cpp's converter of snapshots as the words that start it: itself where it is on the PATH, else by the first Python there. */
  convert: string[] | undefined;
}

/** Looks for vLLM and llama.cpp on the PATH, and for llama.cpp's converter beside its server, as in a checkout. */
export async function findServers(env: Env): Promise<Servers> {
  const [vllm, llamaServer, onPath, python] = await Promise.all([which('vllm', env), which('llama-server', env), which('convert_hf_to_gguf.py', env), which('python3', env)]);
  // The server may be a link into a checkout.
  const places = llamaServer === undefined ? [] : [llamaServer, await realpath(llamaServer)];
  const beside = places.flatMap((place) => ['.', '..', '../..'].map((up) => resolve(dirname(place), up, 'convert_hf_to_gguf.py')));
  const checks = await Promise.all(beside.map(isFile));
  const script = beside.find((_, i) => checks[i]);
  // Installed, it has a Python of its own in its first line, with the libraries that it needs.
  const convert = onPath !== undefined ? [onPath] : script !== undefined && python !== undefined ? [python, script] : undefined;
  return { vllm, llamaServer, convert };
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
