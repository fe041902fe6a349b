// What `untilgreen/mutation` offers.
export { characterise } from './characterise.ts';
export type { Characterisation, CharacterisedFile, CharacterisedFunction, CharacteriseOptions } from './characterise.ts';
export type { FurtherTests, WriteTests, WriteTestsRequest } from './further.ts';
export { meanScore } from './score.ts';
export type { Coverage, FunctionScore, Survivor } from './score.ts';
export { scoreTests } from './score-tests.ts';
export type { FileScore, ScoreOptions } from './score-tests.ts';
