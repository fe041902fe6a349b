import { describe, expect, it } from 'vitest';
import type { GoPackage } from './package.ts';
import { goWriter, importsFor, shapeFor, typed } from './values.ts';

const known: GoPackage = {
  package: 'shop', imports: [{ name: 'ordered', path: 'example.com/ordered-map' }], functions: [], makers: [], taken: [], folder: '', testFiles: [],
  types: { Kind: 'int', Item: 'struct {\n\tName\tstring\n\tKind\tKind\n\tat\ttime.Location\n}', Items: '[]Item', Tree: 'struct {\n\tleft\t*Tree\n\tsize\tint\n}' },
};

describe('an argument is written as the type of its parameter', () => {
  it.each([
    ['[]int{1, 2}', '[]float64', '[]float64{1, 2}'],
    ['[]int{1}', '[]Kind', '[]Kind{1}'],
    ['3', 'Kind', '3'],
    ['map[string]any{"Name": "a", "Kind": 2}', '*Item', '&Item{Name: "a", Kind: 2}'],
    ['time.Second', 'time.Duration', 'time.Second'],
    [goWriter.construct('Item', [{ name: 'Kind', text: '7' }]), 'Item', 'Item{Kind: 7}'],
    [goWriter.construct('Items', [{ text: '[]int{}' }]), 'Items', 'Items(Items{})'],
  ])('%s for %s is %s', (text, type, wanted) => {
    expect(typed(text, type, known)).toBe(wanted);
  });

  it.each([['"a"', 'int'], ['300', 'byte'], ['1000000000000000000000000000000', 'int'], ['[]string{"a"}', '[]int']])('%s is no %s', (text, type) => {
    expect(typed(text, type, known)).toBeUndefined();
  });
});

describe('inputs are made from what a type stands for', () => {
  it('fields that nothing can be made for keep their zero', () => {
    expect(shapeFor('Item', known.types)).toEqual({ kind: 'record', fields: [{ name: 'Name', type: { kind: 'string' } }, { name: 'Kind', type: { kind: 'int' } }] });
  });

  it('a type that holds itself comes to an end', () => {
    expect(JSON.stringify(shapeFor('Tree', known.types)).length).toBeLessThan(1000);
  });
});

describe('imports', () => {
  it('are those of names that stand outside of texts', () => {
    expect(importsFor(['x := strings.ToUpper("time.Now()")', 'ordered.New()'], known)).toEqual(['"strings"', 'ordered "example.com/ordered-map"']);
  });
});
