import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveLimits } from './limits.ts';
import { barrier, Reach } from './reach.ts';
import { bwrapCgroup } from './rungs/bwrap-cgroup.ts';

// As root another user's directories are made; an ordinary user looks at their own.
const root = process.getuid?.() === 0;
const NOBODY = { uid: 65_534, gid: 65_534 };
const SOMEBODY = { uid: 54_321, gid: 54_321 };
let scratch: string;
let inner: string;
beforeAll(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'reach-')));
  inner = join(scratch, 'closed', 'inner');
  mkdirSync(inner, { recursive: true });
  chmodSync(scratch, 0o755);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('a directory that must be entered', () => {
  it.each([
    ['closed to all others', 0o700, SOMEBODY, true],
    ['readable, but not to be entered', 0o744, SOMEBODY, true],
    ['open to be entered', 0o711, SOMEBODY, false],
    ['open to a group that is not theirs', 0o710, SOMEBODY, true],
    ['closed to everybody but its owner, who asks', 0o700, { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }, false],
  ])('%s', (_title, mode, user, closed) => {
    chmodSync(join(scratch, 'closed'), mode);
    expect(barrier(inner, user)).toBe(closed ? join(scratch, 'closed') : undefined);
    const reach = new Reach(user);
    expect(reach.from(inner) === inner).toBe(!closed);
    expect(reach.explain('mount: denied', '/project')).toMatch(closed ? /^mount: denied\. User \d+, who owns \/project.*\/closed, and/ : /^mount: denied$/);
  });
  it.skipIf(!root)('open to their group, and closed to the owner by their own bit', () => {
    chownSync(join(scratch, 'closed'), 0, NOBODY.gid);
    chmodSync(join(scratch, 'closed'), 0o710);
    expect(barrier(inner, NOBODY)).toBeUndefined();
    chownSync(join(scratch, 'closed'), NOBODY.uid, NOBODY.gid);
    chmodSync(join(scratch, 'closed'), 0o077);
    expect(barrier(inner, NOBODY)).toBe(join(scratch, 'closed'));
    chownSync(join(scratch, 'closed'), 0, 0);
  });
});

it('mounts nothing where everything can be reached, or where root is not dropped', () => {
  chmodSync(join(scratch, 'closed'), 0o700);
  const kept = new Reach(undefined);
  expect([kept.from(inner), kept.words((name) => name)]).toEqual([inner, []]);
  const open = new Reach(SOMEBODY);
  expect([open.from(scratch), open.words((name) => name)]).toEqual([scratch, []]);
});

it('gives each source one place, and the sources to the launcher in that order', () => {
  chmodSync(join(scratch, 'closed'), 0o700);
  const reach = new Reach(SOMEBODY);
  const places = [reach.from(inner), reach.from(join(scratch, 'closed', 'other')), reach.from(inner)];
  expect(places[2]).toBe(places[0]);
  expect(new Set(places).size).toBe(2);
});

const obstacle = root ? await bwrapCgroup.prepare() : { problem: 'only root runs commands of others' };
describe.skipIf(obstacle)('a command that root runs for another user', () => {
  const limits = resolveLimits({ wallMs: 20_000 });
  it('finds its workspace and mounts behind closed directories, and nothing else of them', async () => {
    const closed = join(scratch, 'private');
    const workspace = join(closed, 'workspace');
    const shown = join(closed, 'shown');
    for (const directory of [workspace, shown]) mkdirSync(directory, { recursive: true });
    writeFileSync(join(shown, 'file'), 'shown\n');
    writeFileSync(join(closed, 'secret'), 'secret\n');
    chmodSync(join(closed, 'secret'), 0o666);
    chmodSync(closed, 0o700);
    chownSync(workspace, NOBODY.uid, NOBODY.gid);
    const script = `id -u; cat ${shown}/file; touch made; cat ${closed}/secret /run/untilgreen/* 2>/dev/null; echo end`;
    const result = await bwrapCgroup.run({ argv: ['/bin/sh', '-c', script], workspace, mounts: [{ source: shown, target: shown }] }, limits);
    expect(result).toMatchObject({ status: 'exited', exitCode: 0, stdout: `${NOBODY.uid}\nshown\nend\n` });
    expect(statSync(join(workspace, 'made')).uid).toBe(NOBODY.uid);
    expect(readdirSync('/run/untilgreen'), 'on the host nothing is mounted').toEqual([]);
  });
});
