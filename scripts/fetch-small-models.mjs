#!/usr/bin/env node
// Fetches the tiny models that tests, benchmarks and the demo run on, and the library that runs them, into the user's cache; prints
// where they are. `--only smollm2|gemma` fetches one of them. With `--optional` a failure is said and no error: before the tests, which
// themselves fail or are left out for what is missing.
import { parseArgs } from 'node:util';
import { cacheDir } from '../dist/config/paths.js';
import { installLlama } from '../dist/models/local/install.js';
import { SMALL_MODEL_NAMES, fetchSmallModel } from '../dist/models/local/small-models.js';

const { values } = parseArgs({ options: { only: { type: 'string' }, optional: { type: 'boolean', default: false } } });
if (values.only !== undefined && !SMALL_MODEL_NAMES.includes(values.only)) {
  console.error(`--only takes ${SMALL_MODEL_NAMES.join(' or ')}, not '${values.only}'.`);
  process.exit(2);
}
const say = (text) => console.error(`small models: ${text}`);
try {
  await installLlama({ onProgress: say });
  for (const name of values.only ? [values.only] : SMALL_MODEL_NAMES) {
    const path = await fetchSmallModel(name, cacheDir(), (part) => say(`fetching ${part.name} ${part.version} (${part.megabytes} MB, ${part.licence})`));
    console.log(`${name}: ${path}`);
  }
} catch (error) {
  say(error.message);
  if (!values.optional) process.exitCode = 1;
}
