import { ask, isUnparsable } from '../../languages/python/service.ts';
import type { Case, Law, ObservedCase, Outcome, Place, Target } from '../types.ts';
import { guessedLaws, isTelling } from './laws.ts';
import { moduleOf } from './worker.ts';

/** Examples of one test: the same ones each time, few enough to run on many mutants. */
const SETTLED = '@settings(derandomize=True, max_examples=50, deadline=None)';
const tried = (seed: number): string => `@seed(${seed})\n@settings(max_examples=100, deadline=None, database=None)`;

type Observe = (place: Place, cases: readonly Case[], targets: readonly Target[], seed: number) => Promise<{ outcomes: Map<string, Outcome> }>;

/** An expression that fails where the project's tests cannot import hypothesis; the import itself would take longer than one call may. */
const INSTALLED = "lambda: __import__('importlib.util').util.find_spec('hypothesis').name";

/** The laws that hold on all made inputs, tried in the sandbox. */
export async function heldLaws(place: Place, targets: readonly Target[], cases: readonly ObservedCase[], observe: Observe): Promise<{ laws: Law[]; problem?: string }> {
  const guesses = guessedLaws(targets, cases).filter(({ tried: inputs }) => isTelling(inputs.length));
  if (guesses.length === 0) return { laws: [] };
  const asked: Case = { id: 'installed', function: INSTALLED, arguments: [] };
  const tries = guesses.flatMap(({ check, tried: inputs }, law) => inputs.map((texts, at): Case => ({ id: `${law}.${at}`, function: check, arguments: texts.map((text) => ({ text })) })));
  const callable = [INSTALLED, ...guesses.map(({ check }) => check)].map((name): Target => ({ ...targets[0]!, name, kind: 'function', async: false }));
  const { outcomes } = await observe(place, [asked, ...tries], callable, 1);
  const laws = guesses.filter(({ tried: inputs }, law) => inputs.every((_texts, at) => outcomes.get(`${law}.${at}`)?.['text'] === 'True'));
  return outcomes.get('installed')?.kind === 'value' || laws.length === 0 ? { laws } : { laws, problem: 'hypothesis is not installed for the tests of the project' };
}

/** A file with one `@given` test a law. With `seed` each run draws other values than the file that is kept. */
export function renderLaws(place: Pick<Place, 'path' | 'files'>, laws: readonly Law[], seed?: number): string {
  const { module } = moduleOf(place.path, place.files)!;
  const names = [...new Set(laws.flatMap(({ functions }) => functions))].sort();
  const tests = laws.map(({ test, says, given, expression }) => [
    seed === undefined ? SETTLED : tried(seed),
    `@given(${given.map(({ name, strategy }) => `${name}=${strategy}`).join(', ')})`,
    `def ${test}(${given.map(({ name }) => name).join(', ')}):`, `    """${sentence(says)}"""`, `    assert ${expression}`, '',
  ].join('\n'));
  return [
    `"""Laws that ${module} obeys at present, found by \`untilgreen test generate\`.`, '', 'Each held on all inputs that were made. A failing test says that the behaviour changed, not that the new one is wrong.', '"""', '',
    `from hypothesis import given, ${seed === undefined ? '' : 'seed, '}settings`, 'from hypothesis import strategies as st', '', `from ${module} import ${names.join(', ')}`, '', '', tests.join('\n\n'),
  ].join('\n');
}

const sentence = (says: string): string => `${says.charAt(0).toUpperCase()}${says.slice(1)}.`;

/** A Python file without some of its test functions; undefined where what is left does not parse. */
export async function withoutTests(text: string, tests: ReadonlySet<string>): Promise<string | undefined> {
  if (tests.size === 0) return text;
  const read = await ask<{ targets: Target[] }>('targets', text);
  if (!read || isUnparsable(read)) return undefined;
  const lines = text.split('\n');
  for (const { name, line, end } of read.targets) if (tests.has(name)) for (let at = line - 1; at < end; at += 1) lines[at] = '\0';
  const left = `${lines.filter((line) => line !== '\0').join('\n').replaceAll(/\n{4,}/g, '\n\n\n').trimEnd()}\n`;
  const again = await ask<{ targets: Target[] }>('targets', left);
  return again && !isUnparsable(again) ? left : undefined;
}
