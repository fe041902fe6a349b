// What `untilgreen/sandbox` offers.
export { doctorSandbox, openSandbox } from './open.ts';
export type { SandboxOptions, SandboxReport } from './open.ts';
export { toolPaths } from './tool-paths.ts';
export type { ToolPaths } from './tool-paths.ts';
export type { Guarantees, Limits, Mount, Rung, Sandbox, SandboxCommand, SandboxResult, SandboxStatus } from './types.ts';
export { CodeSandbox } from './code/box.ts';
export { codeLanguageOf } from './code/languages/registry.ts';
export type { BlockedImport, CodeLanguageName, CodeLimits, CodeResult, CodeRunOptions, CodeSandboxOptions } from './code/types.ts';
