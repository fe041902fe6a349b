import type { FunctionLanguage } from '../../function/types.ts';
import { check, evaluate } from './check.ts';
import { parseExamples } from './examples.ts';
import { extract, mend, normalise } from './extract.ts';
import { typeOfShape } from './go-types.ts';
import { parseLiteral } from './parse-value.ts';
import { printAny, printAs } from './print-value.ts';
import { checkProperties } from './properties.ts';
import { render, renderTests } from './render.ts';
import { runTests } from './run-tests.ts';
import { screenCode } from './screen.ts';
import { scriptTrial } from './script.ts';
import { callOf, isIdentifier, parseSignature } from './signature.ts';
import { readStub, stub } from './stub.ts';
import { parseTests } from './test-files.ts';
import { topLevel } from './top-level.ts';

/**
 * Functions in Go. Source is read by a small program with Go's own parser; candidates are compiled and run in the sandbox, all of a wave in one
 * command. Several results are a tuple; an error that comes last and is not nil counts as raised, as a panic does; slices that are nil are empty
 * ones, arrays are tuples.
 */
export const goFunctions: FunctionLanguage = {
  name: 'go',
  aliases: ['golang'],
  fence: 'go',
  extension: '.go',
  isIdentifier,
  parseSignature,
  parseExamples,
  parseTests,
  readStub,
  stub,
  completionStop: ['\nfunc ', '\n```', '\npackage ', '\ntype ', '\nvar ', '\n//'],
  extract,
  normalise,
  mend,
  topLevel,
  screen: screenCode,
  callOf,
  printValue: (value, type) => (type === undefined ? printAny(value) : (printAs(value, typeOfShape(type)) ?? printAny(value))),
  parseValue: (text) => parseLiteral(text),
  check,
  evaluate,
  checkProperties,
  runTests,
  render,
  renderTests,
  scriptTrial,
  scriptCommand: (fileName) => ['go', 'run', fileName],
};
