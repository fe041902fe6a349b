import type { FunctionLanguageName } from '../../languages/function/types.ts';
import type { SuiteTask } from './types.ts';

/** Stands in for the assertion library that Go tasks import, which may not be on the machine: the part of it that they use. */
const GO_ASSERT = `
type hiddenAssert struct{ t *testing.T }

func newHiddenAssert(t *testing.T) hiddenAssert { return hiddenAssert{t} }

func (a hiddenAssert) Equal(expected, actual any, _ ...any) bool {
	a.t.Helper()
	if x, ok := expected.([]byte); ok {
		y, same := actual.([]byte)
		if !same || !bytes.Equal(x, y) {
			a.t.Fatalf("expected %v, got %v", expected, actual)
		}
		return true
	}
	if !reflect.DeepEqual(expected, actual) {
		a.t.Fatalf("expected %v, got %v", expected, actual)
	}
	return true
}
`;

/**
 * Tests of a HumanEval row as a test file of the language, which the language's own runner can run.
 *
 * @param around the prompt and what else stands before the tests: in Go their imports are among its own
 */
export function hiddenTests({ lang, fn, test, around = '' }: { lang: FunctionLanguageName; fn: string; test: string; around?: string }): SuiteTask['hidden'] {
  switch (lang) {
    case 'python':
      // Some tests call helpers that stand in the prompt beside the function.
      return { name: 'test_hidden.py', source: `from solution import *\nfrom solution import ${fn}\n${test.trimEnd()}\n\n\ndef test_hidden():\n    check(${fn})\n` };
    case 'javascript':
      return { name: 'hidden.test.mjs', source: `import test from 'node:test';\nimport { ${fn} } from './solution.mjs';\n\ntest('hidden', () => {\n${test.trim()}\n});\n` };
    case 'typescript':
      return { name: 'hidden.test.ts', source: `import hidden from 'node:test';\nimport assert from 'node:assert';\nimport { ${fn} } from './solution.ts';\n\nhidden('hidden', () => {\n${withoutLines(test, /^\s*(declare var require|(const|let|var) assert\b.*require\()/)}\n});\n` };
    case 'go':
      return { name: 'hidden_test.go', source: `package solution\n\nimport (\n${goImports(test, around).map((path) => `\t"${path}"\n`).join('')})\n${GO_ASSERT}\n${test.trim().replaceAll('assert.New(t)', 'newHiddenAssert(t)')}\n` };
  }
}

/** What the stand-in needs, and packages imported around the tests that they use. */
function goImports(test: string, around: string): string[] {
  const imported = [...around.matchAll(/^\s*(?:import\s+)?"([\w/]+)"\s*$/gm)].map(([, path]) => path!);
  const used = imported.filter((path) => new RegExp(`\\b${path.split('/').at(-1)!}\\.\\w`).test(test));
  return [...new Set(['bytes', 'reflect', 'testing', ...used])].toSorted();
}

const withoutLines = (text: string, pattern: RegExp): string => text.trim().split('\n').filter((line) => !pattern.test(line)).join('\n');

/**
 * Tests that compare with a reference on many inputs. An input on which the reference itself fails proves nothing and is passed over.
 *
 * @param row the row as it stands in its file, with `base_input`, `plus_input`, `atol` and `canonical_solution`: Python reads its numbers
 * (infinite, or of any length) as they are
 */
export function mbppTests(fn: string, row: string): SuiteTask['hidden'] {
  return {
    name: 'test_hidden.py',
    source: `import copy
import json
from solution import ${fn}

ROW = json.loads(${JSON.stringify(row)})
REFERENCE = {}
exec(ROW["canonical_solution"], REFERENCE)


def same(got, want):
    if isinstance(want, float) and isinstance(got, (int, float)):
        return got == want or (got != got and want != want) or abs(got - want) <= max(ROW.get("atol") or 1e-6, 1e-6 * abs(want))
    if isinstance(want, (list, tuple)) and isinstance(got, (list, tuple)):
        return len(got) == len(want) and all(same(g, w) for g, w in zip(got, want))
    if isinstance(want, dict) and isinstance(got, dict):
        return got.keys() == want.keys() and all(same(got[key], want[key]) for key in want)
    return got == want


def test_hidden():
    for inputs in ROW["base_input"] + ROW.get("plus_input", []):
        try:
            want = REFERENCE[${JSON.stringify(fn)}](*copy.deepcopy(inputs))
        except Exception:
            continue
        got = ${fn}(*copy.deepcopy(inputs))
        assert same(got, want), (inputs, got, want)
`,
  };
}
