import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { main } from '../main.ts';
import { strictest } from './jobs.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ug-mcp-'));
  for (const [name, value] of Object.entries({ HOME: home, XDG_CONFIG_HOME: join(home, 'config'), UNTILGREEN_HOME: join(home, 'data'), UNTILGREEN_MCP_TOKEN: '' })) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(home, { recursive: true, force: true });
});

describe('untilgreen mcp', () => {
  it.each([
    ['a host without HTTP', ['--host', '127.0.0.1'], {}, '--host is for HTTP, and --http is not given.'],
    ['a port that is none', ['--http', '--port', '70000'], {}, '--port 70000: expected a number from 0 to 65535.'],
    ['other machines without a token', ['--http', '--host', '0.0.0.0'], {}, '--host 0.0.0.0 lets other machines in, and there is no token. Set UNTILGREEN_MCP_TOKEN'],
    ['a token that could be guessed', ['--http', '--token', 'secret'], {}, 'The token has 6 characters; at least 16 are needed.'],
    ['a root that is not there', ['--root', '/nowhere'], {}, '--root /nowhere is no directory.'],
    ['one of the environment that could be', ['--http'], { UNTILGREEN_MCP_TOKEN: 'secret' }, 'The token has 6 characters'],
  ])('refuses %s, with nothing on stdout', async (_title, words, env, message) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    let stderr = '';
    const stdout = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
    expect(await main(['mcp', ...words])).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).not.toHaveBeenCalled();
  });
});

describe('when a call may have a change applied', () => {
  it.each([
    ['as it wants, where the user says nothing', {}, 'green', 'green'],
    ['as the user says, where that is stricter', { UNTILGREEN_APPLY: 'ask' }, 'green', 'ask'],
    ['never, where the user says so', { UNTILGREEN_APPLY: 'never' }, 'ask', 'never'],
    ['as it wants, where that is stricter', { UNTILGREEN_APPLY: 'green' }, 'never', 'never'],
  ] as const)('is %s', async (_title, env, wanted, expected) => {
    expect(strictest(wanted, await loadConfig({ env: { ...env, HOME: home }, cwd: home }))).toBe(expected);
  });
});
