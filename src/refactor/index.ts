// Refactorings carried out and held against the gates.
export { carryOut, GATES, type Carried, type CarryOutOptions, type GateName, type GateResult } from './carry-out.ts';
export { preview } from './compute.ts';
export { operationSchema, operationText, pathsOf, sourcesOf, withPaths } from './operation.ts';
export { carryOutUntested, type CarriedUntested } from './untested.ts';
export { newProblems } from './problems.ts';
export type * from '../languages/refactor/types.ts';
