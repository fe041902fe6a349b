import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'smol-toml';
import { buildProgram } from '../../src/cli/program.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/EDITORS.md'), 'utf8');
const blocks = (language: string): string[] => [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, text]) => text ?? '');

/** Every command with its arguments, wherever it stands in a value. */
function commandsIn(value: unknown): string[][] {
  if (value === null || typeof value !== 'object') return [];
  const { command, args } = value as { command?: unknown; args?: unknown };
  const own = typeof command === 'string' && Array.isArray(args) ? [[command, ...args.map(String)]] : [];
  return [...own, ...Object.values(value).flatMap(commandsIn)];
}

describe('the page on editors', () => {
  const configured = [...blocks('json').map((text): unknown => JSON.parse(text)), ...blocks('toml').map((text): unknown => parse(text))].map(commandsIn);

  it('has blocks that can be pasted, each with one command', () => {
    expect(configured.length).toBeGreaterThanOrEqual(7);
    for (const commands of configured) expect(commands).toHaveLength(1);
  });

  it('names commands and flags that there are', () => {
    const program = buildProgram('0', () => {});
    for (const [name, word, ...rest] of configured.flat()) {
      const command = program.commands.find((one) => one.name() === word);
      expect([name, command?.name()]).toEqual(['untilgreen', word]);
      for (const flag of rest.filter((part) => part.startsWith('--'))) expect(command?.options.map(({ long }) => long)).toContain(flag);
    }
  });
});
