import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ngramEmbedder } from '../../models/embedding/ngram.ts';
import type { Embedder } from '../../models/types.ts';
import { openStore, type Store } from '../../store/store.ts';
import type { Library } from '../interfaces.ts';
import type { Capability } from '../types.ts';
import { claimMaking } from './making.ts';
import { openCatalogue } from './open.ts';

const scratch = mkdtempSync(join(tmpdir(), 'catalogue-'));
let store: Store;
beforeAll(async () => {
  store = await openStore({ directory: join(scratch, 'store') });
});
afterAll(async () => {
  await store.close();
  rmSync(scratch, { recursive: true, force: true });
});

const tool = (name: string, description: string, more: Partial<Capability> = {}): Capability => ({
  name, description, language: 'python', signature: '', parameters: { type: 'object', properties: {} }, returns: {}, effects: 'pure', errors: [], answer: '{result}', version: '1.0.0',
  code: '', cases: [], properties: [], uses: [], aliases: [], requests: [], status: 'active', made: { at: '', by: 'hand' }, hash: name, contractHash: name, ...more,
});
const percentage = tool('calculate_percentage', 'Calculate a percentage of a number.');
const reverse = tool('reverse_text', 'Reverse the characters of a text.');

/** A folder whose tools are what a test puts there. */
class Folder {
  readonly directory: string;
  tools: Capability[] = [];
  count = 0;
  lists = 0;
  constructor(name: string) {
    this.directory = join(scratch, name);
  }
  put(...tools: Capability[]): this {
    this.tools = tools;
    this.count += 1;
    return this;
  }
  list() {
    this.lists += 1;
    return Promise.resolve({ tools: this.tools.map((one) => ({ tool: one, folder: '', edited: false })), broken: [] });
  }
  revision() {
    return Promise.resolve(`${this.count}`);
  }
  library(): Library {
    return this as unknown as Library;
  }
}
/** Says which texts were embedded. */
function counting(model: string): Embedder & { texts: string[] } {
  const texts: string[] = [];
  return {
    model, dimensions: ngramEmbedder.dimensions, texts,
    embed(wanted) {
      texts.push(...wanted);
      return ngramEmbedder.embed(wanted);
    },
  };
}

let folder: Folder;
let number = 0;
beforeEach(() => {
  number += 1;
  folder = new Folder(`library ${number}`);
});
const open = (embedder: Embedder = ngramEmbedder) => openCatalogue({ db: store.db, embedder, library: folder.library() });

describe('the catalogue', () => {
  it('follows the folder: what came, what changed, what went', async () => {
    const catalogue = await open();
    expect(await catalogue.sync()).toEqual({ added: [], changed: [], removed: [] });
    folder.put(percentage, reverse);
    expect(await catalogue.sync()).toEqual({ added: ['calculate_percentage', 'reverse_text'], changed: [], removed: [] });
    folder.put({ ...reverse, description: 'Turn a text round.' });
    expect(await catalogue.sync()).toEqual({ added: [], changed: ['reverse_text'], removed: ['calculate_percentage'] });
    expect((await catalogue.near({ request: 'turn a text round' })).map(({ tool: { description } }) => description)).toEqual(['Turn a text round.']);
  });
  it('reads a folder that did not change neither again nor in the next process', async () => {
    folder.put(percentage);
    const first = await open();
    await first.sync();
    await first.sync();
    const embedder = counting(ngramEmbedder.model);
    const second = await open(embedder);
    await second.sync();
    expect(folder.lists).toBe(1);
    expect(embedder.texts).toEqual([]);
    expect((await second.near({ request: 'percentage of a number' }))[0]?.tool).toEqual(percentage);
  });
  it('sees what another process has brought into the index', async () => {
    const [one, other] = [await open(), await open()];
    await one.sync();
    folder.put(reverse);
    await other.sync();
    await one.sync();
    expect((await one.near({ request: 'reverse' })).map(({ tool: { name } }) => name)).toEqual(['reverse_text']);
  });
  it('embeds only texts that are new', async () => {
    const embedder = counting('a');
    const catalogue = await open(embedder);
    folder.put(percentage);
    await catalogue.sync();
    embedder.texts.length = 0;
    folder.put({ ...percentage, status: 'deprecated', requests: ['What is 15 percent of 300?'] });
    await catalogue.sync();
    expect(embedder.texts).toEqual(['What is 15 percent of 300?']);
  });
  it('embeds all texts again when the model is another, also where the folder is as it was', async () => {
    folder.put(percentage);
    await (await open(counting('before'))).sync();
    const embedder = counting('after');
    const catalogue = await open(embedder);
    expect(await catalogue.sync()).toEqual({ added: [], changed: ['calculate_percentage'], removed: [] });
    expect(embedder.texts).toHaveLength(3);
    expect((await catalogue.near({ request: 'percentage' }))[0]?.figures['name']).toBeGreaterThan(0);
  });
  it('gives active tools, and others when all are asked for', async () => {
    const catalogue = await open();
    folder.put({ ...percentage, status: 'archived' }, reverse);
    await catalogue.sync();
    const names = async (all: boolean) => (await catalogue.near({ request: 'calculate a percentage' }, { all })).map(({ tool: { name } }) => name);
    expect(await names(false)).toEqual(['reverse_text']);
    expect(await names(true)).toContain('calculate_percentage');
  });
  it('finds a tool by a request that it has served, by its alias, and by its words alone', async () => {
    const catalogue = await open();
    folder.put(percentage, { ...reverse, requests: ['spell my name from behind'], aliases: ['mirror_letters'] });
    await catalogue.sync();
    const [served] = await catalogue.near({ request: 'spell my name from behind' });
    expect(served).toMatchObject({ tool: { name: 'reverse_text' } });
    expect(served?.figures['request']).toBeCloseTo(1, 5);
    expect((await catalogue.near({ request: 'mirror letters' }))[0]?.figures['name']).toBeCloseTo(1, 5);
    expect((await catalogue.near({ request: 'percentages' }))[0]).toMatchObject({ tool: { name: 'calculate_percentage' }, figures: { text: expect.any(Number) as number } });
  });
  it('remembers uses, and says so when one that is to be wrong was never there', async () => {
    const catalogue = await open();
    await catalogue.addUse({ id: `u${number}`, name: 'x', version: '1.0.0', request: null, arguments: {}, result: { ok: true, result: 1, ms: 1 }, wrong: false });
    await catalogue.markWrong(`u${number}`);
    expect(await catalogue.uses()).toMatchObject([{ name: 'x', wrong: true, result: { ok: true, result: 1 } }]);
    await expect(catalogue.markWrong('nothing')).rejects.toMatchObject({ code: 'not_found' });
  });
  it('remembers what could not be made', async () => {
    const catalogue = await open();
    await catalogue.addFailedSynthesis({ need: { name: 'solve_halting', description: 'Tell whether a program ends.' }, stoppedBy: 'agreement', reason: 'no three agree' });
    const [near] = await catalogue.nearFailedSyntheses({ description: 'Tell whether a program ends.' });
    expect(near).toMatchObject({ need: { name: 'solve_halting' }, stoppedBy: 'agreement', reason: 'no three agree' });
    expect(near?.similarity).toBeCloseTo(1, 5);
  });
});

describe('claims of makings', () => {
  const need = (name: string, description: string) => ({ name, description });
  it('one at a time for needs that are alike, in any process; others go on', async () => {
    const [one, other] = [await open(), await open()];
    const first = await one.claimMaking(need('reverse_text', 'Reverse the characters of a text.'));
    const stranger = await other.claimMaking(need('calculate_percentage', 'Calculate a percentage of a number.'));
    expect([first.waited, stranger.waited]).toEqual([false, false]);
    let got = false;
    const second = other.claimMaking(need('reverse_string', 'Reverse the characters of a text')).then((claim) => {
      got = true;
      return claim;
    });
    await sleep(400);
    expect(got).toBe(false);
    await first.release();
    expect((await second).waited).toBe(true);
    await (await second).release();
    await stranger.release();
  });
  it('a claim that is cancelled while it waits leaves the queue', async () => {
    const catalogue = await open();
    const first = await catalogue.claimMaking(need('a_tool', 'One thing.'));
    const abort = new AbortController();
    const second = catalogue.claimMaking(need('a_tool', 'One thing.'), abort.signal);
    setTimeout(() => abort.abort(), 50);
    await expect(second).rejects.toThrow('aborted');
    await first.release();
    const third = await catalogue.claimMaking(need('a_tool', 'One thing.'));
    expect(third.waited).toBe(false);
    await third.release();
  });
  it('lives on by its sign of life, and is followed when that stops', async () => {
    const deps = { db: store.db, library: folder.directory, embedder: ngramEmbedder };
    const times = { leaseMs: 1_500, heartbeatMs: 100, lookMs: 20 };
    const alive = await claimMaking(deps, need('b_tool', 'Another thing.'), undefined, times);
    const silent = { ...times, heartbeatMs: 60_000 };
    let got = false;
    const next = claimMaking(deps, need('b_tool', 'Another thing.'), undefined, silent).then((claim) => {
      got = true;
      return claim;
    });
    await sleep(2_000);
    expect(got).toBe(false);
    await alive.release();
    await next;
    // It holds the claim, gives no sign and never releases it: whoever comes next has it all the same.
    await (await claimMaking(deps, need('b_tool', 'Another thing.'), undefined, times)).release();
    await alive.release();
  });
});
