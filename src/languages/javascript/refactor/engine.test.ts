import { describe, expect, it } from 'vitest';
import { openSandbox } from '../../../sandbox/index.ts';
import { projectOf } from '../projects.prop.ts';
import { nodeRefactor } from './engine.ts';

describe('the engine, in its thread', () => {
  it('computes, keeps the project warm, and loads modules in the sandbox', async () => {
    const bench = await projectOf({ 'package.json': '{"type":"module"}', 'a.js': 'export const one = 1;\n', 'b.js': "import { one } from './a.js';\nexport const two = one + 1;\n", 'c.js': "import { nix } from './a.js';\nexport const c = nix;\n", 'd.js': "import { two } from './nowhere/b.js';\nexport const d = two;\n" });
    const context = { bench, sandbox: await openSandbox() };
    const renamed = await nodeRefactor.compute({ kind: 'rename', symbol: 'one', to: 'uno' }, context);
    expect(renamed.edits).toEqual([{ kind: 'write', path: 'a.js', text: 'export const uno = 1;\n' }, { kind: 'write', path: 'b.js', text: "import { uno } from './a.js';\nexport const two = uno + 1;\n" }]);
    expect(renamed.summary).toBe('Renamed one to uno: 3 places in 2 files.');
    await bench.write([{ kind: 'write', path: 'a.js', content: 'export const uno = 1;\n' }, { kind: 'write', path: 'b.js', content: "import { uno } from './a.js';\nexport const two = uno + 1;\n" }]);
    const moved = await nodeRefactor.compute({ kind: 'move_module', from: 'a.js', to: 'lib/a.js' }, context);
    expect(moved.edits.map((e) => `${e.kind} ${e.path}`)).toEqual(['write b.js', 'write c.js', 'moved lib/a.js']);
    const repaired = await nodeRefactor.compute({ kind: 'update_imports' }, context);
    expect(repaired.edits).toEqual([{ kind: 'write', path: 'd.js', text: "import { two } from './b.js';\nexport const d = two;\n" }]);
    expect((await nodeRefactor.lint(['b.js', 'c.js'], context)).map((p) => `${p.path} ${p.code}`)).toEqual(['c.js TS2305']);
    expect((await nodeRefactor.load(['a.js', 'b.js', 'c.js', 'package.json'], context)).map((p) => `${p.path} ${p.code}`)).toEqual(['c.js SyntaxError']);
    expect(await nodeRefactor.types(context)).toBeUndefined();
  });

  it('stops when it is cancelled, and refuses with a reason', async () => {
    const bench = await projectOf({ 'a.js': 'exports.one = 1;\n' });
    const context = { bench, sandbox: await openSandbox() };
    await expect(nodeRefactor.compute({ kind: 'rename', symbol: 'nix', to: 'uno' }, context)).rejects.toMatchObject({ code: 'refactoring_refused', data: { reason: 'not_found' } });
    await expect(nodeRefactor.compute({ kind: 'rename', symbol: 'nix', to: 'uno' }, { ...context, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });
});
