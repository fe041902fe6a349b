import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { refactored } from './small-projects.prop.ts';

// The first run on a machine builds the program and reads the standard library.
vi.setConfig({ testTimeout: 300_000 });

const FILES = {
  'kit/kit.go': `// Package kit is a kit.
package kit

import (
	"fmt"
	"sort"
	"strings"
)

// Limit is the most.
const Limit = 3

// Part is a part.
type Part struct{ Name string }

// Label names it.
func (p Part) Label() string { return strings.ToUpper(p.Name) }

// Sorted puts parts in order.
func Sorted(parts []Part) []Part {
	sort.Slice(parts, func(i, j int) bool { return parts[i].Name < parts[j].Name })
	return parts
}

// Total counts.
func Total(parts []Part) string {
	return fmt.Sprint(min(len(parts), Limit), Sorted(parts)[0].Label())
}
`,
  'kit/kit_test.go': 'package kit_test\n\nimport (\n\t"fmt"\n\n\t"example.com/calc/kit"\n)\n\nfunc ExampleTotal() {\n\tfmt.Println(kit.Total([]kit.Part{{Name: "a"}}))\n\t// Output: 1 A\n}\n',
  'main.go': 'package main\n\nimport "example.com/calc/kit"\n\nfunc main() { println(kit.Total(nil), kit.Limit, kit.Part{Name: "x"}.Label()) }\n',
};

/** Short, because gofmt breaks a function of one line that grows beyond 100 letters, and does not put it together again. */
const letters = fc.string({ unit: fc.constantFrom(...'abcdefgh'), minLength: 3, maxLength: 5 });

/** Top-level declarations of a file, without order. */
const declared = (text: string): string[] => text.split(/\n\n(?=\/\/ |func |type |const )/).slice(1).map((one) => one.trim()).toSorted();

describe('there and back in Go', () => {
  it('a symbol that is renamed and renamed back leaves every byte as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('Limit', 'Part', 'Part.Name', 'Part.Label', 'Sorted', 'Total', 'Sorted.parts'), letters, async (symbol, word) => {
        const parts = symbol.split('.');
        const old = parts.at(-1)!;
        const to = `${/^[A-Z]/.test(old) ? 'Zz' : 'zz'}${word}`;
        const there = await refactored(FILES, { kind: 'rename', path: 'kit/kit.go', symbol, to });
        expect(there.files['kit/kit.go']).toContain(to);
        const back = await refactored(there.files, { kind: 'rename', path: 'kit/kit.go', symbol: [...parts.slice(0, -1), to].join('.'), to: old });
        expect(back.files).toEqual(FILES);
      }),
      { numRuns: 12 },
    );
  });

  it('a package that moves and moves back leaves every byte as it was', async () => {
    await fc.assert(
      fc.asyncProperty(letters, fc.boolean(), async (word, deep) => {
        const to = `${deep ? 'internal/' : ''}zz${word}`;
        const there = await refactored(FILES, { kind: 'move_module', from: 'kit', to });
        expect(Object.keys(there.files)).toContain(`${to}/kit.go`);
        expect((await refactored(there.files, { kind: 'move_module', from: to, to: 'kit' })).files).toEqual(FILES);
      }),
      { numRuns: 6 },
    );
  });

  it('what is split off and merged again is the same but for the order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(['Limit', 'Part', 'Sorted', 'Total'], { minLength: 1, maxLength: 3 }), async (symbols) => {
        const split = await refactored(FILES, { kind: 'split_module', path: 'kit/kit.go', parts: [{ to: 'kit/other.go', symbols }] });
        expect(split.files['kit/other.go']).toBeDefined();
        const { files } = await refactored(split.files, { kind: 'merge_modules', from: ['kit/other.go', 'kit/kit.go'], into: 'kit/kit.go' });
        expect(declared(files['kit/kit.go']!)).toEqual(declared(FILES['kit/kit.go']));
        expect({ ...files, 'kit/kit.go': '' }).toEqual({ ...FILES, 'kit/kit.go': '' });
      }),
      { numRuns: 8 },
    );
  });

  it('symbols that move to another package and back are the same but for the order', async () => {
    const there = await refactored(FILES, { kind: 'move_symbols', from: 'kit/kit.go', symbols: ['Part', 'Sorted'], to: 'parts/parts.go' });
    expect(there.files['kit/kit.go']).toContain('parts2 "example.com/calc/parts"');
    expect(there.files['main.go']).toContain('parts.Part{Name: "x"}.Label()');
    const back = await refactored(there.files, { kind: 'move_symbols', from: 'parts/parts.go', symbols: ['Part', 'Sorted'], to: 'kit/kit.go' });
    expect(declared(back.files['kit/kit.go']!)).toEqual(declared(FILES['kit/kit.go']));
    expect({ ...back.files, 'kit/kit.go': '' }).toEqual({ ...FILES, 'kit/kit.go': '' });
  });
});
