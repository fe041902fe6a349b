import { builtinModules } from 'node:module';
import type TS from 'typescript6';
import type { Signature } from '../../function/types.ts';
import { compiler, syntaxError, type Ts } from '../ast.ts';
import { type Dialect, treeOf } from './dialect.ts';
import { findFunction, freeNames, parseErrors } from './find.ts';

/** Lines that are given up at most before nothing worth running is left. */
const MOST_LINES = 40;
/** Names that people use without importing them, with the module that has them; modules that reach files or processes are none of these. */
const KNOWN: Record<string, string> = {
  assert: 'node:assert', util: 'node:util', inspect: 'node:util', isDeepStrictEqual: 'node:util', promisify: 'node:util', crypto: 'node:crypto', createHash: 'node:crypto',
  randomUUID: 'node:crypto', path: 'node:path', EventEmitter: 'node:events', url: 'node:url', querystring: 'node:querystring', StringDecoder: 'node:string_decoder',
};

/**
 * Without a model: a text that a limit cut is taken back to where it parses, with its brackets closed; types in JavaScript are taken off;
 * modules of Node that are used without their import get it. Undefined when nothing helps.
 */
export async function mend(dialect: Dialect, code: string, signature: Signature): Promise<string | undefined> {
  const ts = await compiler();
  const parsed = parseErrors(treeOf(ts, code)).length === 0 ? code : cutBack(ts, code, signature.name);
  if (parsed === undefined) return undefined;
  const whole = dialect.name === 'javascript' && (await syntaxError('solution.js', parsed)) ? untyped(ts, parsed) : parsed;
  const imports = missingImports(ts, whole);
  const mended = imports === '' ? whole : `${imports}\n\n${whole}`;
  return mended === code ? undefined : mended;
}

/** Models that have seen more TypeScript write it also where JavaScript was asked for. */
function untyped(ts: Ts, code: string): string {
  return ts.transpileModule(code, { fileName: 'solution.ts', compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.Preserve, verbatimModuleSyntax: false, alwaysStrict: false } }).outputText;
}

function cutBack(ts: Ts, code: string, name: string): string | undefined {
  const lines = code.trimEnd().split('\n');
  for (let cut = 0; cut <= Math.min(MOST_LINES, lines.length - 1); cut += 1) {
    const text = lines.slice(0, lines.length - cut).join('\n').trimEnd();
    for (const attempt of [text + closers(ts, text), text]) {
      const tree = treeOf(ts, attempt);
      const found = findFunction(ts, tree, name);
      const body = found?.fn.body;
      // A head alone is no attempt at the function.
      if (parseErrors(tree).length === 0 && body && !(ts.isBlock(body) && body.statements.length === 0)) return `${attempt}\n`;
    }
  }
  return undefined;
}

/** What closes the brackets that are open at the end. */
function closers(ts: Ts, text: string): string {
  const K = ts.SyntaxKind;
  const close = new Map<TS.SyntaxKind, string>([[K.OpenBraceToken, '}'], [K.OpenParenToken, ')'], [K.OpenBracketToken, ']']]);
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, text);
  const open: string[] = [];
  for (let token = scanner.scan(); token !== K.EndOfFileToken; token = scanner.scan()) {
    const closer = close.get(token);
    if (closer !== undefined) open.push(closer);
    else if (token === K.TemplateHead) open.push('`');
    else if (token === K.CloseBraceToken && open.at(-1) === '`') {
      // The rest of a template, up to its end or its next hole.
      if (scanner.reScanTemplateToken(false) === K.TemplateTail) open.pop();
    } else if (token === K.CloseBraceToken || token === K.CloseParenToken || token === K.CloseBracketToken) open.pop();
  }
  return open.toReversed().map((closer) => (closer === '}' ? '\n}' : closer)).join('');
}

function missingImports(ts: Ts, code: string): string {
  const tree = treeOf(ts, code);
  const used = [...freeNames(ts, tree)].filter((name) => Object.hasOwn(KNOWN, name) && !imported(ts, code, name) && !(name in globalThis && name !== 'crypto'));
  const usesRequire = /\brequire\s*\(/.test(code) && !/^\s*(?:import|export)\b/m.test(code);
  return used
    .map((name) => {
      const module = KNOWN[name]!;
      const whole = builtinModules.includes(name);
      // The global `crypto` is the one of browsers; Node's own has the hashes.
      if (name === 'crypto' && !/\bcrypto\s*\.\s*(?:createHash|createHmac|randomInt|timingSafeEqual)/.test(code)) return '';
      if (usesRequire) return whole ? `const ${name} = require('${module}');` : `const { ${name} } = require('${module}');`;
      return whole ? `import ${name} from '${module}';` : `import { ${name} } from '${module}';`;
    })
    .filter((line) => line !== '')
    .join('\n');
}

/** Is the name declared by an import; `freeNames` takes out what is bound otherwise. */
function imported(ts: Ts, code: string, name: string): boolean {
  return treeOf(ts, code).statements.some((s) => ts.isImportDeclaration(s) && new RegExp(`\\b${name}\\b`).test(s.importClause?.getText() ?? ''));
}
