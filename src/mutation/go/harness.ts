import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Case } from '../types.ts';
import type { GoPackage } from './package.ts';
import { importsFor, typed } from './values.ts';

const FOLDER = new URL('./harness/', import.meta.url);
const template = (name: string): string => readFileSync(fileURLToPath(new URL(name, FOLDER)), 'utf8');

/** The file that knows which mutant runs and what was reached. */
export const stateFile = (packageName: string, marks: number): string => template('state.go').replace('PACKAGE', packageName).replace('MARKS', String(Math.max(marks, 1)));
/** The test that makes the calls. */
export const callsFile = (packageName: string): string => template('calls.go').replace('PACKAGE', packageName);

/** A call as statements, ending with what it gives. */
export interface Call {
  /** `var points int = 90` */
  arguments: { name: string; type: string; text: string }[];
  receiver?: string;
  /** The call of the variables. */
  expression: (names: readonly string[], receiver?: string) => string;
  results: string[];
}

/** How a case is called; undefined where an argument has no value of its parameter's type. */
export function callOf(one: Case, known: GoPackage): Call | undefined {
  const target = known.functions.find(({ name }) => name === one.function);
  if (!target) return undefined;
  const last = target.params.at(-1);
  if (one.arguments.length < target.params.length - (last?.variadic ? 1 : 0)) return undefined;
  const given = one.arguments.map(({ text }, at) => {
    const parameter = target.params[at] ?? (last?.variadic ? last : undefined);
    const printed = parameter && typed(text, parameter.type, known);
    return printed === undefined ? undefined : { name: parameter!.variadic ? `${parameter!.name}${at + 1}` : parameter!.name, type: parameter!.type, text: printed };
  });
  if (given.some((argument) => argument === undefined)) return undefined;
  const receiver = one.receiver === undefined ? undefined : typed(one.receiver, target.owner, known);
  if (target.owner !== '' && receiver === undefined) return undefined;
  const short = target.name.split('.').pop()!;
  const types = target.typeArgs.length > 0 ? `[${target.typeArgs.join(', ')}]` : '';
  return {
    arguments: given.map((argument) => argument!),
    ...(receiver === undefined ? {} : { receiver }),
    expression: (names, subject) => `${subject === undefined ? '' : `${subject}.`}${short}${types}(${names.join(', ')})`,
    results: target.results,
  };
}

/** The cases as Go, each under a name of its own by which the compiler tells of it. */
export function casesFile(cases: ReadonlyMap<number, Call>, known: GoPackage): string {
  const bodies = [...cases].map(([number, call]) => {
    const names = call.arguments.map((_, at) => `untilgreenArgument${at}`);
    const lines = call.arguments.map(({ type, text }, at) => `\tvar ${names[at]} ${type} = ${text}\n\tuntilgreenOut.watch(${at}, &${names[at]})\n`);
    const subject = call.receiver === undefined ? undefined : 'untilgreenSubject';
    if (subject) lines.unshift(`\t${subject} := ${call.receiver}\n\tuntilgreenOut.subject(&${subject})\n`);
    const results = call.results.map((_, at) => `untilgreenResult${at}`);
    const made = call.expression(names, subject);
    lines.push(results.length === 0 ? `\t${made}\n` : `\t${results.join(', ')} := ${made}\n\tuntilgreenOut.give(${results.map((name) => `&${name}`).join(', ')})\n`);
    return { number, text: lines.join('') };
  });
  const imports = importsFor(bodies.map(({ text }) => text), known);
  const functions = bodies.map(({ number, text }) => `\n//line untilgreen_case_${number}.go:1\nfunc untilgreenCase${number}(untilgreenOut *untilgreenRecord) {\n${text}}\n`);
  return `package ${known.package}\n\nimport (\n${imports.map((line) => `\t${line}\n`).join('')})\n\nvar untilgreenCases = map[int]func(*untilgreenRecord){\n${bodies.map(({ number }) => `\t${number}: untilgreenCase${number},\n`).join('')}}\n${functions.join('')}`;
}
