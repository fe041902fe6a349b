import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { demo } from '../../src/cli/commands/demo.ts';

// The offline cases need no network, so that they hold everywhere; `npm run demo` runs the released packages.
const ASSETS = new URL('../../assets/demo/', import.meta.url);
let recordings: string;
let printed = '';
beforeEach(async () => {
  recordings = await mkdtemp(join(tmpdir(), 'recordings-'));
  await cp(ASSETS, recordings, { recursive: true });
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(recordings, { recursive: true, force: true });
  const home = /are in (\S+)\.\n/.exec(printed)?.[1];
  if (home?.startsWith(tmpdir())) await rm(home, { recursive: true, force: true });
});
const play = (only: string) => demo({ only, offline: true, recordings, quiet: true });

describe('the demo', () => {
  it.each(['cachetools', 'ini'])('ends green in place of %s, and says that the replies are recorded', async (name) => {
    expect(await play(name)).toBe(0);
    expect(printed).toContain('are recorded');
    expect(printed).toContain('green');
  });

  it.each([
    ['the code of a reply', (reply: string) => reply.replace('//', '/')],
    ['what an edit is looked for by', (reply: string) => reply.replace('discount_percent)', 'discount_percentX')],
  ])('fails when one byte of %s is changed', async (_what, change) => {
    const path = join(recordings, 'cart.jsonl');
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    const entry = JSON.parse(lines[1]!) as { response: { body: string } };
    // The reply streams in pieces: change it where it is whole.
    const pieces = entry.response.body.split('\n').map((line) => (line.startsWith('data: {') ? (JSON.parse(line.slice(6)) as any) : undefined));
    const text = pieces.map((p) => p?.choices?.[0]?.delta?.content ?? '').join('');
    const changed = change(text);
    expect(changed).not.toBe(text);
    let first = true;
    entry.response.body = entry.response.body
      .split('\n')
      .map((line, i) => {
        const piece = pieces[i];
        if (typeof piece?.choices?.[0]?.delta?.content !== 'string') return line;
        piece.choices[0].delta.content = first ? changed : '';
        first = false;
        return `data: ${JSON.stringify(piece)}`;
      })
      .join('\n');
    lines[1] = JSON.stringify(entry);
    await writeFile(path, `${lines.join('\n')}\n`);
    expect(await play('cachetools')).not.toBe(0);
  });

  it('fails when a recorded request is not the one that is asked', async () => {
    const path = join(recordings, 'duration.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace('parseDuration reads only', 'parseDuration reads'));
    expect(await play('ini')).toBe(2);
    expect(printed).toContain('differs from the recording');
  });
});
