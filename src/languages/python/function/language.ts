import type { FunctionLanguage } from '../../function/types.ts';
import { check, evaluate } from './check.ts';
import { extract, mend, normalise, screen } from './code.ts';
import { callOf, parseValue, printValue } from './literals.ts';
import { checkProperties } from './properties.ts';
import { isIdentifier, parseExamples, parseSignature, readStub } from './read.ts';
import { render, renderTests } from './render.ts';
import { scriptTrial } from './script.ts';
import { stub } from './stub.ts';
import { parseTests } from './tests-file.ts';
import { runTests } from './tests-run.ts';
import { topLevel } from './top-level.ts';

/** Functions in Python: read by Python's own syntax tree, run by the machine's `python3` in the sandbox. */
export const pythonFunctions: FunctionLanguage = {
  name: 'python',
  aliases: ['py', 'python3'],
  fence: 'python',
  extension: '.py',
  isIdentifier,
  parseSignature,
  parseExamples,
  parseTests,
  readStub,
  stub,
  // The likeliest first: some servers take four.
  completionStop: ['\ndef ', '\nclass ', '\nprint(', '\nif __name__', '\n```', '\nassert ', '\n#', '\n@', '\n>>>', '\n"""'],
  extract,
  normalise,
  mend,
  topLevel,
  screen,
  callOf,
  printValue,
  parseValue,
  check,
  evaluate,
  checkProperties,
  runTests,
  render,
  renderTests,
  scriptTrial,
  scriptCommand: (fileName) => ['python3', fileName],
};
