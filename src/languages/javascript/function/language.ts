import { UntilgreenError } from '../../../core/errors.ts';
import type { FunctionLanguage } from '../../function/types.ts';
import { check, evaluate } from './check.ts';
import { type Dialect, JAVASCRIPT } from './dialect.ts';
import { parseExamples } from './examples.ts';
import { extract } from './extract.ts';
import { callOf, parseValue, printValue } from './literals.ts';
import { mend } from './mend.ts';
import { normalise } from './normalise.ts';
import { screen } from './screen.ts';
import { isIdentifier, parseSignature } from './signature.ts';
import { readStub, stub } from './stub.ts';

/** One implementation, two faces: TypeScript is the same with types. */
export function nodeFunctions(dialect: Dialect): FunctionLanguage {
  const unready = (what: string) => (): never => {
    throw new UntilgreenError('tool_failed', `${dialect.title} functions: ${what} is not written yet.`);
  };
  return {
    name: dialect.name,
    aliases: dialect.aliases,
    fence: dialect.name,
    extension: dialect.extension,
    isIdentifier,
    parseSignature: (text, name) => parseSignature(dialect, text, name),
    parseExamples: (text, name) => parseExamples(dialect, text, name),
    parseTests: unready('parseTests'),
    readStub: (source, name) => readStub(dialect, source, name),
    stub,
    completionStop: ['\nfunction ', '\nexport ', '\nconst ', '\nlet ', '\nvar ', '\nclass ', '\nconsole.', '\n/*', '\n//', '\nmodule.', '\n```'],
    extract,
    normalise,
    mend,
    screen: (code, signature) => screen(dialect, code, signature),
    callOf,
    printValue,
    parseValue,
    check,
    evaluate,
    checkProperties: unready('checkProperties'),
    runTests: unready('runTests'),
    render: unready('render'),
    renderTests: unready('renderTests'),
    scriptTrial: unready('scriptTrial'),
    scriptCommand: unready('scriptCommand'),
  };
}

/** Functions in JavaScript. */
export const javascriptFunctions: FunctionLanguage = nodeFunctions(JAVASCRIPT);
