import type { CheckRequest, Problem, TestFile, TestFileReport } from '../../function/types.ts';
import { BUILD_MS, linesOf, withBench } from './bench.ts';
import type { RunnerLine } from './bench.ts';
import { ask } from '../reader/reader.ts';
import { parseGoOutput } from './output.ts';
import { sideEffectOf } from './screen.ts';
import { BUILD_FLAGS, MODULE } from './seed.ts';
import { readTests } from './test-files.ts';
import { asSolution } from './wave.ts';

/** Milliseconds that a test binary has beside its cases. */
const SLACK_MS = 5_000;
/** Problems that are told of one candidate. */
const MOST_PROBLEMS = 10;

/**
 * Runs a test file against each candidate with Go's own test framework, each in a process of its own. What counts is the exit code and that each
 * test of the file has passed; what is printed is for people. A candidate cannot end the process with 0: what could (`os`, `syscall`) is refused before.
 */
export async function runTests(request: Omit<CheckRequest, 'cases'> & { tests: TestFile }): Promise<TestFileReport[]> {
  const { candidates, signature, tests, caseMs } = request;
  const read = await readTests(tests.source, signature.name);
  const all = (problem: Problem): TestFileReport[] => candidates.map(({ id }) => ({ id, passed: false, ran: 0, problems: [problem] }));
  if (!read || read.problem) return all({ class: 'syntax', message: `the test file does not parse: ${read?.problem?.message ?? ''}` });
  if ((read.foreign ?? []).length > 0) {
    return all({ class: 'import', message: `the test file imports ${read.foreign!.join(', ')}: only the standard library is there` });
  }
  const refused = new Map<string, Problem>();
  for (const { id, code } of candidates) {
    const problem = await sideEffectOf(code);
    if (problem) refused.set(id, problem);
  }
  const runnable = candidates.filter(({ id }) => !refused.has(id));
  if (runnable.length === 0) return candidates.map(({ id }) => ({ id, passed: false, ran: 0, problems: [refused.get(id)!] }));
  const testMs = SLACK_MS + caseMs * Math.max(tests.examples.length, read.tests.length, 1);
  const retargeted = await Promise.all(runnable.map((_, index) => ask<{ code: string; found: boolean }>('retarget', { source: tests.source, name: signature.name, path: `${MODULE}/c${index}` })));
  const lines = await withBench(request.sandbox, request.signal, async (bench) => {
    for (const [index, { code }] of runnable.entries()) {
      bench.write(`c${index}/solution.go`, asSolution(code));
      bench.write(`c${index}/solution_test.go`, retargeted[index]?.code ?? tests.source);
    }
    const args = ['test', ...BUILD_FLAGS, '-vet=off', '-gcflags=-e', '-c', '-o', 'bin/', ...runnable.map((_, index) => `./c${index}`)];
    const jobs = runnable.map((_, index) => ({ id: `c${index}`, binary: `bin/c${index}.test`, testMs, args: ['-test.v=test2json', '-test.count=1', `-test.timeout=${testMs - 1000}ms`] }));
    return linesOf(await bench.run({ args, jobs, atOnce: 4, caseMs, timeouts: 1 }, BUILD_MS + runnable.length * testMs));
  });
  const build = lines.find((line) => line.build)?.build;
  return candidates.map(({ id }): TestFileReport => {
    const problem = refused.get(id);
    if (problem) return { id, passed: false, ran: 0, problems: [problem] };
    const index = runnable.findIndex((one) => one.id === id);
    const own = lines.find((line) => line.id === `c${index}`)?.test;
    return own ? testReport(id, own, read.tests) : { id, passed: false, ran: 0, problems: buildProblems(build, index) };
  });
}

function buildProblems(build: RunnerLine['build'], index: number): Problem[] {
  const own = (build?.output ?? '').split('\n').filter((line) => new RegExp(`^(?:\\./)?c${index}/`).test(line));
  const problems = parseGoOutput(own.join('\n'), 'solution.go');
  if (problems.length > 0) return problems.slice(0, MOST_PROBLEMS);
  return [{ class: 'compile', message: build?.late ? 'the compiler did not end in time' : (build?.output.trim().split('\n')[0] ?? 'it could not be built').slice(0, 200) }];
}

function testReport(id: string, { output, exit, late, how }: NonNullable<RunnerLine['test']>, tests: readonly string[]): TestFileReport {
  const results = [...output.replaceAll('\u0016', '').matchAll(/^--- (PASS|FAIL|SKIP): (\w+) /gm)];
  const passedTests = new Set(results.filter((match) => match[1] === 'PASS').map((match) => match[2]!));
  const failed = results.some((match) => match[1] === 'FAIL');
  const ran = new Set(results.filter((match) => match[1] !== 'SKIP').map((match) => match[2]!)).size;
  const passed = exit === 0 && !late && !failed && tests.length > 0 && tests.every((test) => passedTests.has(test));
  if (passed) return { id, passed, ran, problems: [] };
  const problems = parseGoOutput(output, 'solution.go');
  if (problems.length === 0) {
    const missing = tests.find((test) => !passedTests.has(test));
    problems.push(late ? { class: 'timeout', message: 'the tests did not end in time' } : { class: 'crash', message: exit === 0 ? `${missing ?? 'a test'} did not pass` : `the process ended (${how ?? `exit ${exit}`})` });
  }
  return { id, passed, ran, problems: problems.slice(0, MOST_PROBLEMS) };
}
