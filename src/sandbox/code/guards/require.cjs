'use strict';
// Preloaded where a snippet uses `require` and is a module all the same: a script has these of its own, which win.
const { createRequire } = require('node:module');
const { dirname } = require('node:path');

const main = process.argv[1];
if (main) {
  Object.assign(globalThis, { require: createRequire(main), __filename: main, __dirname: dirname(main) });
}
