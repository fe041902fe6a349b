import type { Problem } from '../../function/types.ts';
import { comparisonIn } from '../comparison.ts';

/** Longest message of a problem. */
const LONGEST = 200;
const cut = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, LONGEST);

const COMPILE = /^(?:vet: )?(?:\.{0,2}\/)?(?:[^\s:]+\/)?([^\s:/]+\.go):(\d+)(?::\d+)?: (.+)$/;
/**
 * What `go build`, `go vet` and `go test` print, as problems: compile errors with their line, failed tests with expected and got where the test
 * says them, panics with the line of the code, time-outs.
 *
 * @param file name of the candidate's file; lines of other files are not given as lines
 * @example parseGoOutput('c0/solution.go:3:2: undefined: math', 'solution.go') // [{ class: 'name', message: 'undefined: math', line: 3 }]
 */
export function parseGoOutput(text: string, file: string): Problem[] {
  const problems: Problem[] = [];
  const lines = text.split('\n');
  let test: string | undefined;
  for (const [index, raw] of lines.entries()) {
    // `-test.v=test2json` marks its own lines with this character.
    const line = raw.startsWith('\u0016') ? raw.slice(1) : raw;
    const named = /^\s*(?:=== (?:RUN|CONT|NAME)|--- FAIL:)\s+(\S+)/.exec(line);
    if (named) {
      test = named[1];
      continue;
    }
    const thrown = /^(?:\s*)panic: (.+?)(?: \[recovered.*)?$/.exec(line);
    if (thrown) {
      problems.push(panicProblem(thrown[1]!, lines.slice(index), file, test));
      break; // what follows is its stack
    }
    const fatal = /^(?:runtime: goroutine stack exceeds|fatal error: )(.*)$/.exec(line);
    if (fatal) {
      problems.push(fatalProblem(line, fatal[1]!, test));
      break;
    }
    const place = COMPILE.exec(line);
    if (place && !/^\s/.test(raw)) {
      problems.push(compileProblem({ message: place[3]!, ...(place[1] === file ? { line: Number(place[2]) } : {}) }));
      continue;
    }
    const failed = /^\s+(\S+_test\.go):\d+: ?(.*)$/.exec(line);
    if (failed) problems.push(testProblem([failed[2]!, ...indentedBelow(lines, index)], test));
  }
  return unique(problems);
}

/** What the compiler says of a piece of code, by what would mend it. */
export function compileProblem({ message, line }: { message: string; line?: number }): Problem {
  const kind = classOf(message);
  return { class: kind, message: cut(message), ...(line === undefined ? {} : { line }) };
}

function classOf(message: string): Problem['class'] {
  if (/ is not in std|imported and not used|no required module|could not import/.test(message)) return 'import';
  if (message.startsWith('undefined: ') || /^\S+ undefined \(/.test(message)) return 'name';
  if (/^syntax error|expected .*, found |non-declaration statement/.test(message)) return 'syntax';
  if (/cannot use|mismatched types|cannot convert|invalid operation|not enough arguments|too many arguments|assignment mismatch|(?:too many|not enough) return values/.test(message)) return 'type';
  return 'compile';
}

function panicProblem(message: string, stack: readonly string[], file: string, test: string | undefined): Problem {
  const at = stack.map((line) => new RegExp(`[/\\s]${file.replace('.', '\\.')}:(\\d+)`).exec(line)?.[1]).find((one) => one !== undefined);
  const late = message.startsWith('test timed out');
  return { class: late ? 'timeout' : 'exception', message: cut(late ? message : `panic: ${message}`), ...(test === undefined ? {} : { call: test }), ...(at === undefined || late ? {} : { line: Number(at) }) };
}

function fatalProblem(line: string, message: string, test: string | undefined): Problem {
  const kind = /stack/.test(line) ? 'recursion' : /out of memory|cannot allocate/.test(message) ? 'memory' : 'crash';
  return { class: kind, message: cut(kind === 'recursion' ? 'stack overflow' : message), ...(test === undefined ? {} : { call: test }) };
}

/** Lines of one message that are indented more than its first. */
function indentedBelow(lines: readonly string[], from: number): string[] {
  const below: string[] = [];
  for (const line of lines.slice(from + 1)) {
    if (!/^\s{8,}\S/.test(line) || /^\s+\S+\.go:\d+:/.test(line)) break;
    below.push(line.trim());
  }
  return below;
}

function testProblem(message: readonly string[], test: string | undefined): Problem {
  const compared = comparisonIn(message);
  const first = message.find((line) => line.trim() !== '') ?? '';
  if (compared) {
    const { call = test, expected, got } = compared;
    return { class: 'wrong_answer', message: cut(message.filter((line) => line !== '').join(' ')), ...(call ? { call } : {}), expected: cut(expected), got: cut(got) };
  }
  return { class: 'wrong_answer', message: cut(first || 'the test failed'), ...(test === undefined ? {} : { call: test }) };
}

function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify(problem);
    return !seen.has(key) && Boolean(seen.add(key));
  });
}
