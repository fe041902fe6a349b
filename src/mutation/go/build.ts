import { rmSync } from 'node:fs';
import { chown, mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import { environmentFor, missingGo, type GoEnvironment } from '../../languages/go/environment.ts';
import { ask } from '../../languages/go/reader/reader.ts';
import type { RelativePath } from '../../workspace/types.ts';
import type { Mutation, Place } from '../types.ts';
import { callsFile, casesFile, stateFile, type Call } from './harness.ts';
import { packageOf, withoutMark } from './package.ts';

/** Milliseconds of compiling, the standard library with an empty cache among them. */
const COMPILE_MS = 500_000;
/** Each time what the compiler refuses is left out; more errors show only when the first are gone. */
const ATTEMPTS = 6;

/** A test binary that holds the present code and mutants of one file. */
export interface Build {
  /** Absolute, the same inside the sandbox. */
  binary: string;
  folder: string;
  environment: GoEnvironment;
  marks: number[][];
  mutants: ReadonlySet<number>;
  /** Those that do not compile, or cannot be told in this way. */
  invalid: ReadonlySet<number>;
  cases: ReadonlySet<number>;
}

export interface Wanted {
  mutations: readonly Mutation[];
  /** Calls to be made, by number; none where tests are run. */
  cases?: ReadonlyMap<number, Call>;
  /** Test files of the project that are compiled in; all others are left out. */
  tests?: readonly RelativePath[];
  /** Mutants that were refused before; those of this build are added. */
  invalid?: Set<number>;
}

interface Schemata {
  source: string;
  marks: number[][];
  unfit: number[];
}

const folders = new Set<string>();
process.once('exit', () => folders.forEach(discard));

/** Drops the files of a build. */
export function discard(folder: string): void {
  folders.delete(folder);
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Compiles the package with one file in the place of the one under test. Nothing is written into the project: the go command is given an
 * overlay. Nothing of the project runs, and this alone may write the cache.
 *
 * @returns `problem`: the compiler's first words, where it is not a mutant or a case that is at fault
 * @throws `sandbox_error` where there is no Go, or the sandbox could not start; `cancelled`
 */
export async function build(place: Place, { mutations, cases, tests = [], invalid = new Set() }: Wanted): Promise<Build | { problem: string }> {
  const { bench } = place;
  const known = await packageOf(place);
  const environment = await environmentFor(bench).catch((thrown: unknown) => {
    const { problem, next } = missingGo(thrown);
    throw new UntilgreenError('sandbox_error', problem, {}, next, { cause: thrown });
  });
  const folder = await mkdtemp(join(tmpdir(), 'untilgreen-go-'));
  folders.add(folder);
  await mkdir(join(folder, 'out'));
  const owner = await stat(bench.root);
  if (process.getuid?.() === 0) for (const path of [folder, join(folder, 'out')]) await chown(path, owner.uid, owner.gid);
  let left = mutations.filter(({ id }) => !invalid.has(id));
  let calls = new Map(cases);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const written = await ask<Schemata>('schemata', { source: withoutMark(place.source), mutants: left.map(({ id, begin, end, text }) => ({ id, begin, end, text })) });
    if (!written) return { problem: 'it is too much to read' };
    for (const id of written.unfit) invalid.add(id);
    left = left.filter(({ id }) => !invalid.has(id));
    const overlay: Record<string, string> = {};
    const put = async (path: RelativePath, text: string): Promise<void> => {
      const file = join(folder, path.replaceAll('/', '_'));
      await writeFile(file, text);
      overlay[`${bench.mountAt}/${path}`] = file;
    };
    const beside = (name: string): RelativePath => [known.folder, name].filter(Boolean).join('/');
    await put(place.path, written.source);
    await put(beside('zz_untilgreen_state.go'), stateFile(known.package, written.marks.length));
    for (const path of known.testFiles) if (!tests.includes(path)) overlay[`${bench.mountAt}/${path}`] = '';
    if (cases) {
      await put(beside('zz_untilgreen_calls_test.go'), callsFile(known.package));
      await put(beside('zz_untilgreen_cases_test.go'), casesFile(calls, known));
    }
    await writeFile(join(folder, 'overlay.json'), JSON.stringify({ Replace: overlay }));
    const result = await compile(place, environment, folder, known.folder);
    if (result.exitCode === 0) return { binary: join(folder, 'out', 'test'), folder, environment, marks: written.marks, mutants: new Set(left.map(({ id }) => id)), invalid, cases: new Set(calls.keys()) };
    const said = result.stderr + result.stdout;
    const [badMutants, badCases] = ['mutant', 'case'].map((kind) => new Set([...said.matchAll(new RegExp(`untilgreen_${kind}_(\\d+)\\.go:`, 'g'))].map((match) => Number(match[1]))));
    if (badMutants!.size === 0 && badCases!.size === 0) {
      discard(folder);
      return { problem: said.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#'))?.trim().slice(0, 300) ?? `the compiler ended with ${result.status}` };
    }
    for (const id of badMutants!) invalid.add(id);
    left = left.filter(({ id }) => !invalid.has(id));
    calls = new Map([...calls].filter(([number]) => !badCases!.has(number)));
  }
  discard(folder);
  return { problem: 'its mutants cannot be compiled together' };
}

async function compile({ bench, sandbox, signal }: Place, { go, env, mounts, cache }: GoEnvironment, folder: string, cwd: RelativePath): Promise<{ exitCode: number | null; status: string; stdout: string; stderr: string }> {
  const result = await sandbox.run({
    argv: [go.program, 'test', '-c', '-vet=off', '-gcflags=-e', '-ldflags=-s -w', `-overlay=${folder}/overlay.json`, '-o', `${folder}/out/test`, '.'],
    workspace: bench.root,
    mountAt: bench.mountAt,
    cwd,
    env,
    mounts: [...bench.mounts, ...mounts.filter((mount) => mount.target !== cache.target), { ...cache, writable: true }, { source: folder, target: folder, writable: true }],
    network: 'none',
    limits: { wallMs: COMPILE_MS, memoryBytes: 4 * 2 ** 30, diskBytes: 4 * 2 ** 30, outputBytes: 8 * 2 ** 20 },
    ...(signal ? { signal } : {}),
  });
  signal?.throwIfAborted();
  if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', result.error ?? 'The sandbox could not start Go.');
  return result;
}
