import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FIX, Lab, NODE_PROJECT, plan, PYTHON_FIX, PYTHON_PROJECT, snapshot, type Played } from '../support/lab.ts';
import type { Reply } from '../support/model-server.ts';

// A busy machine may take its time; nothing here is about time.
vi.setConfig({ testTimeout: 180_000 });
let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());

type Step = [action: string, args: Record<string, unknown>];
const edit = (path: string, oldText: string, newText: string): Step => ['edit_file', { path, edits: [{ oldText, newText }] }];
const MINUS = NODE_PROJECT['calc.js']!;
const PLUS = MINUS.replace('a - b', 'a + b');
const bytes = (directory: string, path: string) => readFileSync(join(directory, path));
const modeOf = (directory: string, path: string) => (statSync(join(directory, path)).mode & 0o7777).toString(8);
const receiptOf = (played: Played) => JSON.parse(readFileSync(join(played.outcome.folder, 'receipt.json'), 'utf8')) as Record<string, any>;

/** Plays to green and applied; every path but those the plan changes must be as it was, its time included. */
async function green(directory: string, steps: Step[], changed: string[], reply: () => Reply = () => plan(...steps)): Promise<Played> {
  const before = await snapshot(directory, { times: true });
  const played = await lab.play({ directory, request: 'add is wrong' }, [reply], { settings: (s) => (s.models.timeout_ms = 30_000) });
  expect(played.outcome).toMatchObject({ outcome: 'green', exitCode: 0 });
  const after = await snapshot(directory, { times: true });
  const differing = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((path) => before[path] !== after[path]);
  expect(differing.toSorted()).toEqual(changed.toSorted());
  return played;
}

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', '-c', 'protocol.file.allow=always', '-c', 'init.defaultBranch=main', ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe('names', () => {
  it('with spaces, quotes and Unicode, of the project and its files, are kept as they are', async () => {
    const source = 'src dir/rechner ü.js';
    const directory = await lab.project({
      'package.json': NODE_PROJECT['package.json']!, [source]: MINUS, 'test/it’s "calc" 日本.test.js': NODE_PROJECT['test/calc.test.js']!.replace('../calc.js', '../src dir/rechner ü.js'),
      '$HOME;*': 'x\n', 'e\u0301': 'decomposed\n', '\u00e9': 'composed\n', '-rf': 'option\n',
    }, 'my “project” ünï 日本 $(id)');
    await green(directory, [edit(source, 'a - b', 'a + b'), ['create_file', { path: 'neu/größe 1.txt', content: 'ß\n' }]], [source, 'neu/größe 1.txt']);
    expect(bytes(directory, source).toString()).toBe(PLUS);
    expect(bytes(directory, 'neu/größe 1.txt').toString()).toBe('ß\n');
  });
});

describe('the bytes of a file', () => {
  const crlf = (text: string) => text.replaceAll('\n', '\r\n');
  const cases: [what: string, before: string, after: string, step: Step][] = [
    ['CRLF line ends stay, also in new lines', crlf(MINUS), crlf(PLUS.replace('  return a + b;', '  // the sum\n  return a + b;')), edit('calc.js', 'add(a, b) {\n  return a - b;', 'add(a, b) {\n  // the sum\n  return a + b;')],
    ['mixed line ends stay line by line', MINUS.replace('}\n\n', '}\r\n\r\n'), PLUS.replace('}\n\n', '}\r\n\r\n'), edit('calc.js', '  return a - b;', '  return a + b;')],
    ['a byte order mark stays', `\uFEFF${MINUS}`, `\uFEFF${PLUS}`, edit('calc.js', 'export function add(a, b) {\n  return a - b;', 'export function add(a, b) {\n  return a + b;')],
    ['no final newline is added', MINUS.trimEnd(), PLUS.trimEnd(), edit('calc.js', 'a - b', 'a + b')],
    ['trailing spaces and tabs stay', MINUS.replace('a * b;\n', 'a * b; \t\n'), PLUS.replace('a * b;\n', 'a * b; \t\n'), edit('calc.js', 'a - b', 'a + b')],
  ];
  it.each(cases)('%s', async (_what, before, after, step) => {
    const directory = await lab.project({ ...NODE_PROJECT, 'calc.js': before });
    await green(directory, [step], ['calc.js']);
    expect(bytes(directory, 'calc.js')).toEqual(Buffer.from(after));
  });
});

describe('git', () => {
  it('is not needed, and none is made', async () => {
    const directory = await lab.project(NODE_PROJECT);
    await green(directory, [FIX], ['calc.js']);
    expect(readdirSync(directory).toSorted()).toEqual(['calc.js', 'package.json', 'test']);
  });

  it('keeps what is staged, changed and untracked as it is', async () => {
    const directory = await lab.project({ ...NODE_PROJECT, 'staged.txt': 'old\n', 'changed.txt': 'old\n', 'both.txt': 'old\n', 'gone.txt': 'old\n', '.gitignore': 'ignored.txt\n' });
    git(directory, 'init', '-q');
    git(directory, 'add', '.');
    git(directory, 'commit', '-qm', 'first');
    for (const [file, text] of [['staged.txt', 'staged\n'], ['both.txt', 'staged\n']] as const) writeFileSync(join(directory, file), text);
    git(directory, 'add', '.');
    git(directory, 'rm', '-q', 'gone.txt');
    for (const [file, text] of [['changed.txt', 'changed\n'], ['both.txt', 'changed again\n'], ['untracked.txt', 'new\n'], ['ignored.txt', 'mine\n']] as const) writeFileSync(join(directory, file), text);
    const status = () => git(directory, 'status', '--porcelain=v1', '--ignored').split('\n').filter((line) => !line.endsWith(' calc.js'));
    const [before, staged, index] = [status(), git(directory, 'diff', '--cached'), bytes(directory, '.git/index')];
    expect(before).toHaveLength(7);
    await green(directory, [FIX], ['calc.js']);
    expect(bytes(directory, '.git/index')).toEqual(index);
    expect(status()).toEqual(before);
    expect(git(directory, 'diff', '--cached')).toBe(staged);
    expect(git(directory, 'diff', '--numstat', 'calc.js')).toBe('1\t1\tcalc.js\n');
  });

  it('keeps a submodule, whose files are read and changed like others', async () => {
    const library = await lab.project({ 'index.js': 'export const sum = (a, b) => a - b;\n', 'other.js': 'export {};\n' }, 'library');
    git(library, 'init', '-q');
    git(library, 'add', '.');
    git(library, 'commit', '-qm', 'library');
    const directory = await lab.project({ ...NODE_PROJECT, 'calc.js': "import { sum } from './vendored/library/index.js';\n\nexport const add = sum;\nexport const mul = (a, b) => a * b;\n" });
    git(directory, 'init', '-q');
    git(directory, 'submodule', '--quiet', 'add', library, 'vendored/library');
    git(directory, 'add', '.');
    git(directory, 'commit', '-qm', 'first');
    const before = git(directory, 'submodule', 'status');
    await green(directory, [edit('vendored/library/index.js', 'a - b', 'a + b')], ['vendored/library/index.js']);
    expect(git(directory, 'submodule', 'status')).toBe(before);
    expect(git(join(directory, 'vendored/library'), 'status', '--porcelain')).toBe(' M index.js\n');
    expect(git(directory, 'status', '--porcelain')).toBe(' M vendored/library\n');
  });
});

describe('size', () => {
  it('5,000 files are taken in, and only the one that was to be changed is', async () => {
    const directory = await lab.project(NODE_PROJECT);
    for (let d = 0; d < 50; d += 1) mkdirSync(join(directory, `data/d${d}`), { recursive: true });
    for (let i = 0; i < 5_000; i += 1) writeFileSync(join(directory, `data/d${i % 50}/f${i}.txt`), `${i}\n`);
    const played = await green(directory, [FIX], ['calc.js']);
    expect(played.named('project_detected')[0]?.data['files']).toBe(5_003);
  });

  it('an ignored folder of 200 MB is not copied, and not lost', async () => {
    const directory = await lab.project({ ...NODE_PROJECT, '.gitignore': 'blobs/\n', 'blobs/small.txt': 'small\n' });
    for (const name of ['a.bin', 'b.bin', 'c.bin', 'd.bin']) {
      writeFileSync(join(directory, 'blobs', name), 'head');
      truncateSync(join(directory, 'blobs', name), 50 * 2 ** 20);
    }
    const data = join(lab.home, 'data');
    const size = () => Number(spawnSync('du', ['-s', '--apparent-size', '--block-size=1', data], { encoding: 'utf8' }).stdout.split('\t')[0]);
    const before = size();
    let during = 0;
    await green(directory, [FIX], ['calc.js'], () => {
      during = size();
      return plan(FIX);
    });
    // The copy, the database's log and the run's own files; far less than one of the four.
    expect(during - before).toBeLessThan(40 * 2 ** 20);
    expect(statSync(join(directory, 'blobs/d.bin')).size).toBe(50 * 2 ** 20);
  });
});

describe('permissions', () => {
  it('a read-only file that must be changed is, and stays read-only; others are not touched', async () => {
    const directory = await lab.project({ ...NODE_PROJECT, 'licence.txt': 'do not touch\n', 'kept/locked.txt': 'locked\n' });
    for (const path of ['calc.js', 'licence.txt']) chmodSync(join(directory, path), 0o444);
    chmodSync(join(directory, 'kept/locked.txt'), 0o400);
    await green(directory, [FIX], ['calc.js']);
    expect(bytes(directory, 'calc.js').toString()).toBe(PLUS);
    expect(['calc.js', 'licence.txt', 'kept/locked.txt'].map((path) => modeOf(directory, path))).toEqual(['444', '444', '400']);
  });

  it('the executable bit is kept by an edit, and not given to a new file', async () => {
    const directory = await lab.project({ ...NODE_PROJECT, 'bin/say.sh': '#!/bin/sh\necho minus\n' });
    chmodSync(join(directory, 'bin/say.sh'), 0o755);
    await green(directory, [FIX, edit('bin/say.sh', 'minus', 'plus'), ['create_file', { path: 'bin/new.txt', content: 'x\n' }]], ['calc.js', 'bin/say.sh', 'bin/new.txt']);
    expect(['bin/say.sh', 'bin/new.txt'].map((path) => modeOf(directory, path))).toEqual(['755', '644']);
  });

  it('symbolic links inside the project stay links', async () => {
    const directory = await lab.project({ ...NODE_PROJECT, 'shared/words.txt': 'words\n' });
    const links: [at: string, to: string][] = [['current.js', 'calc.js'], ['docs', 'shared'], ['test/up.js', '../calc.js'], ['dangling', 'nowhere']];
    for (const [at, to] of links) symlinkSync(to, join(directory, at));
    writeFileSync(join(directory, 'test/link.test.js'), NODE_PROJECT['test/calc.test.js']!.replace('../calc.js', '../current.js'));
    await green(directory, [FIX], ['calc.js']);
    for (const [at, to] of links) expect(readlinkSync(join(directory, at))).toBe(to);
    expect(bytes(directory, 'current.js').toString()).toBe(PLUS);
  });
});

describe('layouts', () => {
  it('a package within the project is tested with its own tests, beside the project’s', async () => {
    const inner = (text: string) => text.replaceAll('add', 'sum').replaceAll('mul', 'times');
    const directory = await lab.project({
      ...NODE_PROJECT, 'calc.js': PLUS,
      'packages/inner/package.json': '{ "name": "inner", "version": "1.0.0", "type": "module", "scripts": { "test": "node --test" } }\n',
      'packages/inner/calc.js': inner(MINUS), 'packages/inner/test/inner.test.js': inner(NODE_PROJECT['test/calc.test.js']!),
    });
    const played = await green(directory, [edit('packages/inner/calc.js', 'a - b', 'a + b')], ['packages/inner/calc.js']);
    const tests = receiptOf(played)['tests'] as { id: string; before: string; after: string }[];
    expect(tests.filter((t) => t.before === 'failed').map((t) => t.after)).not.toContain('failed');
    for (const name of ['add', 'mul', 'sum', 'times']) expect(tests.some((t) => t.id.endsWith(name)), `${name} in ${JSON.stringify(tests)}`).toBe(true);
  });

  it('a Python package below src, with no virtual environment and not installed', async () => {
    const directory = await lab.project({
      'pyproject.toml': '[project]\nname = "shop"\nversion = "1.0.0"\n', 'src/shop/__init__.py': 'from .calc import add\n', 'src/shop/calc.py': PYTHON_PROJECT['calc.py']!,
      'tests/test_calc.py': PYTHON_PROJECT['tests/test_calc.py']!.replace('from calc import', 'from shop.calc import'),
    });
    await green(directory, [edit('src/shop/calc.py', 'a - b', 'a + b')], ['src/shop/calc.py']);
    expect(existsSync(join(directory, 'src/shop/__pycache__'))).toBe(false);
  });
});

it('a test finds no network, and learns so at once', async () => {
  const net = `import test from 'node:test';
import assert from 'node:assert/strict';
import { connect } from 'node:net';

test('the outside is out of reach', { timeout: 5_000 }, async () => {
  const error = await new Promise((resolve) => connect(80, '192.0.2.1').once('error', resolve).once('connect', () => resolve(undefined)));
  assert.equal(error?.code, 'ENETUNREACH');
});
`;
  const directory = await lab.project({ ...NODE_PROJECT, 'test/net.test.js': net });
  const played = await green(directory, [FIX], ['calc.js']);
  const tests = receiptOf(played)['tests'] as { id: string; before: string; after: string }[];
  expect(tests.find((t) => t.id.includes('out of reach'))).toMatchObject({ before: 'passed', after: 'passed' });
});

/** Another user for the time of a test; only root can make one. */
function withUser(work: (uid: number, gid: number) => Promise<void>): Promise<void> {
  const name = `ug-test-${process.pid}`;
  execFileSync('useradd', ['--no-create-home', '--shell', '/usr/sbin/nologin', name]);
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return work(id('-u'), id('-g')).finally(() => execFileSync('userdel', [name]));
}
const canMakeUsers = process.getuid?.() === 0 && spawnSync('useradd', ['--help']).status === 0;

describe.skipIf(!canMakeUsers)('a project of another user, seen by root', () => {
  const who = (uid: number) => `import test from 'node:test';\nimport assert from 'node:assert/strict';\n\ntest('runs as the owner', () => assert.equal(process.getuid(), ${uid}));\n`;

  it.each([
    ['with node:test', NODE_PROJECT, FIX, 'calc.js', 'lib/new.js'],
    ['with pytest, although root’s interpreter is out of the owner’s reach', PYTHON_PROJECT, PYTHON_FIX, 'calc.py', 'lib/new.py'],
  ] as const)('is tested as that user, and applied files stay theirs: %s', (_what, files, fix, file, added) =>
    withUser(async (uid, gid) => {
      const python = file.endsWith('.py');
      const test: [string, string] = python ? ['tests/test_who.py', `import os\n\n\ndef test_runs_as_the_owner():\n    assert os.getuid() == ${uid}\n`] : ['test/who.test.js', who(uid)];
      const directory = await lab.project({ ...files, [test[0]]: test[1] });
      execFileSync('chown', ['-R', `${uid}:${gid}`, directory]);
      const played = await green(directory, [fix as Step, ['create_file', { path: added, content: '' }]], [file, added]);
      const tests = receiptOf(played)['tests'] as { id: string; after: string }[];
      expect(tests.find((t) => /owner/.test(t.id))).toMatchObject({ after: 'passed' });
      for (const path of [file, added, 'lib']) expect([path, statSync(join(directory, path)).uid, statSync(join(directory, path)).gid]).toEqual([path, uid, gid]);
    }));
});
