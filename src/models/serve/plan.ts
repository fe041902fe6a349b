import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import type { FoundModel } from '../files/types.ts';
import { findServers, which } from './programs.ts';

/** How a model is to be served. `{model}` and `{port}` in the arguments stand for what is known when it starts. */
export interface ServePlan {
  /** `vLLM`, `llama.cpp`, or the program that was named. */
  server: string;
  program: string;
  args: string[];
  /** The snapshot is made into a GGUF file first. */
  convert?: { program: string; args: string[] };
}

const VLLM_ARGS = ['serve', '{model}', '--host', '127.0.0.1', '--port', '{port}'];
const LLAMA_ARGS = ['-m', '{model}', '--host', '127.0.0.1', '--port', '{port}'];

/**
 * Which server loads a model, and how: the one that was named, else vLLM for snapshots, else llama.cpp, which has snapshots
 * converted first.
 *
 * Errors: `model_incompatible` with what is missing and what to install; `usage` for a `--server` that is not there.
 *
 * @param server  `--server`: a program that takes `serve DIR --host H --port N` as vLLM does; with `{model}` and `{port}` among its words any other
 */
export async function planServer(found: FoundModel, env: Record<string, string | undefined>, server?: string): Promise<ServePlan> {
  if (found.facts.unfit !== undefined) throw unfit(found);
  if (server !== undefined) return named(server, env);
  const { vllm, llamaServer, convert } = await findServers(env);
  if (found.kind === 'gguf') {
    if (llamaServer !== undefined) return { server: 'llama.cpp', program: llamaServer, args: LLAMA_ARGS };
    throw new UntilgreenError('model_incompatible', `There is no llama-server on the PATH that could serve ${found.name}.`, { path: found.path }, 'Install llama.cpp, or name a server with --server.');
  }
  if (vllm !== undefined) return { server: 'vLLM', program: vllm, args: VLLM_ARGS };
  const why = await whyNotConverted(found, llamaServer, convert);
  const [program, ...script] = convert ?? [];
  if (why === undefined && llamaServer !== undefined && program !== undefined) {
    return { server: 'llama.cpp', program: llamaServer, args: LLAMA_ARGS, convert: { program, args: [...script, '{model}', '--outtype', 'q8_0', '--outfile', '{out}'] } };
  }
  throw new UntilgreenError(
    'model_incompatible',
    `${found.name} is a snapshot, which is loaded by a server: vLLM is not on the PATH, and ${why}.`,
    { path: found.path, vllm, llamaServer, convert },
    'Install vLLM (`pip install vllm`) or llama.cpp, name a server with --server, or take the model as GGUF (`untilgreen models get`), which needs no server.',
  );
}

/** Why llama.cpp cannot have this snapshot, as the end of a sentence. */
async function whyNotConverted(found: FoundModel, llamaServer: string | undefined, convert: readonly string[] | undefined): Promise<string | undefined> {
  if (llamaServer === undefined) return 'llama.cpp (llama-server) is not either';
  if (convert === undefined) return 'llama.cpp has no convert_hf_to_gguf.py beside its llama-server or on the PATH (or there is no python3 for it)';
  const code = await codeIn(found.path);
  if (code !== undefined) return `llama.cpp's converter is not let near a model that brings code (${code})`;
  return undefined;
}

/** What of a snapshot would be run: llama.cpp's converter has its tokenizer loaded with `trust_remote_code=True`. */
async function codeIn(folder: string): Promise<string | undefined> {
  const names = await readdir(folder);
  const script = names.find((name) => name.endsWith('.py'));
  if (script !== undefined) return script;
  for (const name of ['tokenizer_config.json', 'config.json']) {
    if (names.includes(name) && (await hasKey(join(folder, name), 'auto_map'))) return `auto_map in ${name}`;
  }
  return undefined;
}

/** Whether a file is JSON with a key, in whatever spelling; one that is no JSON counts as having it. */
async function hasKey(path: string, key: string): Promise<boolean> {
  const text = await readFile(path, 'utf8');
  try {
    return Object.hasOwn(JSON.parse(text) as object, key);
  } catch {
    return true;
  }
}

async function named(server: string, env: Record<string, string | undefined>): Promise<ServePlan> {
  const [first, ...rest] = wordsOf(server);
  if (first === undefined) throw new UntilgreenError('usage', '--server is empty.', {}, 'Give a program that serves a folder as vLLM does, or a command with {model} and {port}.');
  const program = isAbsolute(first) || first.includes('/') ? resolve(first) : await which(first, env);
  if (program === undefined) throw new UntilgreenError('usage', `--server ${first}: there is no such program on the PATH.`, { server }, 'Give its path.');
  const whole = rest.some((word) => word.includes('{model}'));
  if (whole && !rest.some((word) => word.includes('{port}'))) throw new UntilgreenError('usage', `--server ${server}: {port} is missing.`, { server }, 'Say where its port goes: --port {port}.');
  return { server: first, program, args: whole ? rest : [...rest, ...VLLM_ARGS] };
}

/** Words as a shell would split them, quotes included; nothing else of a shell is done. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) => double ?? single ?? plain ?? '');
}

/** `model_incompatible` for a model whose files are whole and which cannot generate text. */
export function unfit(found: FoundModel): UntilgreenError {
  return new UntilgreenError('model_incompatible', `${found.name} cannot be used: ${found.facts.unfit}.`, { path: found.path }, 'Take a model that writes text; `untilgreen models get` lists some.');
}
