import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from './main.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };

let root: string;
let project: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-cli-')));
  project = join(root, 'project');
  mkdirSync(project);
  writeFileSync(join(root, 'file'), 'x');
  for (const [name, value] of Object.entries({ HOME: root, XDG_CONFIG_HOME: join(root, 'config'), XDG_CACHE_HOME: join(root, 'cache'), UNTILGREEN_HOME: join(root, 'home') })) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

/** Runs a command line in this process. `{root}` stands for the scratch directory. */
async function command(...args: string[]) {
  const streams = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      streams[name] += String(text);
      return true;
    });
  }
  const exitCode = await main(args.map((arg) => arg.replace('{root}', root)));
  vi.restoreAllMocks();
  return { exitCode, ...streams };
}

describe('bad input ends with one clear line and changes nothing', () => {
  it.each<[string, string[], number, string | RegExp]>([
    ['an unknown command', ['rnu'], 2, "Unknown command 'rnu'. Did you mean run?"],
    ['a request for a command', ['fix the tests'], 2, `Unknown command 'fix the tests'. Did you mean: untilgreen run "fix the tests"`],
    ['an engine that is none', ['sandbox', 'build-image', '--engine', 'lxc'], 2, '--engine lxc is unknown. Expected podman or docker.'],
    ['a base that is no image', ['sandbox', 'build-image', '--base', 'a b'], 2, /^--base "a b" is not the name of an image\./],
    ['an unknown flag', ['run', '--jsn', 'x'], 2, "Unknown option '--jsn'. Did you mean --json?"],
    ['a flag like none', ['history', '--zzzz'], 2, /^Unknown option '--zzzz'\. `untilgreen --help` lists/],
    ['a flag without its value', ['run', 'x', '--budget'], 2, /^Option '--budget <limits>' argument missing\./],
    ['a missing argument', ['completion'], 2, /^Missing required argument 'shell'\./],
    ['no run to show', ['show'], 2, "Missing required argument 'run'. `untilgreen show last` shows the newest run, `untilgreen history` lists them."],
    ['too many words', ['undo', 'a', 'b'], 2, /^Too many arguments for 'undo'/],
    ['a missing directory', ['run', '{root}/gone', 'x'], 2, /\/gone does not exist\. Check the spelling, or create it first\.$/],
    ['a file for a directory', ['run', '{root}/file', 'x'], 2, /\/file is a file, not a directory\. Give the directory that holds it\.$/],
    ['the root of the file system', ['run', '/', 'x'], 2, /^\/ is the root of the file system, not a project\./],
    ['the home directory', ['run', '{root}', 'x'], 2, /is your home directory, not a project\./],
    ['an empty request', ['run', '{root}/project', ' '], 2, /^The request is empty\./],
    ['no request where nobody can be asked', ['run', '{root}/project'], 2, /\/project is a directory, and there is no request\./],
    ['a request without quotes', ['run', 'fix', 'the', 'tests'], 2, /put it in quotes\. Type: untilgreen run "fix the tests"$/],
    ['a budget that is none', ['run', '{root}/project', 'x', '--budget', '3q'], 2, /^--budget "3q" is no budget\. Expected tokens/],
    ['an unknown way to apply', ['run', '{root}/project', 'x', '--apply', 'gren'], 2, '--apply gren is unknown; did you mean green? Expected green, ask, never.'],
    ['an unknown kind of project', ['run', '{root}/new', 'x', '-p', 'webapp'], 2, '-p webapp is unknown; did you mean web_app? Expected web_app, data_pipeline, cli_tool.'],
    ['an unknown language', ['run', '{root}/project', 'x', '--lang', 'pyton'], 2, /^--language pyton is unknown; did you mean python\?/],
    ['a missing plan', ['run', '{root}/project', 'x', '--plan', '{root}/gone.json'], 2, /gone\.json cannot be read \(ENOENT\)\.$/],
    ['a plan that is not JSON', ['run', '{root}/project', 'x', '--plan', '{root}/file'], 3, /file is not JSON: /],
    ['a plan without steps', ['run', '{root}/project', 'x', '--plan', '{root}/project/../file.json'], 3, /^The plan has not the form/],
    ['a missing recording', ['run', '{root}/project', 'x', '--replay', '{root}/gone'], 2, /^There is no recording .*gone\. Make one with --record FILE\.$/],
    ['a report into a directory that is not there', ['run', '{root}/project', 'x', '--junit', '{root}/gone/x.xml'], 2, /there is no directory .*\/gone\.$/],
    ['a missing configuration', ['run', '{root}/project', 'x', '--config', '{root}/gone.yaml'], 2, /^There is no file .*gone\.yaml\./],
    ['a limit that is no number', ['history', '--limit', 'all'], 2, '--limit all: expected a whole number of at least 1.'],
    ['an unknown case of the demo', ['demo', '--only', 'nope'], 2, '--only nope is unknown. Expected cachetools, ini.'],
    ['no case of the demo', ['demo', '--only', ''], 2, /^--only .* Expected cachetools, ini\.$/],
    ['an empty check', ['run', '{root}/project', 'x', '--check', ' '], 2, /^--check is empty\. Give a command that must succeed/],
    ['an unknown command of a group', ['tool', 'lst'], 2, "Unknown command 'lst'. Did you mean list?"],
    ['an unknown command of a group like none', ['tool', 'zzz'], 2, /^Unknown command 'zzz'\. `untilgreen --help` lists/],
    ['an unknown shell', ['completion', 'tcsh'], 2, 'completion tcsh is unknown. Expected bash, zsh, fish.'],
  ])('%s', async (_title, args, exitCode, message) => {
    writeFileSync(join(root, 'file.json'), '{"summary": "x"}');
    const result = await command(...args);
    rmSync(join(root, 'file.json'));
    expect(result.exitCode).toBe(exitCode);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(/^untilgreen: [^\n]+\n$/);
    expect(result.stderr.slice('untilgreen: '.length, -1)).toMatch(typeof message === 'string' ? new RegExp(`^${message.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`) : message);
    expect(readdirSync(root).toSorted()).toEqual(['file', 'project']);
    expect(readdirSync(project)).toEqual([]);
  });

  it('a mistyped setting names file, line and what was meant', async () => {
    writeFileSync(join(project, 'untilgreen.yaml'), 'orchestrator:\n  max_iteration: 3\n');
    const { exitCode, stderr } = await command('run', project, 'x');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^untilgreen: unknown key `orchestrator\.max_iteration` in .*untilgreen\.yaml line 2; did you mean `max_iterations`\?\n$/);
  });
});

describe('config check', () => {
  it('names all faults of all sources at once', async () => {
    writeFileSync(join(project, 'untilgreen.yaml'), 'aply: ask\nchekcs: []\norchestrator:\n  max_iterations: many\nchecks:\n  - " "\n');
    vi.stubEnv('UNTILGREEN_SANDBOX', 'nope');
    const { exitCode, stdout, stderr } = await command('config', 'check', project);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines.map((line) => line.replaceAll(project, 'P'))).toEqual([
      'untilgreen: The configuration has 5 faults:',
      '  `sandbox.mode` in UNTILGREEN_SANDBOX: expected one of auto, none, got "nope".',
      expect.stringMatching(/^ {2}`orchestrator\.max_iterations` in .*untilgreen\.yaml line 4: expected a number, got "many"\.$/),
      expect.stringMatching(/^ {2}`checks\.0` in .*untilgreen\.yaml line 6: expected a text that is not empty, got " "\.$/),
      expect.stringMatching(/^ {2}unknown key `aply` in .*untilgreen\.yaml line 1; did you mean `apply`\?$/),
      expect.stringMatching(/^ {2}unknown key `chekcs` in .*untilgreen\.yaml line 2; did you mean `checks`\?$/),
    ]);
  });
});

describe('errors with --json', () => {
  it('end a run with an outcome line', async () => {
    const { exitCode, stdout, stderr } = await command('run', '/', 'x', '--json');
    expect(stderr).toMatch(/^untilgreen: /);
    expect(JSON.parse(stdout)).toMatchObject({ event: 'outcome', outcome: 'error', exitCode, error: { code: 'directory_refused' }, phase: 'done', level: 'error' });
  });
  it.each([[['nope', '--json', '{}'], 'unknown_tool'], [['file_read', '--json', '{bad'], 'usage'], [['file_read', '--json'], 'usage']])('tool call %j answers in JSON alone', async (words, code) => {
    const { exitCode, stdout, stderr } = await command('tool', 'call', ...words);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, code });
  });
  it('answer other commands with ok: false', async () => {
    const { exitCode, stdout } = await command('config', 'check', '/', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, code: 'directory_refused', exitCode });
  });
});

describe('what needs no engine', () => {
  it('config tells every value with its origin', async () => {
    const { exitCode, stdout } = await command('config', '--json');
    const { settings } = JSON.parse(stdout) as { settings: Record<string, { value: unknown; source: string }> };
    expect(exitCode).toBe(0);
    expect(settings['orchestrator.max_iterations']).toEqual({ value: 15, source: 'default' });
  });
  it.each<[string, Record<string, string>, string | RegExp]>([
    ['a server and its model', { OPENAI_BASE_URL: 'http://user:pass@127.0.0.1:9/v1', OPENAI_MODEL: 'qwen3' }, /^qwen3 at http:\/\/127\.0\.0\.1:9\/v1 \(from env: OPENAI_BASE_URL\)$/],
    ['a server alone', { VLLM_URL: 'http://127.0.0.1:9' }, 'the first model that it lists at http://127.0.0.1:9/v1 (from env: VLLM_URL)'],
    ['a key alone', { ANTHROPIC_API_KEY: 'k-secret' }, /^claude-\S+ at https:\/\/\S+ \(from env: ANTHROPIC_API_KEY\)$/],
    ['a setting over the environment', { UNTILGREEN_MODEL: 'm', UNTILGREEN_BASE_URL: 'http://127.0.0.1:9', OPENAI_MODEL: 'other' }, 'm at http://127.0.0.1:9/v1 (from models.default.base_url)'],
    ['nothing', {}, /^none is named; a run asks the usual ports/],
    ['no URL', { OPENAI_BASE_URL: 'http://' }, /^OPENAI_BASE_URL is not a URL/],
  ])('config tells the model that is found by %s, and asks no server', async (_title, env, expected) => {
    for (const name of ['OPENAI_BASE_URL', 'OPENAI_MODEL', 'OPENAI_API_KEY', 'VLLM_URL', 'VLLM_MODEL', 'ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL', 'GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY', 'OLLAMA_HOST']) vi.stubEnv(name, '');
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const { exitCode, stdout } = await command('config');
    expect(exitCode).toBe(0);
    const [, line] = /^model in use +(.*)$/m.exec(stdout) ?? [];
    expect(line).toMatch(typeof expected === 'string' ? new RegExp(`^${expected.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`) : expected);
    expect(stdout).not.toMatch(/secret|pass/);
  });
  it('config check says that all is in order', async () => {
    writeFileSync(join(project, 'untilgreen.yaml'), 'apply: ask\n');
    expect(await command('config', 'check', project)).toMatchObject({ exitCode: 0, stdout: `In order: ${join(project, 'untilgreen.yaml')}\n` });
  });
  it('config path names the directories', async () => {
    expect((await command('config', 'path')).stdout).toContain(`data     ${join(root, 'home')}`);
  });
  it.each([['run'], ['plan'], ['resume'], ['history'], ['show'], ['undo'], ['config'], ['doctor'], ['demo'], ['tool', 'call'], ['sandbox', 'build-image'], ['completion']])('%s %s has help with examples', async (...words) => {
    const { exitCode, stdout } = await command(...words.filter((word) => typeof word === 'string'), '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}\$ untilgreen /);
  });
  it('help names the cases of the demo, and no flag that a command would ignore', async () => {
    expect((await command('demo', '--help')).stdout).toContain('one of the cases: cachetools, ini');
    for (const name of ['demo', 'plan']) expect((await command(name, '--help')).stdout).not.toMatch(/--(apply|sarif|junit|report|yes)/);
  });
  it('no words show the help, and are no success', async () => {
    const { exitCode, stdout } = await command();
    expect(exitCode).toBe(2);
    expect(stdout).toContain('Exit codes: 0 green');
  });
  it('a group without a command shows its help, and is no success', async () => {
    const { exitCode, stderr } = await command('tool');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('untilgreen tool');
  });
  it.each(['bash', 'zsh', 'fish'])('completion for %s knows commands, options and values', async (shell) => {
    const { stdout } = await command('completion', shell);
    for (const word of ['resume', 'max-iterations', 'data_pipeline', 'schema']) expect(stdout).toContain(word);
  });
});

describe('as a process', () => {
  const run = promisify(execFile);
  it('the version needs nothing but package.json, and what is not built says so', async () => {
    // A copy without node_modules and dist: whatever it loads, it does not have.
    for (const name of ['bin/untilgreen.mjs', 'package.json']) cpSync(join(repository, name), join(root, 'copy', name));
    const bin = join(root, 'copy/bin/untilgreen.mjs');
    for (const flag of ['--version', '-V']) expect((await run(process.execPath, [bin, flag])).stdout).toBe(`${version}\n`);
    await expect(run(process.execPath, [bin, 'doctor'])).rejects.toMatchObject({ code: 2, stdout: '', stderr: 'untilgreen: it is not built yet. Run `npm run build` first.\n' });
  });
  it('output that nothing took is an error, not an answer', async () => {
    const bin = join(repository, 'bin/untilgreen.mjs');
    await expect(run('sh', ['-c', '"$0" "$1" config >/dev/full', process.execPath, bin])).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^untilgreen: The output could not be written: ENOSPC: no space left on device\. Make room/) });
    expect((await run('sh', ['-c', '"$0" "$1" config | head -n 1', process.execPath, bin])).stderr).toBe('');
  });
  it('the bash completion completes', async () => {
    const script = (await command('completion', 'bash')).stdout;
    writeFileSync(join(project, 'script.py'), '');
    const complete = (line: string) => `COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); COMPREPLY=(); _untilgreen; echo "\${COMPREPLY[@]}";`;
    const { stdout } = await run('bash', ['-c', `${script}\ncd ${project}\n${[
      'untilgreen res', 'untilgreen run --max', 'untilgreen run x --apply g', 'untilgreen config ch', 'untilgreen tool call --d',
      'untilgreen exec scr', 'untilgreen exec scr.py --lang s', 'untilgreen run --language h', 'untilgreen tool schema file_', 'untilgreen run --config scr', 'untilgreen completion z',
    ].map(complete).join('\n')}`]);
    expect(stdout.trim().split('\n')).toEqual(['resume', '--max-iterations', 'green', 'check', '--dir', 'script.py', 'shell', '', 'file_read file_write', 'script.py', 'zsh']);
  });
});
