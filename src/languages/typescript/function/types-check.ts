import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import type TS from 'typescript6';
import type { Problem, Signature } from '../../function/types.ts';
import { compiler, type Ts } from '../../javascript/ast.ts';
import { problemOfDiagnostic } from './tsc-output.ts';

const CODE = '/solution.ts';
const AMBIENT = '/ambient.d.ts';
/** What Node has besides the language, loosely: a candidate is not refused for how well it knows Node's types. */
const GLOBALS = `declare var console: any, process: any, Buffer: any, global: any, module: any, exports: any, performance: any, crypto: any;
declare var URL: any, URLSearchParams: any, TextEncoder: any, TextDecoder: any, AbortController: any, structuredClone: <T>(value: T) => T;
declare function require(name: string): any;
declare function setTimeout(callback: (...args: any[]) => void, ms?: number, ...args: any[]): any;
declare function setInterval(callback: (...args: any[]) => void, ms?: number, ...args: any[]): any;
declare function setImmediate(callback: (...args: any[]) => void, ...args: any[]): any;
declare function clearTimeout(id: any): void;
declare function clearInterval(id: any): void;
declare function queueMicrotask(callback: () => void): void;
type Buffer = any;
`;

interface Checker {
  check(code: string): readonly TS.Diagnostic[];
}
let made: Promise<Checker> | undefined;

/**
 * Type checks a candidate in this process, strictly and against the bundled library; compiling executes nothing. What it declares is also
 * compared with the head that was asked for.
 *
 * The library is parsed once (0.7 s of CPU time, measured); a candidate costs some 20 ms after that. Types that multiply without end are stopped by
 * the compiler's own bound on instantiations, after up to 7 s (measured) for one of them.
 */
export async function typeProblem(code: string, signature: Signature): Promise<Problem | undefined> {
  const ts = await compiler();
  const { check } = await (made ??= prepare(ts));
  const wanted = wantedType(signature);
  const lines = code.split('\n').length;
  // Behind the code, so that its lines keep their numbers.
  const whole = wanted === undefined ? code : `${code}\n;const untilgreenWanted: ${wanted} = ${signature.name}; void untilgreenWanted;\n`;
  const untyped = signature.parameters.some((p) => p.typeText === undefined && p.defaultText === undefined);
  for (const found of check(whole)) {
    // Who asks for a head without types gets one.
    if (untyped && IMPLICIT_ANY.has(found.code)) continue;
    const message = ts.flattenDiagnosticMessageText(found.messageText, '\n').split('\n')[0] ?? '';
    const line = found.file && found.start !== undefined ? found.file.getLineAndCharacterOfPosition(found.start).line + 1 : undefined;
    if (line !== undefined && line > lines) return { class: 'signature', message: `It does not fit \`${signature.text.replace(/\s*\{$/, '')}\`: ${message}`.slice(0, 200) };
    return problemOfDiagnostic({ code: found.code, message, ...(line !== undefined && { line }) });
  }
  return undefined;
}

/** The head as a type; undefined where a part of it has none. */
function wantedType({ text, parameters, returnsText, name }: Signature): string | undefined {
  if (parameters.some((p) => p.typeText === undefined && p.defaultText === undefined) || returnsText === undefined) return undefined;
  const generics = new RegExp(`function\\*?\\s+${name.replaceAll('$', '\\$')}(<[\\s\\S]*?>)\\(`).exec(text)?.[1] ?? '';
  const list = parameters.map((p) => `${p.rest ? '...' : ''}${p.name}${p.optional && !p.rest ? '?' : ''}: ${p.typeText ?? 'any'}`);
  return `${generics}(${list.join(', ')}) => ${returnsText}`;
}

async function prepare(ts: Ts): Promise<Checker> {
  const library = dirname(createRequire(import.meta.url).resolve('typescript6'));
  const options: TS.CompilerOptions = {
    strict: true, noEmit: true, noImplicitReturns: false, target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, moduleDetection: ts.ModuleDetectionKind.Force,
    lib: ['lib.es2023.d.ts'], types: [], skipLibCheck: true, noResolve: true, esModuleInterop: true, allowUnreachableCode: true, allowUnusedLabels: true,
  };
  const parsed = new Map<string, TS.SourceFile>();
  const cached = (name: string, text: () => string): TS.SourceFile => {
    const known = parsed.get(name) ?? ts.createSourceFile(name, text(), { languageVersion: ts.ScriptTarget.ES2023 }, true);
    parsed.set(name, known);
    return known;
  };
  let before: TS.Program | undefined;
  return {
    check(code) {
      const tree = ts.createSourceFile(CODE, code, { languageVersion: ts.ScriptTarget.ES2023 }, true);
      const ambient = GLOBALS + modulesIn(code);
      const host: TS.CompilerHost = {
        getSourceFile(file) {
          if (file === CODE) return tree;
          if (file === AMBIENT) return ts.createSourceFile(AMBIENT, ambient, ts.ScriptTarget.ES2023, true);
          return cached(file, () => readFileSync(file, 'utf8'));
        },
        getDefaultLibFileName: () => join(library, 'lib.es2023.d.ts'),
        getDefaultLibLocation: () => library,
        writeFile: () => {},
        getCurrentDirectory: () => '/',
        getCanonicalFileName: (file) => file,
        useCaseSensitiveFileNames: () => true,
        getNewLine: () => '\n',
        fileExists: (file) => file === CODE || file === AMBIENT || file.startsWith(library),
        readFile: (file) => (file === CODE ? code : undefined),
      };
      const program = ts.createProgram([CODE, AMBIENT], options, host, before);
      before = program;
      return [...program.getSyntacticDiagnostics(tree), ...program.getSemanticDiagnostics(tree)].filter((d) => d.category === ts.DiagnosticCategory.Error && !LENIENT.has(d.code));
    },
  };
}

/** A parameter, a rest parameter, an element of a pattern has an implicit `any`. */
const IMPLICIT_ANY = new Set([7006, 7019, 7031]);
/** Not every path returns, an implicit `any` of a destructured helper, a variable used before its assignment is sure: these run as meant. */
const LENIENT = new Set([7030, 7031, 7005, 7034, 2454]);

/** Node's modules that the code names, each as `any`. */
function modulesIn(code: string): string {
  const names = new Set([...code.matchAll(/['"]((?:node:)?[\w/]+)['"]/g)].map(([, name]) => name!).filter((name) => isBuiltin(name)));
  return [...names].map((name) => `declare module '${name}';\n`).join('');
}
