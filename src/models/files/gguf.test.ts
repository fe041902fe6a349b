import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gguf, safetensors, WRITER, type GgufSpec } from '../../../test/support/model-files.ts';
import { tensorBytes } from './ggml-types.ts';
import { parseGgufHeader } from './gguf-header.ts';
import { isLaterPart, readGguf, stemOf } from './gguf.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ug-gguf-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (bytes: Buffer | string, name = 'tiny-q4_k_m.gguf') => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
/** `code: message` of what reading a file throws. */
const problem = (path: string) => readGguf(path).then(() => 'read', (error: { code: string; message: string }) => `${error.code}: ${error.message.replaceAll(folder, 'F')}`);

describe('what a whole file says', () => {
  it.each([1, 2, 3])('is read from version %i of the form', async (version) => {
    const path = write(gguf({ version }));
    const { facts } = await readGguf(path);
    expect(facts).toEqual({ title: 'Tiny Coder', architecture: 'qwen2', parameters: 64, quantization: 'Q4_K_M', bytes: gguf({ version }).length, context: 32_768, chat: true, files: [path] });
  });

  it.each<[string, GgufSpec, Record<string, unknown>]>([
    ['a base model has no template', { metadata: { ...WRITER, 'tokenizer.chat_template': '' } }, { chat: false }],
    ['without a name it has that of the file', { metadata: { ...WRITER, 'general.name': '' } }, { title: 'tiny-q4_k_m' }],
    ['without a file type the type of most bytes is told', { metadata: { ...WRITER, 'general.file_type': 1_024 }, tensors: { a: { type: 0, dims: [8], bytes: 32 }, b: { type: 12, dims: [256], bytes: 144 } } }, { quantization: 'Q4_K', parameters: 264 }],
    ['a type that came later does not stop it', { metadata: { ...WRITER, 'general.file_type': 1_024 }, tensors: { a: { type: 99, dims: [8], bytes: 32 } } }, { quantization: 'type 99' }],
    ['an embedding model is unfit', { metadata: { ...WRITER, 'qwen2.pooling_type': 3 } }, { unfit: expect.stringContaining('does not write text') }],
    ['so is a bert', { metadata: { ...WRITER, 'general.architecture': 'nomic-bert' } }, { unfit: expect.stringContaining('architecture nomic-bert') }],
    ['an adapter is unfit', { metadata: { ...WRITER, 'general.type': 'adapter' } }, { unfit: 'it is no model but an adapter (LoRA) for one' }],
    ['a vocabulary is unfit', { tensors: {} }, { unfit: 'it holds a vocabulary and no weights', parameters: undefined }],
    ['one without a tokenizer is unfit', { metadata: { 'general.architecture': 'llama' } }, { unfit: 'it has no tokenizer' }],
  ])('%s', async (_title, spec, expected) => {
    expect((await readGguf(write(gguf(spec)))).facts).toMatchObject(expected);
  });

  it('a header of many megabytes is read to its end', async () => {
    const path = write(gguf({ metadata: { ...WRITER, 'tokenizer.ggml.tokens': Array.from({ length: 200_000 }, (_, i) => `token ${i}`) } }));
    expect((await readGguf(path)).facts.parameters).toBe(64);
  });
});

describe('a model in parts', () => {
  const names = [1, 2, 3].map((n) => `big-0000${n}-of-00003.gguf`);
  const part = (n: number, expected = 3) => gguf({ metadata: n === 0 ? { ...WRITER, 'split.count': 3, 'split.no': 0, 'split.tensors.count': expected } : { 'split.count': 3, 'split.no': n }, tensors: { [`t${n}`]: { type: 1, dims: [16], bytes: 32 } } });

  it('is one model, whichever part was named', async () => {
    names.forEach((name, n) => write(part(n), name));
    const { path, facts } = await readGguf(join(folder, names[1]!));
    expect(path).toBe(join(folder, names[0]!));
    expect(facts).toMatchObject({ parameters: 48, title: 'Tiny Coder', files: names.map((name) => join(folder, name)) });
  });
  it('names the parts that are missing', async () => {
    write(part(0), names[0]);
    expect(await problem(join(folder, names[0]!))).toBe(`model_file_invalid: The model big has 3 parts, and 2 of them are missing: ${names[1]}, ${names[2]}. Put them into F.`);
  });
  it('of two models is refused', async () => {
    names.forEach((name, n) => write(part(n, 7), name));
    expect(await problem(join(folder, names[0]!))).toMatch(/hold 3 tensors, and 7 belong to the model/);
  });
  it('that was renamed is refused', async () => {
    expect(await problem(write(part(0), 'renamed.gguf'))).toMatch(/renamed\.gguf is one of 3 parts, and its name does not say which\./);
  });
  it.each([['big-00001-of-00003.gguf', 'big', false], ['big-00002-of-00003.gguf', 'big', true], ['a/b.GGUF', 'b', false]])('%s has the stem %s', (name, stem, later) => {
    expect([stemOf(name), isLaterPart(name)]).toEqual([stem, later]);
  });
});

describe('what is no whole model says what it is and what to do', () => {
  const whole = gguf();
  const patched = (at: number, value: number, bytes = whole) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt32LE(value, at);
    return copy;
  };
  it.each<[string, Buffer | string, RegExp]>([
    ['empty', '', /is empty\. Download it again/],
    ['cut off in its weights', whole.subarray(0, -10), /is cut off: it has \d+ bytes, and its tensors need \d+\. The download was not finished/],
    ['cut off in its header', whole.subarray(0, 100), /ends in the middle of its header\. It is damaged/],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 4683073184\n', /is a Git LFS pointer, \d+ bytes that stand for a file of 4683073184 bytes\. Fetch the file itself: `git lfs pull`/],
    ['a web page', '<!doctype html>\n<html><title>Log in</title>', /is a web page and no model.*`\/resolve\/`/],
    ['the error of a server', '{"error": "Invalid credentials in Authorization header"}', /is the error message of a server: \{"error": "Invalid credentials/],
    ['an old GGML file', 'tjgg1234', /is a GGML file, the form that came before GGUF/],
    ['a ZIP archive', 'PK\u0003\u0004xxxx', /is a ZIP archive \(perhaps a PyTorch checkpoint\)/],
    ['one file of a snapshot', safetensors(), /is a safetensors file, one part of a snapshot\. Give the folder/],
    ['something else', 'print("hello")', /is not a GGUF file\. Give a model file/],
    ['of an unknown version', patched(4, 9), /has the GGUF version 9, and only 1 to 3 are known/],
    ['for big-endian machines', patched(4, 0x03000000), /is a GGUF file for big-endian machines/],
    ['with a count that cannot be', patched(16, 0xffffffff), /says that 4294967295 things follow in its header, which has no room for them/],
    ['with tensors without number', patched(8, 0x7fffffff), /says that 2147483647 things follow/],
    ['with a text that cannot be', patched(24, 0xfffffff0), /says that 4294967280 things follow/],
  ])('%s', async (_title, bytes, expected) => {
    const said = await problem(write(bytes));
    expect(said).toMatch(/^model_file_invalid: F\/tiny-q4_k_m\.gguf /);
    expect(said).toMatch(expected);
  });

  it('a pipe, which would be waited for', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.gguf')]);
    expect(await problem(join(folder, 'pipe.gguf'))).toMatch(/pipe\.gguf is not a regular file/);
  });
  it('a file that is not there, a folder, a link in a circle', async () => {
    expect(await problem(join(folder, 'gone.gguf'))).toMatch(/F\/gone\.gguf does not exist\. Check the spelling/);
    mkdirSync(join(folder, 'x.gguf'));
    expect(await problem(join(folder, 'x.gguf'))).toMatch(/is not a regular file/);
    symlinkSync('loop.gguf', join(folder, 'loop.gguf'));
    expect(await problem(join(folder, 'loop.gguf'))).toMatch(/is a symbolic link that leads in a circle/);
  });
  it.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    const path = write(gguf());
    chmodSync(path, 0);
    expect(await problem(path)).toMatch(/may not be read by you\. Change its permissions/);
  });

  it('no cut and no changed byte of a header makes the reader fail in another way', () => {
    const bytes = gguf({ metadata: { 'general.architecture': 'llama', list: ['x', 'y'], n: 3 } });
    for (let at = 0; at < bytes.length; at += 1) {
      for (const value of [0, 9, 0x7f, 0xff]) {
        const copy = Buffer.from(bytes);
        copy[at] = value;
        for (const tried of [copy, bytes.subarray(0, at)]) {
          try {
            parseGgufHeader(tried, tried.length);
          } catch (error) {
            expect((error as Error).name).toBe('Damaged');
          }
        }
      }
    }
  });
});

it.each([[1, 64, 128], [12, 512, 288], [2, 33, 36], [99, 8, undefined]])('type %i with %i values takes %s bytes', (type, values, bytes) => {
  expect(tensorBytes(type, values)).toBe(bytes);
});
