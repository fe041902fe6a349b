import type { FunctionLanguage } from '../../function/types.ts';
import { check, evaluate } from './check.ts';
import { type Dialect, JAVASCRIPT } from './dialect.ts';
import { parseExamples } from './examples.ts';
import { extract } from './extract.ts';
import { callOf, parseValue, printValue } from './literals.ts';
import { mend } from './mend.ts';
import { normalise } from './normalise.ts';
import { checkProperties } from './properties.ts';
import { isTooLong, orUnreadable, UNREADABLE } from './readable.ts';
import { renderTests } from './render-tests.ts';
import { render } from './render.ts';
import { runTests } from './run-tests.ts';
import { screen } from './screen.ts';
import { scriptCommand, scriptTrial } from './script.ts';
import { isIdentifier, parseSignature } from './signature.ts';
import { readStub, stub } from './stub.ts';
import { parseTests } from './tests.ts';
import { topLevel } from './top-level.ts';

/** One implementation, two faces: TypeScript is the same with types. */
export function nodeFunctions(dialect: Dialect): FunctionLanguage {
  return {
    name: dialect.name,
    aliases: dialect.aliases,
    fence: dialect.name,
    extension: dialect.extension,
    isIdentifier,
    parseSignature: (text, name) => parseSignature(dialect, text, name),
    parseExamples: (text, name) => parseExamples(dialect, text, name),
    parseTests,
    readStub: (source, name) => readStub(dialect, source, name),
    stub,
    completionStop: ['\nfunction ', '\nexport ', '\nconst ', '\nlet ', '\nvar ', '\nclass ', '\nconsole.', '\n/*', '\n//', '\nmodule.', '\n```'],
    extract: (text, form, signature, head) => orUnreadable(() => extract(text, form, signature, head), undefined),
    normalise: async (code) => (isTooLong(code) ? undefined : orUnreadable(() => normalise(code), undefined)),
    mend: async (code, signature) => (isTooLong(code) ? undefined : orUnreadable(() => mend(dialect, code, signature), undefined)),
    topLevel: async (code) => (isTooLong(code) ? undefined : orUnreadable(() => topLevel(code), undefined)),
    screen: async (code, signature) => (isTooLong(code) ? UNREADABLE : orUnreadable(() => screen(dialect, code, signature), UNREADABLE)),
    callOf,
    printValue,
    parseValue,
    check,
    evaluate,
    checkProperties,
    runTests,
    render: (request) => render(dialect, request),
    renderTests,
    scriptTrial,
    scriptCommand: (fileName) => scriptCommand(dialect, fileName),
  };
}

/** Functions in JavaScript. */
export const javascriptFunctions: FunctionLanguage = nodeFunctions(JAVASCRIPT);
