// Shared by the three reporters. Runs in the test runner's own process; the settings come by standard input, which can
// be read once, so that neither the environment nor the command line shows the nonce to the code under test.
import { openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, stripVTControlCharacters } from 'node:util';

const settings = JSON.parse(readFileSync(0, 'utf8'));
const root = resolve(settings.root);
// The host holds the same file open: once its name is gone, no path leads to it.
const report = openSync(resolve(settings.file), 'a');
unlinkSync(resolve(settings.file));
let sequence = 0;

/** Appends one record; the host accepts only unbroken sequences that carry the nonce. */
export function record({ kind, ...fields }) {
  writeSync(report, `${JSON.stringify({ n: settings.nonce, i: sequence, k: kind, ...fields })}\n`);
  sequence += 1;
}

/** The path relative to the workspace, or undefined outside of it. */
export function inWorkspace(path) {
  if (!path) return undefined;
  const absolute = path.startsWith('file:') ? fileURLToPath(path) : resolve(path);
  const inside = relative(root, absolute).split(sep).join('/');
  return inside === '' || inside.startsWith('..') ? undefined : inside;
}

const LOCATION = /(?:\(|at |@|^)((?:file:\/\/)?\/[^()\s][^()]*?):(\d+)(?::\d+)?\)?\s*$/;

/** Frames of a stack that lie in the project, innermost first. */
export function framesOf(stack) {
  const frames = [];
  for (const line of String(stack ?? '').split('\n')) {
    const found = LOCATION.exec(line.trim());
    const file = found && inWorkspace(found[1]);
    if (file && !file.includes('node_modules/') && !file.startsWith('.untilgreen-')) frames.push({ file, line: Number(found[2]) });
    if (frames.length === 20) break;
  }
  return frames;
}

/** A value as a person would write it, short enough for a prompt. */
export function shown(value) {
  const text = typeof value === 'string' ? value : inspect(value, { depth: 6, breakLength: 100, maxArrayLength: 50, maxStringLength: 1000 });
  return clipped(text, 2000);
}

export function clipped(text, limit = 4000) {
  const plain = stripVTControlCharacters(String(text ?? ''));
  return plain.length > limit ? `${plain.slice(0, limit)} …` : plain;
}
