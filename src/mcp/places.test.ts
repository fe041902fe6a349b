import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Places } from './places.ts';

let at: string;
beforeAll(() => {
  at = realpathSync(mkdtempSync(join(tmpdir(), 'places ')));
  for (const path of ['shop/src', 'shopping', 'todo']) mkdirSync(join(at, path), { recursive: true });
  symlinkSync(join(at, 'todo'), join(at, 'shop/link'));
});
afterAll(() => rmSync(at, { recursive: true }));

const nobody = { client: { elicits: false, roots: false }, responses: undefined };
const client = (...roots: string[]) => ({ client: { elicits: false, roots: true }, responses: { roots: { roots: roots.map((uri) => ({ uri })) } } });
const refused = { code: 'directory_refused' };

describe('directories that the user named', () => {
  const places = (): Places => new Places([join(at, 'shop')], at);

  it.each([
    ['the first one where a call names none', undefined, 'shop'],
    ['one in it, taken from there', 'src', 'shop/src'],
  ])('allow %s', async (_title, word, directory) => {
    expect(await places().enter(word, nobody)).toEqual({ directory: join(at, directory) });
  });

  it.each([
    ['one beside it', '../todo'],
    ['one whose name begins alike', '../shopping'],
    ['a link that leads out', 'link'],
  ])('do not allow %s', async (_title, word) => {
    await expect(places().enter(word, nobody)).rejects.toMatchObject(refused);
  });

  it('outweigh those of the client, which is not asked', async () => {
    await expect(places().enter(join(at, 'todo'), client(pathToFileURL(join(at, 'todo')).href))).rejects.toMatchObject(refused);
  });
});

describe('directories that the client names', () => {
  it('are asked for first', async () => {
    const asked = await new Places(undefined, at).enter(undefined, { client: { elicits: false, roots: true }, responses: undefined });
    expect(asked).toMatchObject({ question: { resultType: 'input_required', inputRequests: { roots: { method: 'roots/list' } } } });
  });

  it('are the only ones; what is no directory of this machine is passed over', async () => {
    const places = new Places(undefined, join(at, 'shop'));
    const answer = client('vscode-remote://ssh/home', pathToFileURL(join(at, 'todo')).href);
    expect(await places.enter(undefined, answer)).toEqual({ directory: join(at, 'todo') });
    await expect(places.enter(join(at, 'shop'), answer)).rejects.toMatchObject(refused);
  });

  it('are the current one where it names none', async () => {
    expect(await new Places(undefined, join(at, 'shop')).enter('src', client())).toEqual({ directory: join(at, 'shop/src') });
  });
});

it('runs are told of where calls may work, and where they have', async () => {
  const places = new Places(undefined, join(at, 'shop'));
  await places.enter(undefined, client(pathToFileURL(join(at, 'todo')).href));
  expect(await Promise.all(['shop/src', 'todo', 'shopping'].map((path) => places.knows(join(at, path))))).toEqual([true, true, false]);
});
