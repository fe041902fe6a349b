import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheDir, dataDir, userConfigFile } from './paths.ts';
import { promptText } from './prompts.ts';
import { leafKeys, nearest } from './shape.ts';
import { VARIABLES } from './variables.ts';

describe('where things lie', () => {
  it.each([
    ['below the home directory', { HOME: '/h' }, '/h/.local/share/untilgreen', '/h/.cache/untilgreen', '/h/.config/untilgreen/config.yaml'],
    ['where XDG says', { HOME: '/h', XDG_DATA_HOME: '/d', XDG_CACHE_HOME: '/c', XDG_CONFIG_HOME: '/k' }, '/d/untilgreen', '/c/untilgreen', '/k/untilgreen/config.yaml'],
    ['relative and empty XDG values are ignored', { HOME: '/h', XDG_DATA_HOME: 'd', XDG_CACHE_HOME: '' }, '/h/.local/share/untilgreen', '/h/.cache/untilgreen', '/h/.config/untilgreen/config.yaml'],
    ['UNTILGREEN_HOME moves the data alone', { HOME: '/h', UNTILGREEN_HOME: '/u' }, '/u', '/h/.cache/untilgreen', '/h/.config/untilgreen/config.yaml'],
  ])('%s', (_title, env, data, cache, config) => {
    expect([dataDir(env), cacheDir(env), userConfigFile(env)]).toEqual([data, cache, config]);
  });
});

describe('the table of variables', () => {
  it('names only keys that exist, each name once', () => {
    const keys = leafKeys();
    for (const { key } of VARIABLES) expect(keys).toContain(key);
    expect(new Set(VARIABLES.map((v) => v.name)).size).toBe(VARIABLES.length);
  });
});

describe('the nearest word', () => {
  it.each([
    ['max_iteration', 'max_iterations'], ['aply', 'apply'], ['APPLY', 'apply'], ['x', undefined], ['completely_different', undefined],
  ])('%s → %s', (word, expected) => {
    expect(nearest(word, ['max_iterations', 'apply', 'checks'])).toBe(expected);
  });
});

describe('the text of a prompt', () => {
  let root: string;
  let builtin: URL;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'ug-prompt-'));
    for (const [name, text] of [['builtin.md', 'built in'], ['mine.md', 'mine'], ['empty.md', ' \n']] as const) writeFileSync(join(root, name), text);
    builtin = pathToFileURL(join(root, 'builtin.md'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it.each([['planner', 'mine'], ['coder', 'built in'], ['constructor', 'built in']])('of %s is %j', async (name, text) => {
    expect(await promptText(name, { prompts: { planner: join(root, 'mine.md') } }, builtin)).toBe(text);
  });
  it.each([['gone.md', 'does not exist'], ['empty.md', 'is empty']])('from %s is refused: it %s', async (file, message) => {
    await expect(promptText('planner', { prompts: { planner: join(root, file) } }, builtin)).rejects.toMatchObject({ code: 'config_invalid', message: expect.stringContaining(message) });
  });
});
