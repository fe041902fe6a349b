import { parse } from 'node:path';
import type { Example, RenderRequest, Signature } from '../../function/types.ts';
import { printValue } from './literals.ts';
import { commandLine, SCRIPT_IMPORTS } from './script.ts';
import { docstring } from './stub.ts';
import { askTree } from './tree.ts';

/** See `FunctionLanguage.render`. */
export async function render({ code, signature, form, cleanDoc, doc, examples, header }: RenderRequest): Promise<string> {
  const sentence = firstSentence(doc);
  const shown = cleanDoc ? docstring(sentence, []) : docstring(doc, examples, { strict: true });
  const standalone = form === 'standalone';
  const rendered = await askTree<string>('fn_render', code, {
    name: signature.name,
    imports: form !== 'function',
    docstring: shown,
    header: commented(header, standalone),
    extra: standalone ? [...SCRIPT_IMPORTS, ...(signature.async ? ['import asyncio'] : [])] : [],
    tail: standalone ? commandLine(signature, sentence || `Calls ${signature.name}.`) : '',
  });
  return rendered ?? code;
}

function commented(header: string | undefined, standalone: boolean): string {
  const lines = (header ?? '').split('\n').filter((line) => line.trim() !== '').map((line) => `# ${line}`);
  return [...(standalone ? ['#!/usr/bin/env python3'] : []), ...lines].join('\n');
}

/** Up to the first full stop that ends a sentence, in one line; `e.g.` and `3.5` end none. */
export function firstSentence(doc: string): string {
  const paragraph = doc.trim().split(/\n\s*\n/)[0]!.replace(/\s+/g, ' ').trim();
  const end = /(?<!\b(?:e\.g|i\.e|etc|cf|vs))[.!?](?=\s+[A-Z"'`(]|$)/.exec(paragraph);
  return end ? paragraph.slice(0, end.index + 1) : paragraph;
}

/** Exceptions that need no import; of another one it is only tested that something is raised. */
const BUILTIN_ERRORS = new Set(
  'ArithmeticError AssertionError AttributeError EOFError Exception FloatingPointError IndexError KeyError KeyboardInterrupt LookupError MemoryError NameError NotImplementedError OSError OverflowError RecursionError RuntimeError StopIteration SyntaxError SystemExit TypeError UnicodeDecodeError UnicodeEncodeError UnicodeError ValueError ZeroDivisionError'.split(' '),
);

/** See `FunctionLanguage.renderTests`: a pytest file, one test an example. */
export function renderTests({ signature, examples, module }: { signature: Signature; examples: readonly Example[]; module: string }): { name: string; source: string } {
  const { name } = signature;
  const stem = parse(module).name;
  const shown = examples.filter((example) => example.trust !== 'guessed');
  const tests = shown.map((example, index) => testOf(signature, example, index + 1));
  const text = tests.join('\n\n\n');
  const imports = [...(signature.async ? ['import asyncio'] : []), ...(/\bpytest\./.test(text) ? ['import pytest'] : [])];
  const importable = /^[A-Za-z_]\w*$/.test(stem);
  const from = importable ? [`from ${stem} import ${name}`] : ['import importlib', '', `${name} = importlib.import_module(${printValue({ kind: 'string', value: stem })}).${name}`];
  const head = [...(imports.length > 0 ? [...imports, ''] : []), ...from].join('\n');
  return { name: `test_${stem.replace(/\W/g, '_')}.py`, source: `"""Examples of ${name}."""\n\n${head}\n\n\n${text}\n` };
}

function testOf(signature: Signature, example: Example, number: number): string {
  const { expected } = example;
  const setup = example.setup === '' ? [] : example.setup.split('\n');
  const call = signature.async ? `asyncio.run(${example.expression})` : example.expression;
  const lines = (() => {
    switch (expected.kind) {
      case 'printed':
        return [call, `assert capsys.readouterr().out.strip() == ${printValue({ kind: 'string', value: expected.text.trim() })}`];
      case 'raises':
        return [`with pytest.raises(${BUILTIN_ERRORS.has(expected.error ?? '') ? expected.error : 'Exception'}):`, `    ${call}`];
      case 'value': {
        const { value } = expected;
        if (value === undefined) return [`assert repr(${call}) == ${printValue({ kind: 'string', value: expected.text })}`];
        const source = printValue(value) ?? expected.text;
        if (value.kind === 'null' || value.kind === 'bool') return [`assert ${call} is ${source}`];
        return [`assert ${call} == ${value.kind === 'float' && typeof value.value === 'number' ? `pytest.approx(${source})` : source}`];
      }
    }
  })();
  const trust = example.trust === 'agreed' ? ['# What the candidates agreed on.'] : [];
  return [`def test_${signature.name}_${number}(${expected.kind === 'printed' ? 'capsys' : ''}):`, ...[...trust, ...setup, ...lines].map((line) => `    ${line}`)].join('\n');
}

