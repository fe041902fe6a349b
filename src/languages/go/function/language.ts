import { UntilgreenError } from '../../../core/errors.ts';
import type { FunctionLanguage } from '../../function/types.ts';

const later = (): never => {
  throw new UntilgreenError('internal', 'Functions in Go cannot be written yet.');
};

/** Functions in Go. */
export const goFunctions: FunctionLanguage = {
  name: 'go',
  aliases: ['golang'],
  fence: 'go',
  extension: '.go',
  isIdentifier: later,
  parseSignature: later,
  parseExamples: later,
  parseTests: later,
  readStub: later,
  stub: later,
  completionStop: ['\nfunc ', '\n```', '\npackage ', '\n//'],
  extract: later,
  normalise: later,
  mend: later,
  screen: later,
  callOf: later,
  printValue: later,
  parseValue: later,
  check: later,
  evaluate: later,
  checkProperties: later,
  runTests: later,
  render: later,
  renderTests: later,
  scriptTrial: later,
  scriptCommand: (fileName) => ['go', 'run', fileName],
};
