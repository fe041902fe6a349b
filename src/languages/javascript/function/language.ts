import { UntilgreenError } from '../../../core/errors.ts';
import type { FunctionLanguage } from '../../function/types.ts';
import { type Dialect, JAVASCRIPT } from './dialect.ts';

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
    isIdentifier: (name) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name),
    parseSignature: unready('parseSignature'),
    parseExamples: unready('parseExamples'),
    parseTests: unready('parseTests'),
    readStub: unready('readStub'),
    stub: unready('stub'),
    completionStop: ['\nfunction ', '\nexport ', '\nconst ', '\nlet ', '\nvar ', '\nconsole.', '\n/*', '\n//', '\nclass ', '\n```'],
    extract: unready('extract'),
    normalise: unready('normalise'),
    mend: unready('mend'),
    screen: unready('screen'),
    callOf: unready('callOf'),
    printValue: unready('printValue'),
    parseValue: unready('parseValue'),
    check: unready('check'),
    evaluate: unready('evaluate'),
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
