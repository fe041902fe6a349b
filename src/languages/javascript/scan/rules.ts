import type { Finding } from '../../types.ts';

export interface Rule {
  rule: string;
  severity: Finding['severity'];
  message: string;
}

const CHILD: Rule = { rule: 'js/child-process', severity: 'block', message: 'starts other programs' };
const VM: Rule = { rule: 'js/vm', severity: 'block', message: 'runs text as code (vm)' };
const SOCKET: Rule = { rule: 'js/network', severity: 'warn', message: 'opens network sockets' };

/** Modules whose mere use is a finding, by name without `node:`. */
export const MODULES: Readonly<Record<string, Rule>> = {
  child_process: CHILD, execa: CHILD, shelljs: CHILD, 'cross-spawn': CHILD, zx: CHILD, 'node-pty': CHILD, tinyexec: CHILD, nanoexec: CHILD,
  vm: VM, vm2: VM, 'isolated-vm': VM,
  inspector: { rule: 'js/inspector', severity: 'block', message: 'opens the debugger, which can run any text as code' },
  'inspector/promises': { rule: 'js/inspector', severity: 'block', message: 'opens the debugger, which can run any text as code' },
  net: SOCKET, dgram: SOCKET, tls: SOCKET,
  cluster: { rule: 'js/cluster', severity: 'warn', message: 'forks processes' },
  wasi: { rule: 'js/wasi', severity: 'warn', message: 'gives WebAssembly access to the system' },
};

/** Values whose call or construction is a finding. */
export const CALLS: Readonly<Record<string, Rule>> = {
  Function: { rule: 'js/function-constructor', severity: 'block', message: 'the Function constructor runs text as code' },
  'process.binding': { rule: 'js/process-binding', severity: 'block', message: 'reaches into Node’s internals' },
  'process._linkedBinding': { rule: 'js/process-binding', severity: 'block', message: 'reaches into Node’s internals' },
  'process.dlopen': { rule: 'js/process-binding', severity: 'block', message: 'loads native code' },
  'module._compile': { rule: 'js/module-compile', severity: 'block', message: 'runs text as a module' },
  'module:module.prototype._compile': { rule: 'js/module-compile', severity: 'block', message: 'runs text as a module' },
  'Bun.spawn': CHILD, 'Bun.spawnSync': CHILD, 'Deno.Command': CHILD, 'Deno.run': CHILD,
  'process.kill': { rule: 'js/process-kill', severity: 'warn', message: 'sends signals to processes' },
  'module:v8.setFlagsFromString': { rule: 'js/v8-flags', severity: 'warn', message: 'changes how the engine works' },
  importScripts: { rule: 'js/import-scripts', severity: 'warn', message: 'loads scripts by address' },
};

export const EVAL: Rule = { rule: 'js/eval', severity: 'block', message: 'eval runs text as code' };
export const COMPUTED_GLOBAL: Rule = { rule: 'js/computed-global', severity: 'warn', message: 'a global is chosen by a name that is put together at run time' };
export const COMPUTED_CALL: Rule = { rule: 'js/computed-global', severity: 'block', message: 'calls a global whose name is put together at run time' };
export const TIMER_TEXT: Rule = { rule: 'js/timer-text', severity: 'block', message: 'a timer with a text runs it as code' };
export const WORKER_EVAL: Rule = { rule: 'js/worker-eval', severity: 'block', message: 'a worker made from text runs it as code' };
export const DATA_IMPORT: Rule = { rule: 'js/data-import', severity: 'block', message: 'imports a module from a text' };
export const DYNAMIC_LOAD: Rule = { rule: 'js/dynamic-load', severity: 'warn', message: 'loads a module whose name is only known at run time' };
export const RECURSIVE_DELETE: Rule = { rule: 'js/recursive-delete', severity: 'warn', message: 'deletes a folder with all it holds' };
export const FORGED_REPORT: Rule = { rule: 'js/forged-report', severity: 'block', message: 'a test that serialises values can write results of its own into the runner’s report' };
export const REPLACES_CHECK: Rule = { rule: 'js/test-internals', severity: 'block', message: 'replaces a part of what the tests check with' };
export const REPLACES_BUILTIN: Rule = { rule: 'js/replaces-builtin', severity: 'block', message: 'replaces a function that all other code uses, tests included' };
export const RUNNER_IMPORT: Rule = { rule: 'js/test-internals', severity: 'block', message: 'code that is no test reaches for the test runner' };
export const TEST_DETECTION: Rule = { rule: 'js/test-detection', severity: 'block', message: 'asks whether it runs under test' };
/** Variables that only a test runner sets. */
export const TEST_MARKS = /^(NODE_TEST_CONTEXT|VITEST|VITEST_WORKER_ID|VITEST_POOL_ID|JEST_WORKER_ID)$/;
export const RUNNERS = /^(node:test|vitest|jest|@jest\/globals|@vitest\/.+|expect|chai|mocha)$/;
/** As values are named: without `node:`. */
export const CHECKS = /^module:(assert|assert\/strict|test|vitest|@jest\/globals|expect|chai)(\.|$)/;
export const EXIT_IN_TEST: Rule = { rule: 'js/exit-in-test', severity: 'warn', message: 'a test that ends the process can hide failures' };
