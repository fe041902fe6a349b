import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editsFor, replaced } from './edits-for.ts';
import { applyEdits } from '../edit/apply.ts';
import { missingModuleIn } from './fallbacks/missing-module.ts';
import { TaskPlan } from './task-plan.ts';

describe('a plan put together by hand', () => {
  const plan = (): TaskPlan =>
    new TaskPlan('Correct the tax', ['npm run lint'])
      .addStep('edit_file', { path: 'tax.py', edits: [{ oldText: '0.19', newText: '0.2' }] }, { why: 'the new rate' })
      .addStep('run_tests', {}, { id: 'tests', dependsOn: ['s1'] });

  test('gives ids where none are given, and reads as people do', () => {
    expect(plan().steps.map((s) => s.id)).toEqual(['s1', 'tests']);
    expect(plan().addStep('shell', { command: 'ls' }, { id: 's4' }).addStep('shell', { command: 'ls' }).steps.map((s) => s.id)).toEqual(['s1', 'tests', 's4', 's5']);
    expect(plan().summary()).toBe('Correct the tax\n  · s1 edit_file tax.py: the new rate\n  · tests run_tests (after s1)\nChecks besides those that were found:\n  $ npm run lint');
  });
  test('knows the state of each step', () => {
    const one = plan();
    one.mark('s1', 'done');
    one.mark('s1.find', 'done');
    expect([one.status('s1'), one.status('tests')]).toEqual(['done', 'waiting']);
    expect(one.summary()).toContain('✓ s1');
    expect(() => one.status('s9')).toThrow(expect.objectContaining({ code: 'bad_arguments', message: expect.stringContaining('s1, tests') }));
  });
  test('goes to JSON and back', () => {
    expect(TaskPlan.from(JSON.parse(JSON.stringify(plan()))).toJSON()).toEqual(plan().toJSON());
    expect(TaskPlan.from([{ tool: 'run_tests', arguments: '{}' }]).steps).toEqual([{ id: 's1', action: 'run_tests', args: {}, dependsOn: [], why: '' }]);
    expect(() => TaskPlan.from('do it')).toThrow(expect.objectContaining({ code: 'plan_invalid' }));
  });
  test.each<[string, (p: TaskPlan) => TaskPlan, string]>([
    ['an unknown tool', (p) => p.addStep('edit_fille', {}), 'Step s3: There is no tool edit_fille. Did you mean edit_file?'],
    ['arguments of the wrong kind', (p) => p.addStep('shell', { command: 7 }), 'Step s3: shell: command: expected string, got number 7'],
    ['a negative time', (p) => p.addStep('shell', { command: 'ls', timeout: -1 }), 'Step s3: shell: timeout'],
    ['an unknown dependency', (p) => p.addStep('run_tests', {}, { dependsOn: ['s9'] }), 'Step s3 depends on s9, which is not a step'],
    ['a cycle', (p) => p.addStep('run_tests', {}, { id: 'a', dependsOn: ['b'] }).addStep('run_tests', {}, { id: 'b', dependsOn: ['a'] }), 'a → b → a'],
  ])('is refused for %s, by step', (_title, add, says) => {
    expect(() => add(plan()).check()).toThrow(expect.objectContaining({ code: 'plan_invalid', message: expect.stringContaining(says) }));
  });
  test('is refused for a doubled id and for too many steps', () => {
    expect(() => plan().addStep('run_tests', {}, { id: 's1' })).toThrow(expect.objectContaining({ code: 'plan_invalid', message: expect.stringContaining('Two steps have the id s1') }));
    expect(() => plan().check({ maxSteps: 1 })).toThrow(expect.objectContaining({ message: expect.stringContaining('the limit is 1') }));
    expect(plan().check({ maxSteps: 2 })).toBeInstanceOf(TaskPlan);
  });
});

test('edits for replaced parts give exactly the wanted text, however much the lines are alike', () => {
  const line = fc.constantFrom('', 'a', 'ab', ' a', 'b', 'b', '}', '\ta b');
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), fc.constantFrom('\n', '\r\n'), fc.boolean(), fc.func(fc.boolean()), (lines, eol, ended, chosen) => {
      const text = lines.join(eol) + (ended ? eol : '');
      const parts = [...text.matchAll(/a/g)].filter((m) => chosen(m.index)).map((m) => ({ start: m.index, end: m.index + 1, text: 'zed' }));
      const edits = editsFor(text, parts);
      expect(edits === undefined).toBe(parts.length === 0);
      if (edits) expect(applyEdits(text, edits)).toMatchObject({ ok: true, content: replaced(text, parts) });
    }),
  );
});

test.each<[string, string, string[], string | undefined]>([
  ['Python', "E   ModuleNotFoundError: No module named 'requests'", [], 'requests'],
  ['a part of a Python package', "ModuleNotFoundError: No module named 'google.cloud'", [], 'google'],
  ['python -m', '/usr/bin/python3: No module named pytest', [], 'pytest'],
  ['a module whose package has another name', "No module named 'yaml'", [], 'PyYAML'],
  ['a module of the project', "No module named 'shapes'", ['src/shapes.py'], undefined],
  ['a package of the project', "No module named 'pkg.sub'", ['src/pkg/__init__.py'], undefined],
  ['node', "Error: Cannot find module 'lodash/get'", [], 'lodash'],
  ['a scoped package', "Cannot find package '@acme/x' imported from /w/a.mjs", [], '@acme/x'],
  ['vite', 'Failed to resolve import "react" from "src/a.tsx"', [], 'react'],
  ['a file of the project', "Cannot find module './a.js'", [], undefined],
  ['a folder of the project', "Cannot find module 'src/a'", ['src/b.ts'], undefined],
  ['a module of node', "Cannot find module 'node:sqlite'", [], undefined],
  ['nothing', 'AssertionError: 1 != 2', [], undefined],
])('a missing module: %s', (_title, text, files, name) => {
  expect(missingModuleIn(text, files)?.name).toBe(name);
});
