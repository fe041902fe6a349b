import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');
const PAGES = ['docs/EXECUTOR.md', 'README.md', 'docs/FUNCTIONS.md', 'docs/ASK.md'];
const run = promisify(execFile);
/** The examples need no model, and ask none. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OPENAI|ANTHROPIC|GEMINI|GOOGLE|VLLM|OLLAMA|DATABASE|UNTILGREEN)_/.test(name)));

interface Example {
  name: string;
  code: string;
  /** What follows the example; undefined where nothing does. */
  prints: string | undefined;
}

/** Every fence of TypeScript on a page, with the text that follows it. */
function examplesOf(page: string, text: string): Example[] {
  return [...text.matchAll(/^```ts\n([^]*?)^```\n(?:```text\n([^]*?)^```$)?/gm)].map((m) => ({ name: `${page}:${text.slice(0, m.index).split('\n').length}`, code: m[1] ?? '', prints: m[2] }));
}

/** The text of a page as a pattern: `…` stands for anything. */
function patternOf(text: string): RegExp {
  return new RegExp(`^${text.trimEnd().split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*')}$`);
}

const pages = await Promise.all(PAGES.map(async (page) => examplesOf(page, await readFile(join(REPOSITORY, page), 'utf8'))));
let folder: string;

/** A folder as a user's program has it: the package under its name, its exports on the sources, and the project beside it. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'untilgreen-docs-'));
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, 'untilgreen'), { recursive: true });
  const { exports } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as { exports: Record<string, { default: string }> };
  const sources = Object.entries(exports).map(([name, { default: built }]) => [name, built.replace('./dist/', './src/').replace(/\.js$/, '.ts')]);
  await writeFile(join(modules, 'untilgreen/package.json'), JSON.stringify({ name: 'untilgreen', type: 'module', exports: Object.fromEntries(sources) }));
  await symlink(join(REPOSITORY, 'src'), join(modules, 'untilgreen/src'));
  await symlink(join(REPOSITORY, 'node_modules/zod'), join(modules, 'zod'));
  await cp(join(REPOSITORY, 'examples/cart'), join(folder, 'cart'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the page of the library has examples of all four parts', () => {
  const code = pages[0]?.map((e) => e.code).join('\n') ?? '';
  for (const part of ['new CodeSandbox', 'defaultRegistry', 'new TaskPlan(', 'new TaskPlanner', 'new AgenticExecutor']) expect(code).toContain(part);
});

describe('the examples print what the page says', { timeout: 180_000 }, () => {
  test.each(pages.flat())('$name', async ({ code, prints }) => {
    // An example without its output would be run and not looked at.
    expect(prints).toBeDefined();
    await writeFile(join(folder, 'example.mts'), code);
    const { stdout, stderr } = await run(process.execPath, ['--import', join(REPOSITORY, 'node_modules/tsx/dist/esm/index.mjs'), 'example.mts'], {
      cwd: folder, env: { ...environment, UNTILGREEN_HOME: join(folder, 'home'), XDG_CONFIG_HOME: join(folder, 'config'), NO_COLOR: '1' },
    });
    expect(`${stdout}${stderr}`.trimEnd()).toMatch(patternOf(prints ?? ''));
  });
});
