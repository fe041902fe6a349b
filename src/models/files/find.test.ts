import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startChild } from '../../../test/support/child.ts';
import { gguf, snapshotFiles, writeFiles } from '../../../test/support/model-files.ts';
import { findModel, unknownModel } from './find.ts';
import { inventory } from './inventory.ts';
import { register, registered, unregister } from './registry.ts';
import { nearestNames, scan, withoutQuantization } from './scan.ts';

let root: string;
let env: Record<string, string | undefined>;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-find-')));
  env = { HOME: join(root, 'home'), UNTILGREEN_HOME: join(root, 'data'), PATH: '' };
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

const file = (path: string, bytes: string | Buffer = gguf()) => writeFiles(root, { [path]: bytes });
const found = async (wanted: string, roots?: string[]) => {
  const model = await findModel(wanted, { env, ...(roots ? { roots } : {}) });
  return model && { name: model.name, path: model.path.slice(root.length + 1), via: model.via, kind: model.kind };
};
const problem = (wanted: string) => findModel(wanted, { env }).then(() => 'found', (error: { code: string; message: string }) => `${error.code}: ${error.message.replaceAll(root, 'R')}`);

describe('a model is found', () => {
  it.each<[string, () => void, string, string, string]>([
    ['in our own directory', () => file('data/models/Qwen/repo/qwen-q4_0.gguf'), 'qwen-q4_0', 'data/models/Qwen/repo/qwen-q4_0.gguf', 'own'],
    ['without its quantisation', () => file('data/models/qwen-1.5b-Q4_K_M.gguf'), 'QWEN-1.5b', 'data/models/qwen-1.5b-Q4_K_M.gguf', 'own'],
    ['by the name of its file', () => file('data/models/qwen.gguf'), 'qwen.gguf', 'data/models/qwen.gguf', 'own'],
    ['in the cache of the hub, by its repository', () => file('home/.cache/huggingface/hub/models--Qwen--Tiny-GGUF/snapshots/abc/tiny-q8_0.gguf'), 'Qwen/Tiny-GGUF', 'home/.cache/huggingface/hub/models--Qwen--Tiny-GGUF/snapshots/abc/tiny-q8_0.gguf', 'hugging face'],
    ['where HF_HOME says', () => {
      env['HF_HOME'] = join(root, 'hf');
      file('hf/hub/models--Qwen--Tiny/snapshots/abc/tiny.gguf');
    }, 'tiny', 'hf/hub/models--Qwen--Tiny/snapshots/abc/tiny.gguf', 'hugging face'],
    ['among those of LM Studio', () => file('home/.lmstudio/models/pub/repo/studio.gguf'), 'pub/repo/studio.gguf', 'home/.lmstudio/models/pub/repo/studio.gguf', 'lm studio'],
    ['in llama.cpp’s cache', () => file(process.platform === 'darwin' ? 'home/Library/Caches/llama.cpp/c.gguf' : 'home/.cache/llama.cpp/c.gguf'), 'c', process.platform === 'darwin' ? 'home/Library/Caches/llama.cpp/c.gguf' : 'home/.cache/llama.cpp/c.gguf', 'llama.cpp'],
    ['a file that CODEGEN_MODEL_PATH names', () => {
      env['CODEGEN_MODEL_PATH'] = `${join(root, 'gone')}:${join(root, 'x/m.gguf')}`;
      file('x/m.gguf');
    }, 'm', 'x/m.gguf', 'CODEGEN_MODEL_PATH'],
    ['a folder that CODEGEN_MODEL_PATH names, with ~', () => {
      env['CODEGEN_MODEL_PATH'] = '~/x';
      file('home/x/deep/er/m.gguf');
    }, 'm', 'home/x/deep/er/m.gguf', 'CODEGEN_MODEL_PATH'],
    ['a split one by its stem', () => {
      file('data/models/big-00001-of-00002.gguf');
      file('data/models/big-00002-of-00002.gguf');
    }, 'big', 'data/models/big-00001-of-00002.gguf', 'own'],
  ])('%s', async (_title, make, wanted, path, via) => {
    make();
    expect(await found(wanted)).toMatchObject({ path, via, kind: 'gguf' });
  });

  it('a snapshot of the hub by its repository or its last name', async () => {
    writeFiles(join(root, 'home/.cache/huggingface/hub/models--bigcode--starcoder2-3b/snapshots/abc'), snapshotFiles());
    for (const name of ['bigcode/starcoder2-3b', 'starcoder2-3b']) expect(await found(name)).toMatchObject({ kind: 'snapshot', name: 'bigcode/starcoder2-3b' });
  });
  it('a plain snapshot in a root that was given', async () => {
    writeFiles(join(root, 'models/codellama'), snapshotFiles());
    expect(await found('codellama', [join(root, 'models')])).toEqual({ kind: 'snapshot', name: 'codellama', path: 'models/codellama', via: 'models root' });
    expect(await found('codellama')).toBeUndefined();
  });
  it('one of Ollama by its name and tag', async () => {
    const digest = 'a'.repeat(64);
    const layers = [{ mediaType: 'application/vnd.ollama.image.template', digest: `sha256:${'b'.repeat(64)}` }, { mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest}` }];
    file('home/.ollama/models/manifests/registry.ollama.ai/library/qwen2.5-coder/1.5b', JSON.stringify({ layers }));
    file('home/.ollama/models/manifests/registry.ollama.ai/library/half/latest', '{"layers": [');
    file(`home/.ollama/models/blobs/sha256-${digest}`);
    expect(await found('qwen2.5-coder:1.5b')).toMatchObject({ path: `home/.ollama/models/blobs/sha256-${digest}`, via: 'ollama' });
    expect((await scan({ env })).candidates).toHaveLength(1);
  });
  it('by its path, also from home and from here', async () => {
    file('x/m.gguf');
    expect(await found(join(root, 'x/m.gguf'))).toMatchObject({ via: 'path', name: 'm' });
    env['HOME'] = root;
    expect(await found('~/x/m.gguf')).toMatchObject({ via: 'path' });
    vi.spyOn(process, 'cwd').mockReturnValue(root);
    for (const here of ['./x/m.gguf', 'x/m.gguf', 'x']) expect(await found(here)).toEqual(here === 'x' ? undefined : { via: 'path', name: 'm', path: 'x/m.gguf', kind: 'gguf' });
  });
  it('by its name before a folder of that name in the project one stands in', async () => {
    writeFiles(join(root, 'project/org/coder'), snapshotFiles());
    writeFiles(join(root, 'project/coder'), snapshotFiles());
    vi.spyOn(process, 'cwd').mockReturnValue(join(root, 'project'));
    expect(await found('coder')).toBeUndefined();
    expect((await unknownModel('coder', { env })).message).toBe("There is no model 'coder' on this machine. For what lies here under that name write ./coder");
    expect(await found('org/coder')).toMatchObject({ path: 'project/org/coder' });
    writeFiles(join(root, 'home/.cache/huggingface/hub/models--org--coder/snapshots/abc'), snapshotFiles());
    expect(await found('org/coder')).toMatchObject({ via: 'hugging face' });
  });
  it('once, however many links lead to it, and links in a circle end', async () => {
    file('models/a/m.gguf');
    symlinkSync(join(root, 'models'), join(root, 'models/a/again'));
    symlinkSync('m.gguf', join(root, 'models/a/other-name.gguf'));
    const { candidates } = await scan({ env, roots: [join(root, 'models'), join(root, 'models/a')] });
    expect(candidates.map(({ name }) => name)).toEqual(['m']);
    expect(await found('other-name', [join(root, 'models')])).toMatchObject({ name: 'm' });
  });
});

describe('a name that is not clear', () => {
  it('is undefined where no model has it: a server may', async () => {
    expect(await found('gpt-5.5')).toBeUndefined();
  });
  it('is an error that names the models that have it', async () => {
    file('data/models/m-Q4_0.gguf');
    file('data/models/m-Q8_0.gguf');
    expect(await problem('m')).toBe("model_ambiguous: 'm' is the name of 2 models: m-Q4_0 (R/data/models/m-Q4_0.gguf), m-Q8_0 (R/data/models/m-Q8_0.gguf). Give the path of the one you mean, or name it with `untilgreen models add PATH --name NAME`.");
    expect(await found('m-q8_0')).toMatchObject({ name: 'm-Q8_0' });
  });
  it('a path where nothing is, a folder without a model, a file that is none', async () => {
    file('x/notes.txt', 'hello');
    expect(await problem(join(root, 'gone'))).toMatch(/^model_file_invalid: R\/gone does not exist/);
    expect(await problem(join(root, 'x'))).toMatch(/^model_file_invalid: R\/x holds no model/);
    expect(await problem(join(root, 'x/notes.txt'))).toMatch(/^model_file_invalid: R\/x\/notes\.txt is not a GGUF file/);
  });
  it('tells the nearest names', async () => {
    file('data/models/SmolLM2-135M-Instruct.Q4_1.gguf');
    expect((await unknownModel('smolm2', { env })).message).toBe("There is no model 'smolm2' on this machine; the nearest: SmolLM2-135M-Instruct.Q4_1. `untilgreen models list` shows all, `untilgreen models get NAME` downloads one.");
  });
  it.each([['coder', ['qwen-coder', 'star-coder']], ['qwen-codr', ['qwen-coder']], ['zzzz', []]])('nearest to %s: %j', (word, near) => {
    expect(nearestNames(word, ['qwen-coder', 'star-coder', 'llama'].map((name) => ({ name, aliases: [] })))).toEqual(near);
  });
  it.each([['a-q4_k_m', 'a'], ['a.Q8_0', 'a'], ['a-IQ3_XS', 'a'], ['a-f16', 'a'], ['qwen2.5', 'qwen2.5'], ['a-bf16', 'a'], ['a-MXFP4_MOE', 'a']])('%s is without its quantisation %s', (name, bare) => {
    expect(withoutQuantization(name)).toBe(bare);
  });
});

describe('registered names', () => {
  it('come before all others, and can be taken away', async () => {
    file('data/models/m.gguf');
    file('x/other.gguf');
    await register(env, 'm', join(root, 'x/other.gguf'));
    expect(await found('m')).toEqual({ name: 'm', path: 'x/other.gguf', via: 'registered', kind: 'gguf' });
    expect(await unregister(env, 'm')).toBe(true);
    expect(await unregister(env, 'm')).toBe(false);
    expect(await found('m')).toMatchObject({ path: 'data/models/m.gguf' });
  });
  it.each(['', '-x', '../x', 'a\nb', ' a', 'x'.repeat(101)])('%j is no name', async (name) => {
    await expect(register(env, name, '/x')).rejects.toMatchObject({ code: 'usage' });
    expect(await registered(env)).toEqual([]);
  });
  it('whose file is gone are told', async () => {
    await register(env, 'm', join(root, 'gone.gguf'));
    expect(await problem('m')).toMatch(/^model_file_invalid: R\/gone\.gguf does not exist/);
  });
  it('are all there after two commands at once, and after one that was killed', async () => {
    await Promise.all(['a', 'b/c', 'd'].map((name) => register(env, name, `/${name}`)));
    const child = startChild('model-register.ts', [JSON.stringify(env), 'a', '/new']);
    await child.ended;
    expect((await registered(env)).map(({ name, path }) => [name, path])).toEqual([['a', '/a'], ['b/c', '/b/c'], ['d', '/d']]);
    await register(env, 'a', '/new');
    expect((await registered(env))[0]).toMatchObject({ path: '/new' });
  });
});

describe('the inventory', () => {
  it('shows whole models with what loads them, broken ones with their problem, and places that are not there', async () => {
    file('models/good.gguf');
    file('models/cut.gguf', gguf().subarray(0, -10));
    writeFiles(join(root, 'models/snap'), snapshotFiles());
    writeFiles(join(root, 'models/models--a--b'), { 'blobs/x.incomplete': '' });
    env['CODEGEN_MODEL_PATH'] = join(root, 'gone');
    const { entries, problems } = await inventory({ env, roots: [join(root, 'models')] });
    expect(entries.map((entry) => [entry.name, 'problem' in entry ? entry.problem.code : entry.loading.by])).toEqual(expect.arrayContaining([['good', 'in process'], ['cut', 'model_file_invalid'], ['snap', 'nothing'], ['a/b', 'model_file_invalid']]));
    expect(entries).toHaveLength(4);
    expect(problems).toEqual([`${join(root, 'gone')} (CODEGEN_MODEL_PATH) cannot be looked into (ENOENT).`]);
  });
  it('says by which server a snapshot would be loaded', async () => {
    writeFiles(join(root, 'models/snap'), snapshotFiles());
    writeFileSync(join(writeFiles(join(root, 'bin'), {}), 'vllm'), '#!/bin/sh\n', { mode: 0o755 });
    env['PATH'] = join(root, 'bin');
    const { entries } = await inventory({ env, roots: [join(root, 'models')] });
    expect(entries[0]).toMatchObject({ loading: { by: 'server', detail: 'vLLM' } });
  });
});
