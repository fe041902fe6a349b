import { posix } from 'node:path';
import type { TestResult } from '../types.ts';
import { comparisonIn } from './comparison.ts';
import { inWorkspace } from './compile-errors.ts';
import type { Place } from './compile-errors.ts';

/** Lines of one message that are kept. */
const MOST_LINES = 30;
/** Characters of a value that was compared. */
const LONGEST = 600;

const PLACED = /^\s+([^\s:]+\.go):(\d+): ?(.*)$/;
const FRAME = /^\t(\/\S+\.go):(\d+)(?: \+0x[0-9a-f]+)?$/;

type Failure = Pick<TestResult, 'message' | 'errorClass' | 'expected' | 'got' | 'frames' | 'line'>;

/**
 * What a failed test printed, as a failure: the message with its line, what was expected and what came where the test says it, the frames of a panic.
 *
 * @param folder of the package: a test names its files without it
 */
export function failureIn(lines: readonly string[], folder: string, place: Place): Failure {
  const panicked = lines.findIndex((line) => /^\s*(panic: |fatal error: |runtime: goroutine stack exceeds)/.test(line));
  if (panicked >= 0) return panic(lines.slice(panicked), place);
  const blocks = blocksOf(lines);
  const said = blocks.find((block) => comparisonIn(block.lines)) ?? blocks.at(-1);
  const message = (blocks.length ? blocks.flatMap((block) => block.lines) : lines).map((line) => line.trimEnd()).filter((line) => line.trim() !== '').slice(0, MOST_LINES).join('\n');
  const compared = said && comparisonIn(said.lines);
  const file = said && posix.join(folder, said.file);
  return {
    ...(message === '' ? {} : { message }),
    errorClass: 'AssertionError',
    ...(compared ? { expected: compared.expected.slice(0, LONGEST), got: compared.got.slice(0, LONGEST) } : {}),
    ...(said && file !== undefined ? { line: said.line, frames: [{ file, line: said.line }] } : {}),
  };
}

interface Block {
  file: string;
  line: number;
  lines: string[];
}

/** Lines of testify's block that say what is known anyway. */
const KNOWN = /^(Error Trace|Test):\s/;

/** `    a_test.go:7: message` with the lines below that are indented more. */
function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (const line of lines) {
    const placed = PLACED.exec(line);
    if (placed) blocks.push({ file: placed[1]!, line: Number(placed[2]), lines: [placed[3]!] });
    else if (/^\s{8,}/.test(line) && !KNOWN.test(line.trim())) blocks.at(-1)?.lines.push(line.trim());
  }
  return blocks;
}

function panic(lines: readonly string[], place: Place): Failure {
  const late = /panic: test timed out/.test(lines[0]!);
  const frames = lines.flatMap((line) => {
    const match = FRAME.exec(line);
    const file = match ? inWorkspace(match[1]!, place) : undefined;
    return file === undefined ? [] : [{ file, line: Number(match![2]) }];
  });
  const message = lines[0]!.trim().replace(/ \[recovered.*\]$/, '');
  const stack = /stack/.test(message) && message.startsWith('runtime:');
  return { message: stack ? 'stack overflow' : message, errorClass: late ? 'Timeout' : 'Panic', ...(frames.length ? { frames: frames.slice(0, 20) } : {}) };
}
