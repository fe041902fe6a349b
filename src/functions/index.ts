// What `untilgreen/functions` offers.
export { writeFunction } from './job.ts';
export { FUNCTION_DEFAULTS } from './options.ts';
export { confidenceLine, renderFunction } from './output.ts';
export { saveFunction, placeOf } from './save.ts';
export type { OutputDeps, OutputOptions } from './output.ts';
export type { Place } from './save.ts';
export { functionEvents, newFunctionId } from './events.ts';
export type { FunctionDeps } from './session.ts';
export type { FunctionAnswer, FunctionOptions, FunctionResult, FunctionStage, FunctionTask, Question, Tried } from './types.ts';
export type { Example, FunctionLanguageName, OutputForm, Problem, Property, Signature } from '../languages/function/types.ts';
export type { Confidence, Evidence } from '../selection/types.ts';
export type { Sample, SampleRequest, Sampler, SamplerInfo, Samples } from '../models/sampler.ts';
export { createModels } from '../models/client.ts';
export { loadConfig } from '../config/load.ts';
