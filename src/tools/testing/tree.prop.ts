// What a directory is, to the byte, for tests that nothing was written. (`.prop.ts` files stay out of the build.)
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Larger files are compared by size and times: the tests' own are full of holes. */
const MAX_HASHED = 10_000_000;

/** Every entry below a directory with its kind, permissions, times, and content or target. */
export function treeOf(directory: string, prefix = ''): string[] {
  return readdirSync(join(directory, prefix)).toSorted().flatMap((name) => {
    const path = join(prefix, name);
    const info = lstatSync(join(directory, path));
    const content = info.isSymbolicLink() ? readlinkSync(join(directory, path)) : info.isFile() && info.size < MAX_HASHED ? createHash('sha256').update(readFileSync(join(directory, path))).digest('hex') : String(info.size);
    const line = [path, info.mode.toString(8), info.isDirectory() ? '' : `${info.ino} ${info.mtimeMs} ${content}`].join(' ');
    return info.isDirectory() ? [line, ...treeOf(directory, path)] : [line];
  });
}

/** A project with one of everything that a tool may not read or write as text. */
export function oddProject(project: string): void {
  mkdirSync(join(project, 'sub'), { recursive: true });
  writeFileSync(join(project, 'a.py'), 'def area(r):\n    return 3 * r\n');
  writeFileSync(join(project, 'sub/b.txt'), 'one\ntwo\n');
  writeFileSync(join(project, 'bin.dat'), Buffer.from([0x7f, 0x45, 0, 1, 2, 0xff]));
  writeFileSync(join(project, 'latin.txt'), Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x0a]));
  writeFileSync(join(project, 'huge.txt'), 'x');
  truncateSync(join(project, 'huge.txt'), 100_000_000);
  symlinkSync('/etc/hosts', join(project, 'out'));
  symlinkSync('a.py', join(project, 'inside'));
  symlinkSync('loop2', join(project, 'loop1'));
  symlinkSync('loop1', join(project, 'loop2'));
  symlinkSync('/', join(project, 'slash'));
  execFileSync('mkfifo', [join(project, 'fifo')]);
}
