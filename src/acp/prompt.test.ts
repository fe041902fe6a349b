import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ContentBlock } from '@agentclientprotocol/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPrompt } from './prompt.ts';

let root: string;
let project: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-prompt-')));
  project = join(root, 'project');
  mkdirSync(join(project, 'src'), { recursive: true });
  writeFileSync(join(project, 'src', 'a b.py'), 'x = 1\n');
  writeFileSync(join(root, 'secret.txt'), 'secret\n');
  symlinkSync(project, join(root, 'link'));
  symlinkSync(join(root, 'secret.txt'), join(project, 'out.txt'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const text = (words: string): ContentBlock => ({ type: 'text', text: words });
const link = (path: string, hash = ''): ContentBlock => ({ type: 'resource_link', name: path.split('/').at(-1) ?? '', uri: pathToFileURL(join(root, path)).href + hash });
const resource = (uri: string, words: string): ContentBlock => ({ type: 'resource', resource: { uri, text: words } });

describe('readPrompt', () => {
  it.each([
    ['names a file of the project where it was mentioned', () => [text('fix '), link('project/src/a b.py'), text(' please')], 'fix src/a b.py please', ['src/a b.py']],
    ['says which lines are meant', () => [text('fix '), link('project/src/a b.py', '#L10:20')], 'fix src/a b.py (lines 10-20)', ['src/a b.py']],
    ['knows one line, and the other ways to write lines', () => [link('project/src/a b.py', '#L7'), text(' and '), link('project/src/a b.py', '#L1-L3')], 'src/a b.py (line 7) and src/a b.py (lines 1-3)', ['src/a b.py']],
    ['finds the project behind a link', () => [text('fix '), link('link/src/a b.py')], 'fix src/a b.py', ['src/a b.py']],
    ['takes a file that is not there yet', () => [text('write '), link('project/src/new/c.py')], 'write src/new/c.py', ['src/new/c.py']],
    ['reads a whole file of the project where it lies', () => [text('fix '), resource(pathToFileURL(join(project, 'src/a b.py')).href, 'x = 1\n')], 'fix src/a b.py', ['src/a b.py']],
  ])('%s', (_title, blocks, words, files) => {
    expect(readPrompt(blocks(), project)).toEqual({ text: words, files, edited: [], notes: [] });
  });

  it.each([
    ['a file outside', () => link('secret.txt')],
    ['a link of the project that leads out', () => link('project/out.txt')],
    ['the project itself', () => link('project')],
    ['an address of the network', (): ContentBlock => ({ type: 'resource_link', name: 'page', uri: 'https://example.com/page' })],
    ['an address that is none', (): ContentBlock => ({ type: 'resource_link', name: 'odd', uri: 'file://%zz' })],
  ])('leaves %s out, and says so', (_title, block) => {
    const prompt = readPrompt([text('look at '), block()], project);
    expect(prompt.files).toEqual([]);
    expect(prompt.notes).toEqual([expect.stringContaining('outside the project')]);
  });

  it('puts selections and texts from elsewhere after the words, in fences that they cannot end', () => {
    const selection = pathToFileURL(join(project, 'src/a b.py')).href + '#L1:1';
    const prompt = readPrompt([text('explain '), resource(selection, 'x = 1'), resource('zed:///thread/1', 'a\n```\nb')], project);
    expect(prompt.text).toBe('explain src/a b.py (line 1) zed:///thread/1\n\nsrc/a b.py, line 1:\n```\nx = 1\n```\n\nzed:///thread/1:\n````\na\n```\nb\n````');
  });

  it('tells a file apart whose text in the editor is not the one on disk', () => {
    const uri = pathToFileURL(join(project, 'src/a b.py')).href;
    expect(readPrompt([text('fix'), resource(uri, 'x = 2\n')], project)).toEqual({ text: 'fix src/a b.py', files: ['src/a b.py'], edited: ['src/a b.py'], notes: [] });
    expect(readPrompt([text('fix'), resource(uri, 'x = 1\r\n')], project).edited).toEqual([]);
  });

  it('cuts what is too long, leaves out what is not text, and refuses a prompt without words', () => {
    const prompt = readPrompt([text('read '), resource('note:1', 'x'.repeat(50_000)), { type: 'image', data: '', mimeType: 'image/png' }], project);
    expect(prompt.text.length).toBeLessThan(41_000);
    expect(prompt.notes).toEqual([expect.stringContaining('first 40000 characters'), expect.stringContaining('image')]);
    expect(() => readPrompt([text(' \n')], project)).toThrow(/prompt is empty/);
  });
});
