#!/usr/bin/env node
// Copies what the compiler leaves behind (Python scripts, reporters, prompts) beside the built files.
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
function* walk(directory) {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) yield* walk(path);
    else yield path;
  }
}
for (const file of walk(join(root, 'src'))) {
  if (file.endsWith('.ts') || file.includes('__pycache__')) continue;
  const target = join(root, 'dist', relative(join(root, 'src'), file));
  mkdirSync(dirname(target), { recursive: true });
  cpSync(file, target);
}
