import { describe, expect, it } from 'vitest';
import { formatGo } from '../../shared/gofmt.ts';
import { projectOf } from '../projects.prop.ts';
import { format } from './format.ts';

const UGLY = 'const  a = {b:"c",d:[1,2]}\nfunction f( x ){\nreturn x+"y"}\n';

describe('format', () => {
  it.each<[string, Record<string, string>, string]>([
    ['.prettierrc in YAML', { '.prettierrc': 'singleQuote: true\nsemi: false\n' }, "const a = { b: 'c', d: [1, 2] }\nfunction f(x) {\n  return x + 'y'\n}\n"],
    ['.prettierrc in JSON', { '.prettierrc': '{"useTabs": true}' }, 'const a = { b: "c", d: [1, 2] };\nfunction f(x) {\n\treturn x + "y";\n}\n'],
    ['.prettierrc.toml', { '.prettierrc.toml': 'tabWidth = 4\n' }, 'const a = { b: "c", d: [1, 2] };\nfunction f(x) {\n    return x + "y";\n}\n'],
    ['prettier.config.js, never run', { 'prettier.config.js': "throw new Error('ran');\nconst config = { singleQuote: true };\nmodule.exports = config;\n" }, "const a = { b: 'c', d: [1, 2] };\nfunction f(x) {\n  return x + 'y';\n}\n"],
    ['the key of package.json', { 'package.json': '{"prettier":{"bracketSpacing":false}}' }, 'const a = {b: "c", d: [1, 2]};\nfunction f(x) {\n  return x + "y";\n}\n'],
    ['.oxfmtrc.jsonc', { '.oxfmtrc.jsonc': '{ // ours\n "singleQuote": true }' }, "const a = { b: 'c', d: [1, 2] };\nfunction f(x) {\n  return x + 'y';\n}\n"],
    ['biome.json', { 'biome.json': '{"formatter":{"indentStyle":"space","indentWidth":3},"javascript":{"formatter":{"quoteStyle":"single"}}}' }, "const a = { b: 'c', d: [1, 2] };\nfunction f(x) {\n   return x + 'y';\n}\n"],
    ['.editorconfig', { '.editorconfig': 'root = true\n[*.js]\nindent_style = tab\n[*.md]\nindent_size = 8\n' }, 'const a = { b: "c", d: [1, 2] };\nfunction f(x) {\n\treturn x + "y";\n}\n'],
    ['overrides', { '.prettierrc': '{"overrides":[{"files":"src/**/*.js","options":{"semi":false}},{"files":"*.ts","options":{"singleQuote":true}}]}' }, 'const a = { b: "c", d: [1, 2] }\nfunction f(x) {\n  return x + "y"\n}\n'],
    ['a configuration that does not parse', { '.prettierrc': '{"semi":' }, 'const a = { b: "c", d: [1, 2] };\nfunction f(x) {\n  return x + "y";\n}\n'],
  ])('honours %s', async (_, files, expected) => {
    const bench = await projectOf({ 'src/a.js': UGLY, ...files });
    const source = _ === '.editorconfig' || _.startsWith('a configuration') ? UGLY.replaceAll('}\n', '};\n') : UGLY;
    expect((await format('src/a.js', source, bench)).replace('}\n;\n', '}\n')).toBe(expected);
  });

  it('follows the file’s own habits where the project says nothing', async () => {
    const bench = await projectOf({ 'a.js': '' });
    const tidy = "const a = 'x'\n\nfunction f() {\n    return a\n}\n";
    expect(await format('a.js', tidy.replace('= ', '=   '), bench)).toBe(tidy);
    expect(await format('a.ts', 'const a: number=1;\r\nf(a);\r\n', bench)).toBe('const a: number = 1;\r\nf(a);\r\n');
  });

  it.each(['const = ;\n', 'function f( {\n', '', '\n'])('leaves %j as it is', async (source) => {
    expect(await format('a.js', source, await projectOf({ 'a.js': '' }))).toBe(source);
  });

  it('leaves out what .prettierignore names', async () => {
    const bench = await projectOf({ '.prettierrc': '{}', '.prettierignore': 'generated/\n' });
    expect(await format('generated/a.js', UGLY, bench)).toBe(UGLY);
  });

  it('is stable: formatting twice is formatting once', async () => {
    const bench = await projectOf({ 'a.tsx': '' });
    const once = await format('a.tsx', 'export const A=({x}:{x:number})=><div a="b">{x>1?<b/>:null}</div>', bench);
    expect(await format('a.tsx', once, bench)).toBe(once);
  });
});

describe('formatGo', () => {
  it.each([
    ['package a\nfunc  f( ){\nx:=1\n_=x}\n', 'package a\n\nfunc f() {\n\tx := 1\n\t_ = x\n}\n'],
    ['package a\nfunc {\n', 'package a\nfunc {\n'],
    ['', ''],
  ])('%j', async (source, expected) => {
    expect(await formatGo(source)).toBe(expected);
  });
});
