import type { FunctionLanguage } from '../../function/types.ts';
import { check, evaluate } from './check.ts';
import { extract, mend, normalise, screen } from './code.ts';
import { callOf, parseValue, printValue } from './literals.ts';
import { isIdentifier, parseExamples, parseSignature, readStub } from './read.ts';
import { stub } from './stub.ts';

/** Functions in Python. */
export const pythonFunctions = {
  name: 'python',
  aliases: ['py', 'python3'],
  fence: 'python',
  extension: '.py',
  isIdentifier,
  parseSignature,
  parseExamples,
  readStub,
  stub,
  completionStop: ['\ndef ', '\nclass ', '\nprint(', '\nif __name__', '\n```', '\nassert ', '\n#', '\n@', '\n>>>', '\n"""'],
  extract,
  normalise,
  mend,
  screen,
  callOf,
  printValue,
  parseValue,
  check,
  evaluate,
} as unknown as FunctionLanguage;
