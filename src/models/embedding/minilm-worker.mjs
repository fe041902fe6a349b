// Runs the model beside the main thread: WebAssembly blocks the thread it runs on.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

const { folder } = workerData;
const runtime = await import(pathToFileURL(join(folder, 'ort.wasm.min.mjs')).href);
runtime.env.wasm.numThreads = 1;
runtime.env.wasm.wasmBinary = await readFile(join(folder, 'ort-wasm-simd-threaded.wasm'));
runtime.env.wasm.wasmPaths = `${pathToFileURL(folder).href}/`;
const session = await runtime.InferenceSession.create(await readFile(join(folder, 'model.onnx')));

parentPort.on('message', async ({ id, ids }) => {
  try {
    const tensor = (values) => new runtime.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
    const output = await session.run({
      input_ids: tensor(ids), attention_mask: tensor(ids.map(() => 1)), token_type_ids: tensor(ids.map(() => 0)),
    });
    parentPort.postMessage({ id, hidden: output.last_hidden_state.data });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error?.message ?? error) });
  }
});
