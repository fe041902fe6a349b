/* oxlint-disable vitest/no-conditional-expect -- which end is right depends on the moment that was struck */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLibrary } from './open.ts';
import { evidenceFor, sample } from './testing/samples.ts';

const NAME = 'calculate_percentage';
const next = sample({ description: 'The next one.', code: `# next\n${sample().code}` });

let top: string;
let tools: string;
let pristine: string;
beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'library-kill-'));
  [tools, pristine] = [join(top, 'tools'), join(top, 'pristine')];
  const library = await openLibrary(pristine);
  await library.save(sample({ description: 'The first one.' }), '0.9.0', evidenceFor(sample({ description: 'The first one.' })));
  await library.save(sample(), '1.0.0', evidenceFor(sample()));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

function reset(): void {
  rmSync(tools, { recursive: true, force: true });
  cpSync(pristine, tools, { recursive: true, preserveTimestamps: true });
}

/** Runs an expression over an open library in a process of its own, which dies at its n-th moment. False: it came to its end before. */
function killedAt(expression: string, n: number, log: string): boolean {
  const script = `
    import { openLibrary } from ${JSON.stringify(join(import.meta.dirname, 'open.ts'))};
    import { evidenceFor, sample } from ${JSON.stringify(join(import.meta.dirname, 'testing/samples.ts'))};
    const next = sample(${JSON.stringify({ description: next.description, code: next.code })});
    const library = await openLibrary(${JSON.stringify(tools)});
    await ${expression};`;
  const file = join(top, 'script.mts');
  writeFileSync(file, script);
  const done = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), file], { env: { ...process.env, UNTILGREEN_KILL_AT: String(n), UNTILGREEN_KILL_LOG: log }, encoding: 'utf8' });
  if (done.signal === 'SIGKILL') return true;
  if (done.status !== 0) throw new Error(done.stderr);
  return false;
}

const left = (): string[] => readdirSync(join(tools, '.untilgreen')).filter((name) => !['.gitignore', 'library.lock'].includes(name));

it.each<{ change: string; expression: string; says: (entry: Awaited<ReturnType<Awaited<ReturnType<typeof openLibrary>>['read']>>) => string; before: string; after: string; moments: string }>([
  { change: 'a new version', expression: `library.save(next, '1.0.1', evidenceFor(next))`, says: (entry) => entry!.tool.version, before: '1.0.0', after: '1.0.1', moments: 'library.recorded' },
  { change: 'a rollback', expression: `library.setCurrent('${NAME}', '0.9.0', 'x')`, says: (entry) => entry!.tool.version, before: '1.0.0', after: '0.9.0', moments: 'library.recorded' },
  { change: 'the first version of a tool', expression: `library.save(sample({ name: 'new_tool', aliases: [] }), '1.0.0', evidenceFor(sample({ name: 'new_tool', aliases: [] })))`, says: (entry) => String(entry !== undefined), before: 'false', after: 'true', moments: 'library.recorded' },
  { change: 'another standing', expression: `library.update('${NAME}', { status: 'archived' })`, says: (entry) => entry!.tool.status, before: 'active', after: 'archived', moments: 'library.renamed' },
])('killed at any moment of $change, a tool is whole, the old or the new one, and what was recorded is finished', { timeout: 300_000 }, async ({ change, expression, says, before, after, moments }) => {
  const name = change.startsWith('the first') ? 'new_tool' : NAME;
  const log = join(top, 'log');
  let struck = 0;
  for (let n = 1; ; n += 1) {
    reset();
    rmSync(log, { force: true });
    if (!killedAt(expression, n, log)) break;
    struck += 1;
    const passed = readFileSync(log, 'utf8').split('\n').map((line) => line.replace(/^\d+ /, ''));
    const library = await openLibrary(tools);
    const { tools: found, broken } = await library.list();
    expect(broken).toEqual([]);
    expect(found.every(({ edited, evidence }) => !edited && evidence !== undefined)).toBe(true);
    const entry = await library.read(name);
    if (passed.includes(moments)) expect(says(entry)).toBe(after);
    else expect([before, after]).toContain(says(entry));
    if (says(entry) === before) expect((await library.versions(NAME)).map(({ version }) => version)).toEqual(['0.9.0', '1.0.0']);
    expect(left()).toEqual([]);
    // The lock of the dead process is nobody's, and the same change can be made.
    await library.update(NAME, { requests: [] });
  }
  expect(struck).toBeGreaterThan(2);
  expect(says(await (await openLibrary(tools)).read(name))).toBe(after);
});
