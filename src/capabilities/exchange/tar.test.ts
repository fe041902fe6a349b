import fc from 'fast-check';
import { createTar } from 'nanotar';
import { describe, expect, test } from 'vitest';
import { packTar, unpackTar } from './tar.ts';

const LIMITS = { files: 10, fileBytes: 1000 };
const file = (path: string, text = 'x'): { path: string; content: Buffer } => ({ path, content: Buffer.from(text) });

/** An archive of one file whose head was changed, with a sum that fits again. */
function forged(change: (head: Buffer) => void, path = 'a/b.txt'): Buffer {
  const archive = packTar([file(path)]);
  const head = archive.subarray(0, 512);
  change(head);
  head.write('        ', 148);
  head.write(`${head.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  return archive;
}
const named = (path: string): Buffer => forged((head) => {
  head.fill(0, 0, 100);
  head.write(path, 0);
});
const ofKind = (kind: string): Buffer => forged((head) => head.write(kind, 156));

describe('an archive of plain files', () => {
  test('gives back what was put in, long paths too', () => {
    const names = fc.array(fc.stringMatching(/^[a-z][a-z0-9_]{0,60}$/), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    fc.assert(fc.property(fc.uniqueArray(fc.tuple(names.filter((path) => !/(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\/|$)/.test(path)), fc.uint8Array({ maxLength: 1000 })), { selector: ([path]) => path, maxLength: 10 }), (given) => {
      const files = given.map(([path, content]) => ({ path, content: Buffer.from(content) }));
      expect(unpackTar(packTar(files), LIMITS)).toEqual(files);
    }));
  });

  test('can be read where another program made it', () => {
    expect(unpackTar(Buffer.from(createTar([{ name: 'a/b.txt', data: 'text' }])), LIMITS)).toEqual([file('a/b.txt', 'text')]);
  });

  test('refuses to pack a path that has no place in a head', () => {
    expect(() => packTar([file('a'.repeat(101))])).toThrow(/too long/);
  });
});

describe('an archive that was made to harm', () => {
  test.each<[string, Buffer, RegExp]>([
    ['goes up', named('../evil.txt'), /"\.\.\/evil\.txt" is not safe/],
    ['goes up in the middle', named('a/../../evil'), /not safe/],
    ['begins at the root', named('/etc/passwd'), /not safe/],
    ['is of another system', named('C:/evil'), /not safe/],
    ['has backslashes', named('..\\evil'), /not safe/],
    ['is hidden', named('a/.bashrc'), /not safe/],
    ['is empty', named(''), /not safe/],
    ['ends in a dot', named('a/b.'), /not safe/],
    ['is a device on Windows', named('a/NUL.txt'), /not safe/],
    ['holds a line break', named('a\nb'), /not safe/],
    ['goes up by its prefix', forged((head) => head.write('..', 345)), /"\.\.\/a\/b\.txt" is not safe/],
  ])('is refused where a path %s', (_, archive, why) => {
    expect(() => unpackTar(archive, LIMITS)).toThrow(why);
  });

  test.each<[string, string, RegExp]>([
    ['a symbolic link', '2', /a\/b\.txt is a symbolic link/], ['a hard link', '1', /hard link/], ['a device', '3', /device/], ['a pipe', '6', /pipe/], ['a folder', '5', /folder/],
    ['a long name of GNU', 'L', /kind 'L'/], ['a head of pax', 'x', /kind 'x'/],
  ])('is refused for %s', (_, kind, why) => {
    expect(() => unpackTar(ofKind(kind), LIMITS)).toThrow(why);
  });

  test.each<[string, Buffer, RegExp]>([
    ['the same path twice', packTar([file('a'), file('a')]), /has a twice/],
    ['paths that differ in letter case', packTar([file('a/Tool.py'), file('a/tool.py')]), /one file on some systems/],
    ['too many files', packTar(Array.from({ length: 11 }, (_, at) => file(`f${at}`))), /more than 10 files/],
    ['too large a file', packTar([file('a', 'x'.repeat(1001))]), /1001 bytes; 1000 are the most/],
    ['a size that it has not', forged((head) => head.write('00000001100\0', 124)).subarray(0, 1024), /ends in the middle of a\/b\.txt/],
    ['a negative size', forged((head) => head.write('-0000000001\0', 124)), /number in it cannot be read/],
    ['something after its end', Buffer.concat([packTar([file('a')]), Buffer.alloc(511), Buffer.from('x')]), /follows its end/],
    ['no end', packTar([file('a')]).subarray(0, 1024), /ends in the middle/],
    ['nothing at all', Buffer.alloc(0), /ends in the middle/],
    ['text', Buffer.from('hello '.repeat(200)), /cannot be read|no archive/],
  ])('is refused with %s', (_, archive, why) => {
    expect(() => unpackTar(archive, LIMITS)).toThrow(why);
  });

  test('is refused where a head was damaged', () => {
    const archive = packTar([file('a')]);
    archive[0] = 'b'.charCodeAt(0);
    expect(() => unpackTar(archive, LIMITS)).toThrow(/damaged/);
  });
});
