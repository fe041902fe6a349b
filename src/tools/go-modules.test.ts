import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { networkAccess } from '../sandbox/network-access.ts';
import { runTool } from './registry.ts';
import { sandboxedContext, toolContext } from './testing/context.prop.ts';
import type { ApprovalAnswer, ToolContext } from './types.ts';

// The first run on a machine compiles the standard library.
vi.setConfig({ testTimeout: 300_000 });

const yes = (): Promise<ApprovalAnswer> => Promise.resolve({ answer: 'approved' });
const packages = (context: ToolContext): string[] => (existsSync(context.bench.packages) ? readdirSync(context.bench.packages) : []);
const add = async (args: object, context: ToolContext): Promise<any> => runTool('add_dependency', args, context);
const MODULE = 'github.com/pkg/errors';

describe('a Go module', () => {
  test.each<[string, Record<string, string>, object, string, string]>([
    ['without a go.mod', { 'a.go': 'package a\n' }, { name: MODULE }, 'file_missing', 'go.mod'],
    ['that leads to folders of the project', { 'go.mod': 'module a\n\nreplace example.com/b => ./b\n' }, { name: MODULE }, 'dependency_refused', 'go get github.com/pkg/errors@latest'],
    ['with vendored packages', { 'go.mod': 'module a\n', 'vendor/modules.txt': '\n' }, { name: MODULE }, 'dependency_refused', 'vendor'],
    ['for another registry', { 'go.mod': 'module a\n', 'requirements.txt': '' }, { name: MODULE, language: 'python' }, 'bad_arguments', 'Go module path'],
    ['of a name that is none', { 'go.mod': 'module a\n' }, { name: 'errors', language: 'go' }, 'bad_arguments', 'no Go module path'],
    ['out of a folder', { 'go.mod': 'module a\n' }, { name: '../evil', language: 'go' }, 'bad_arguments', 'plain name'],
  ])('%s is refused', async (_title, files, args, code, says) => {
    const { context, close } = await toolContext(files, { approve: yes });
    try {
      expect(await add(args, context)).toMatchObject({ ok: false, code, message: expect.stringContaining(says) });
      expect(packages(context)).toEqual([]);
    } finally {
      await close();
    }
  });

  test('is asked for, unless the allow-list names it', async () => {
    const { context, close } = await toolContext({ 'go.mod': 'module a\n' }, { approve: () => Promise.resolve({ answer: 'pending' }) });
    try {
      expect(await add({ name: MODULE, version: 'v0.9.1' }, context)).toMatchObject({ ok: false, code: 'approval_needed', message: expect.stringContaining('allowed_deps.json') });
    } finally {
      await close();
    }
  });
});

function proxyReached(): boolean {
  try {
    execFileSync('go', ['list', '-m', `${MODULE}@v0.9.1`], { cwd: '/', stdio: 'ignore', timeout: 20_000, env: { ...process.env, ...networkAccess().env, GO111MODULE: 'on', GOFLAGS: '-mod=mod' } });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!proxyReached())('a real Go module (skipped where the proxy is not reached)', () => {
  test('is fetched beside the copy, seen by checks, and goes with the copy', async () => {
    const files = {
      'go.mod': 'module example.com/a\n\ngo 1.23\n', 'allowed_deps.json': `{"go": ["${MODULE}"]}`,
      'a_test.go': `package a\n\nimport (\n\t"testing"\n\n\t"${MODULE}"\n)\n\nfunc TestA(t *testing.T) {\n\tif errors.New("x").Error() != "x" {\n\t\tt.Fatal()\n\t}\n}\n`,
    };
    const { context, close } = await sandboxedContext(files, { approve: () => Promise.reject(new Error('nobody is to be asked')) });
    try {
      expect(await runTool('run_tests', {}, context)).toMatchObject({ ok: true, data: { passed: false } });
      expect(await add({ name: MODULE, version: '0.9.1' }, context)).toMatchObject({ ok: true, changed: ['go.mod', 'go.sum'], data: { language: 'go', install: 'go mod download' } });
      expect((await context.bench.readText('go.mod')).text).toContain(`${MODULE} v0.9.1`);
      expect(await runTool('run_tests', {}, context)).toMatchObject({ ok: true, data: { passed: true } });
      expect(packages(context)).toEqual(['go-1']);
    } finally {
      await close();
    }
    expect(existsSync(context.bench.packages)).toBe(false);
  });
});
