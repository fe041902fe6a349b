import { describe, expect, test } from 'vitest';

import { applyEdits } from './apply.ts';
import { findOmission } from './omission.ts';

describe('code that is left out', () => {
  test.each([
    '// ... rest of code unchanged',
    '// ... rest of code unchanged ...',
    '// ...rest of the function',
    '# ... rest of code unchanged ...',
    '# ... existing code ...',
    '    # ... (existing code) ...',
    '# ...',
    '# [... existing imports ...]',
    '// ...',
    '// \u2026',
    '/* ... */',
    '/* ... existing code ... */',
    '/* \u2026 rest of styles \u2026 */',
    '{/* ... other components unchanged ... */}',
    '{/* ... */}',
    '<!-- ... -->',
    '<!-- ... rest of the page ... -->',
    '{# ... existing blocks ... #}',
    '-- ... remaining statements unchanged',
    ' * ... rest of the file',
    '... unchanged ...',
    '... rest of code unchanged ...',
    '...rest of the code...',
    '[... existing code ...]',
    '(... unchanged ...)',
    '\u2026 rest of the file \u2026',
    '// rest of the code...',
    '# existing code...',
    '// existing code here',
    '# rest of the file remains the same',
    '// (rest of the function unchanged)',
    '# Rest of the implementation',
    '// other methods remain unchanged',
    '# The remaining methods stay the same',
    '# same as before',
    '// unchanged',
    '/* unchanged */',
    '// no changes here',
    '// omitted for brevity',
    '# code omitted for brevity',
    '// ... keep the other handlers ...',
    '# ... more tests here',
    'return x  # ... existing code',
    'foo(); // ... rest unchanged',
    'function f() { /* ... */ }',
    'function f(a) { ... }',
    'const f = () => { /* existing code ... */ };',
  ])('%s', (line) => {
    expect(findOmission(`first()\n${line}\nlast()`, 'first()\nmiddle()\nlast()')).toMatchObject({ line: 2 });
  });

  test.each([
    ['a bare line of dots', 'a()\n...\nb()'],
    ['a bare ellipsis sign', 'a();\n\u2026\nb();'],
    ['dots in a JavaScript body', 'function f() {\n  ...\n}'],
    ['dots in place of several lines', '...'],
    ['dots behind a statement', 'x = 1\n    ...\n    return x'],
  ])('%s', (_title, text) => {
    expect(findOmission(text, 'old()\ncode()')).toBeDefined();
  });
});

describe('text that is no omission', () => {
  test.each([
    ['a Python body of dots', 'def f(self) -> int:\n    ...'],
    ['a Python body of dots behind a comment', 'def f(self) -> int:  # abstract\n    ...'],
    ['a Python body of dots behind a docstring', 'def f(self):\n    """Say hello."""\n    ...'],
    ['a Python class of dots', 'class Missing(Exception):\n\n    ...'],
    ['a one-line Python body', 'def f(self) -> int: ...'],
    ['an overload', '@overload\ndef f(a: int) -> int: ...\n@overload\ndef f(a: str) -> str: ...'],
    ['a Tuple type', 'x: Tuple[int, ...] = ()'],
    ['numpy indexing', 'y = x[..., 0]'],
    ['spread in a call', 'f(...args)'],
    ['spread on a line of its own', 'return {\n  ...rest,\n  ...existing,\n  ...other\n};'],
    ['spread of an expression', 'const a = [\n  ...(cond ? [1] : []),\n  ...other.map((x) => x),\n];'],
    ['a rest parameter', 'function f(\n  first: string,\n  ...rest: string[]\n) {}'],
    ['a Go variadic call', 'append(a,\n\tb...,\n)'],
    ['a C variadic declaration', 'int printf(const char *format,\n           ...);'],
    ['a doctest continuation', '>>> for i in range(2):\n...     print(i)\n...\n0\n1'],
    ['doctest continuation lines of prose', '>>> x = """\n... the rest of the text\n... """'],
    ['elided doctest output', '>>> f()\n[0, 1,\n ...\n 9]'],
    ['a traceback in a doctest', '>>> f()\nTraceback (most recent call last):\n    ...\nValueError: no'],
    ['the end of a YAML document', '---\na: 1\n...'],
    ['a comment that ends in dots', '# wait for it...'],
    ['a comment that goes on', '# This is long,\n# ... but it goes on here'],
    ['a remark beside code that begins and ends in dots', 'year = n400 * 400 + 1   # ..., -399, 1, 401, ...'],
    ['a message with dots', 'print("Loading...")'],
    ['a message about existing code', 'print("existing code ... unchanged")'],
    ['a task note', '// TODO: handle more cases...'],
    ['a comment about remaining work', '# process the remaining items'],
    ['a comment about existing code', '# keep existing code paths for old clients'],
    ['a comment about a rest', '// the rest of the arguments are passed on'],
    ['a heading', '# Rest API'],
    ['a range', 'for i in 0...10 {}'],
    ['a path', 'import x from "../../other.js"'],
    ['a shell loop', 'for f in "$@"; do echo ...; done'],
    ['a link', 'see https://example.org/... for more'],
  ])('%s', (_title, text) => {
    expect(findOmission(text, 'old()')).toBeUndefined();
  });

  test('a placeholder that the quote holds too', () => {
    expect(applyEdits('a()\n# ... existing code ...\n', [{ oldText: 'a()\n# ... existing code ...', newText: 'b()\n# ... existing code ...' }])).toMatchObject({
      ok: true,
      content: 'b()\n# ... existing code ...\n',
    });
  });
  test('dots in place of a one-line body', () => {
    expect(findOmission('    ...', '    pass')).toBeUndefined();
    expect(findOmission('    ...', '    return compute(x)')).toBeDefined();
  });
  test('one more placeholder than the quote holds is one', () => {
    expect(findOmission('# ...\n# ...', '# ...')).toMatchObject({ line: 2 });
  });
});
