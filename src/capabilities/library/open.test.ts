import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Library } from '../interfaces.ts';
import type { CapabilityDraft } from '../types.ts';
import { openLibrary } from './open.ts';
import { stampOf } from './stamp.ts';
import { OWN_TESTS } from './test-file/own-tests.ts';
import { evidenceFor, goSample, sample, scriptSample } from './testing/samples.ts';

let directory: string;
let library: Library;
beforeEach(async () => {
  directory = join(mkdtempSync(join(tmpdir(), 'library-')), 'tools');
  library = await openLibrary(directory);
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

const save = (draft: CapabilityDraft, version = '1.0.0') => library.save(draft, version, evidenceFor(draft));
const later = (change: Partial<CapabilityDraft> = {}): CapabilityDraft => sample({ description: 'Calculates how much some percent of a number are.', ...change });
const at = (...path: string[]): string => join(directory, ...path);
const read = (...path: string[]): string => readFileSync(at(...path), 'utf8');
const NAME = 'calculate_percentage';

describe('a library', () => {
  it('makes no folder before something is saved', async () => {
    expect(await library.list()).toEqual({ tools: [], broken: [] });
    expect(await library.read(NAME)).toBeUndefined();
    expect(await library.revision()).toBe('');
    expect(existsSync(directory)).toBe(false);
  });

  it('is a folder, and no file', async () => {
    writeFileSync(directory, '');
    await expect(openLibrary(directory)).rejects.toMatchObject({ code: 'not_a_directory' });
  });

  it('gives back what was saved, with its evidence, also to another process', async () => {
    const tool = await save(sample());
    const entry = { tool, folder: at(NAME), edited: false, evidence: evidenceFor(sample()) };
    expect(tool).toMatchObject({ ...sample(), version: '1.0.0', status: 'active', hash: evidenceFor(sample()).hash });
    expect(await library.read(NAME)).toEqual(entry);
    expect(await (await openLibrary(directory)).list()).toEqual({ tools: [entry], broken: [] });
    expect(readdirSync(at(NAME)).toSorted()).toEqual(['SKILL.md', 'calculate_percentage.py', 'cases.json', 'evidence.json', 'test_calculate_percentage.py', 'tool.json', 'versions']);
    expect(readdirSync(at('.untilgreen')).toSorted()).toEqual(['.gitignore', 'library.lock']);
  });

  it('hands out copies: what a caller does to one reaches nobody else', async () => {
    await save(sample());
    (await library.read(NAME))!.tool.cases.length = 0;
    expect((await library.read(NAME))!.tool.cases).toHaveLength(3);
  });

  it('finds a tool by its alias, an active one first', async () => {
    await save(sample());
    await save(sample({ name: 'another_one', signature: 'def another_one()' }));
    expect((await library.read('percent_of'))?.tool.name).toBe('another_one');
    await library.update('another_one', { status: 'archived' });
    expect((await library.read('percent_of'))?.tool.name).toBe(NAME);
    expect((await library.read('percent_of', '1.0.0'))?.tool.name).toBe(NAME);
  });

  it.each(['../tools', 'tool.json', 'No_Name', '', '.untilgreen', 'toString'])('knows no tool %j', async (name) => {
    await save(sample());
    expect(await library.read(name)).toBeUndefined();
    await expect(library.versions(name)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('names what cannot be read, with the reason, and lists the rest', async () => {
    await save(sample());
    await save(goSample());
    writeFileSync(at('mean_linux', 'cases.json'), '[{"result": 1}]');
    mkdirSync(at('empty_one'));
    writeFileSync(at('README.md'), 'Tools.');
    mkdirSync(at('.git'));
    cpSync(at(NAME), at('renamed_one'), { recursive: true });
    symlinkSync('/usr', at('led_out'));
    const { tools, broken } = await library.list();
    expect(tools.map(({ tool }) => tool.name)).toEqual([NAME]);
    expect(Object.fromEntries(broken.map(({ name, problem }) => [name, problem]))).toEqual({
      empty_one: 'empty_one/tool.json is missing.',
      led_out: `${at('led_out')} is a link that leads out of the library, to /usr.`,
      mean_linux: 'mean_linux/cases.json: [1].arguments is missing.',
      renamed_one: 'tool.json: name: expected "renamed_one" as the folder is called, got "calculate_percentage".',
    });
    await expect(library.read('mean_linux')).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringContaining('[1].arguments') as string });
  });
});

describe('versions', () => {
  it('stay in the history, the newest is current, and an earlier one can be so again', async () => {
    await save(sample());
    await save(later({ aliases: ['share_of'] }), '1.0.1');
    await save(later({ cases: [] }), '1.0.10');
    const current = async () => (await library.versions(NAME)).map(({ version, current: is }) => `${version}${is ? '*' : ''}`);
    expect(await current()).toEqual(['1.0.0', '1.0.1', '1.0.10*']);
    expect((await library.read(NAME))!.tool.cases).toEqual([]);
    expect((await library.read(NAME, '1.0.1'))!.tool).toMatchObject({ version: '1.0.1', description: later().description });
    expect(await library.read(NAME, '2.0.0')).toBeUndefined();

    await library.update(NAME, { requests: ['what is it'] });
    const back = await library.setCurrent(NAME, '1.0.0', 'the later ones are wrong');
    expect(back).toMatchObject({ version: '1.0.0', description: sample().description, requests: ['what is it'], made: { parent: '1.0.10', reason: 'the later ones are wrong' } });
    expect(await library.read(NAME)).toEqual({ tool: back, folder: at(NAME), edited: false, evidence: evidenceFor(sample()) });
    expect(await current()).toEqual(['1.0.0*', '1.0.1', '1.0.10']);
    await expect(library.setCurrent(NAME, '3.0.0', 'x')).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('1.0.0, 1.0.1, 1.0.10') as string });
  });

  it('are never overwritten with another content; the same content may come again, with new evidence', async () => {
    await save(sample());
    await library.update(NAME, { status: 'deprecated', standing: { reason: 'wrong', since: '2026-01-01' } });
    await expect(save(later())).rejects.toMatchObject({ code: 'file_exists' });
    await library.save(sample(), '1.0.0', evidenceFor(sample(), 'once more'));
    const entry = await library.read(NAME);
    expect(entry!.evidence!.gates[0]!.says).toBe('once more');
    expect(entry!.tool).toMatchObject({ status: 'deprecated', standing: { reason: 'wrong' } });
  });

  it('keep the one before of a folder that was copied in without a history', async () => {
    await save(sample());
    rmSync(at(NAME, 'versions'), { recursive: true });
    await save(later(), '1.1.0');
    expect((await library.read(NAME, '1.0.0'))).toMatchObject({ edited: false, tool: { description: sample().description }, evidence: evidenceFor(sample()) });
  });

  it('of another language leave no file of the one before', async () => {
    await save(sample());
    await save(goSample({ name: NAME, code: goSample().code.replaceAll('mean_linux', NAME) }), '2.0.0');
    expect(readdirSync(at(NAME)).toSorted()).toEqual(['SKILL.md', 'calculate_percentage.go', 'calculate_percentage_test.go', 'cases.json', 'evidence.json', 'go.mod', 'tool.json', 'versions']);
  });

  it('are not collected by pytest, only the current one is', async () => {
    await save(sample());
    await save(later(), '1.0.1');
    await save(sample({ name: 'other_tool', signature: sample().signature.replace(NAME, 'other_tool'), code: sample().code.replace(NAME, 'other_tool') }));
    const { stdout } = spawnSync('python3', ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'tools'], { cwd: join(directory, '..'), encoding: 'utf8' });
    expect(stdout).toContain('6 passed');
  });

  it.each<[string, (draft: CapabilityDraft) => CapabilityDraft, string]>([
    ['evidence of another content', (draft) => ({ ...draft, description: 'Other.' }), 'evidence'],
    ['a name that is none', (draft) => ({ ...draft, name: 'Not A Name' }), 'no name of a tool'],
    ['a case without an outcome', (draft) => ({ ...draft, cases: [{ arguments: {}, from: 'user' }] }), 'expected either "result" or "error"'],
  ])('are refused with %s, and nothing is left', async (_, change, message) => {
    await expect(library.save(change(sample()), '1.0.0', evidenceFor(sample()))).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringContaining(message) as string });
    expect(await library.list()).toEqual({ tools: [], broken: [] });
  });
});

const edit = (file: string, change: (text: string) => string): void => writeFileSync(at(NAME, file), change(read(NAME, file)));

describe('a folder that was edited by hand', () => {
  it('is told, and what was admitted is still there', async () => {
    await save(sample());
    edit('calculate_percentage.py', (text) => text.replace('/ 100', '/ 1000'));
    const entry = (await library.read(NAME))!;
    expect(entry).toMatchObject({ edited: true });
    expect(entry.evidence).toBeUndefined();
    expect((await library.read(NAME, '1.0.0'))).toMatchObject({ edited: false, tool: { code: sample().code } });
    expect(await library.setCurrent(NAME, '1.0.0', 'edited by mistake')).toMatchObject({ code: sample().code });
    expect((await library.read(NAME))).toMatchObject({ edited: false, tool: { code: sample().code } });
  });

  it('becomes a new version when it is saved', async () => {
    await save(sample());
    edit('calculate_percentage.py', (text) => `# mine\n${text}`);
    const { tool } = (await library.read(NAME))!;
    await save(tool, '1.0.1');
    expect(await library.read(NAME)).toMatchObject({ edited: false, tool: { version: '1.0.1', code: `# mine\n${sample().code}` } });
    expect((await library.versions(NAME)).map(({ hash }) => hash)).toEqual([evidenceFor(sample()).hash, tool.hash]);
  });

  it('stays edited when its standing changes', async () => {
    await save(sample());
    edit('tool.json', (text) => text.replace('Calculates', 'Works out'));
    await library.update(NAME, { aliases: ['x_of'], status: 'deprecated', standing: { reason: 'old', since: '2026-01-01', instead: 'other' } });
    expect(await library.read(NAME)).toMatchObject({ edited: true, tool: { aliases: ['x_of'], status: 'deprecated', standing: { instead: 'other' }, description: 'Works out a percentage of a number.' } });
    expect(await library.update(NAME, { status: 'active' })).not.toHaveProperty('standing');
    expect(read(NAME, 'tool.json')).not.toContain('standing');
  });

  it('keeps own tests, own files and their modes through versions', async () => {
    await save(sample());
    edit('test_calculate_percentage.py', (text) => `${text}\ndef test_mine():\n    assert tool\n`);
    mkdirSync(at(NAME, 'notes'));
    writeFileSync(at(NAME, 'notes', 'why.sh'), 'echo\n', { mode: 0o755 });
    mkdirSync(at(NAME, '__pycache__'));
    await save(later({ name: NAME }), '1.1.0');
    expect(read(NAME, 'test_calculate_percentage.py')).toMatch(new RegExp(`# ${OWN_TESTS}\n\ndef test_mine\\(\\):\n    assert tool\n$`));
    expect(statSync(at(NAME, 'notes', 'why.sh')).mode & 0o777).toBe(0o755);
    expect(existsSync(at(NAME, '__pycache__'))).toBe(false);
    writeFileSync(at(NAME, 'test_calculate_percentage.py'), '# all mine\n');
    await library.setCurrent(NAME, '1.0.0', 'x');
    expect(read(NAME, 'test_calculate_percentage.py')).toBe('# all mine\n');
  });

  it('is mended by a version over one that cannot be read', async () => {
    await save(sample());
    writeFileSync(at(NAME, 'tool.json'), '{');
    await save(later(), '1.0.1');
    expect((await library.versions(NAME)).map(({ version }) => version)).toEqual(['1.0.0', '1.0.1']);
  });
});

describe('the revision', () => {
  it.each<[string, () => unknown]>([
    ['a tool comes', () => save(goSample())],
    ['a tool changes its standing', () => library.update(NAME, { status: 'archived' })],
    ['a file is edited', () => writeFileSync(at(NAME, 'calculate_percentage.py'), `${sample().code}# x`)],
    ['a folder goes', () => rmSync(at(NAME), { recursive: true })],
  ])('is another when %s', async (_, change) => {
    await save(sample());
    const before = await library.revision();
    expect(await library.revision()).toBe(before);
    await change();
    expect(await library.revision()).not.toBe(before);
  });
});

const record = (before: string | null = stampOf(at(NAME)) ?? null): void =>
  writeFileSync(at('.untilgreen', 'redo.json'), JSON.stringify({ name: NAME, staged: 'staged-00000001', aside: 'aside-00000001', before }));
/** Puts the second version where a save has it staged, and the first in its place. */
async function staged(): Promise<void> {
  await save(sample());
  cpSync(at(NAME), join(directory, '..', 'first'), { recursive: true });
  await save(later(), '1.0.1');
  renameSync(at(NAME), at('.untilgreen', 'staged-00000001'));
  renameSync(join(directory, '..', 'first'), at(NAME));
}
const left = (): string[] => readdirSync(at('.untilgreen')).filter((name) => !['.gitignore', 'library.lock'].includes(name));

describe('an interrupted save', () => {
  it.each<[string, () => void, string]>([
    ['before it was recorded it is removed', () => {}, '1.0.0'],
    ['when it was recorded it is finished', () => record(), '1.0.1'],
    ['between the two names it is finished', () => {
      record();
      renameSync(at(NAME), at('.untilgreen', 'aside-00000001'));
    }, '1.0.1'],
    ['after the exchange nothing but the record is left to remove', () => {
      record();
      renameSync(at(NAME), at('.untilgreen', 'aside-00000001'));
      renameSync(at('.untilgreen', 'staged-00000001'), at(NAME));
    }, '1.0.1'],
    ['over a folder that was edited since, it is dropped', () => {
      record();
      writeFileSync(at(NAME, 'notes.md'), 'mine');
    }, '1.0.0'],
  ])('%s, by who opens the library and by who reads it', async (_, interrupt, version) => {
    await staged();
    interrupt();
    const opened = await openLibrary(directory);
    expect((await opened.read(NAME))!.tool.version).toBe(version);
    expect(left()).toEqual([]);
  });

  it.each([
    ['a name that leads out of the library', JSON.stringify({ name: '../victim', staged: 'staged-00000001', aside: 'aside-00000001', before: null })],
    ['another folder than one of its own', JSON.stringify({ name: NAME, staged: '../../victim', aside: 'aside-00000001', before: null })],
    ['half of a record', '{"name":'],
  ])('moves nothing where its record holds %s', async (_, text) => {
    await staged();
    const victim = join(directory, '..', 'victim');
    writeFileSync(victim, 'mine');
    writeFileSync(at('.untilgreen', 'redo.json'), text);
    expect((await (await openLibrary(directory)).list()).tools.map(({ tool }) => tool.version)).toEqual(['1.0.0']);
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(left()).toEqual([]);
  });

  it('removes nothing where its state is a link', async () => {
    const elsewhere = join(directory, '..', 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'staged-00000001'), 'mine');
    mkdirSync(directory, { recursive: true });
    symlinkSync(elsewhere, at('.untilgreen'));
    await expect(save(sample())).rejects.toMatchObject({ code: 'path_unsafe' });
    expect(readdirSync(elsewhere)).toEqual(['staged-00000001']);
  });

  it('is finished before the next read of a library that is open', async () => {
    await staged();
    const open = await openLibrary(directory);
    await staged().catch(() => {});
    record();
    expect((await open.list()).tools.map(({ tool }) => tool.version)).toEqual(['1.0.1']);
    expect(left()).toEqual([]);
  });
});

describe('many at once', () => {
  it('save one after the other, and readers see whole tools alone', async () => {
    await save(sample());
    const others = await Promise.all([openLibrary(directory), openLibrary(directory)]);
    const over = new AbortController();
    const seen = new Set<string>();
    const reader = (async () => {
      while (!over.signal.aborted) {
        const entry = await others[1]!.read(NAME);
        expect(entry).toMatchObject({ edited: false });
        seen.add(entry!.tool.version);
        // What has not changed is answered without waiting for anything, and the others are to come to their turn.
        await new Promise((resolve) => setImmediate(resolve));
        expect((await others[1]!.list()).broken).toEqual([]);
      }
    })();
    const versions = Array.from({ length: 12 }, (_, index) => `1.0.${index + 1}`);
    await Promise.all(versions.map((version, index) => others[index % 2]!.save(sample({ description: version }), version, evidenceFor(sample({ description: version })))));
    over.abort();
    await reader;
    expect((await library.versions(NAME)).map(({ version }) => version)).toEqual(['1.0.0', ...versions]);
    expect(seen.size).toBeGreaterThan(0);
    expect((await library.list()).tools).toHaveLength(1);
    await save(scriptSample('javascript'));
    expect((await library.list()).tools).toHaveLength(2);
  });
});
