import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { prepareCheck } from './check.ts';
import { detect } from './detect.ts';
import { go } from './go.ts';
import { projectOf } from './projects.prop.ts';

const FILE = 'package a\n\nimport "os"\n\nfunc F() { os.Exit(0) }\n';

describe('on a machine without Go', () => {
  beforeAll(() => vi.stubEnv('PATH', '/nonexistent'));
  afterAll(() => vi.unstubAllEnvs());

  it('says so, and what to do', async () => {
    const bench = await projectOf({ 'a.go': FILE });
    expect(await go.toolchain(bench)).toEqual({ mounts: [], env: {}, problem: 'Go is not on the PATH.', next: 'Install Go: https://go.dev/dl/, or `apt-get install golang-go`.' });
    const check = (await detect(bench))[0]!.checks[0]!;
    await expect(prepareCheck(check, bench)).rejects.toMatchObject({ code: 'sandbox_error', next: expect.stringContaining('go.dev') });
  });

  it('reads, scans and formats files all the same, and makes no mutants', async () => {
    const bench = await projectOf({ 'a.go': FILE });
    expect(await go.parse('a.go', FILE)).toMatchObject({ ok: true, symbols: [{ name: 'F', fromLine: 5 }], imports: [{ module: 'os', line: 3 }] });
    expect(await go.staticTests('a_test.go', 'package a\n\nfunc TestA(t *testing.T) {\n}\n')).toMatchObject([{ name: 'TestA' }]);
    expect(await go.scan('a.go', undefined, FILE)).toMatchObject([{ rule: 'unparsed', severity: 'block', line: 5 }]);
    expect(await go.format('a.go', 'package a\nfunc  F( ){}', bench)).toBe('package a\n\nfunc F() {}\n');
    expect(await go.organiseImports('a.go', 'package a\nimport "os"\n', bench)).toBe('package a\n\nimport "os"\n');
    expect(await go.mutants('a.go', FILE)).toEqual([]);
  });
});
