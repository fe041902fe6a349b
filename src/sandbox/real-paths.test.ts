import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sandboxOn } from './open.ts';
import type { Place } from './place.ts';
import { RealPaths } from './real-paths.ts';
import { noSandbox } from './rungs/none.ts';

const place = (mountAt: string, root: string, mounts: Place['mounts'] = []): Place => ({ root, mountAt, cwd: mountAt, mounts });

describe('a path inside, where nothing can be mounted', () => {
  const paths = new RealPaths(place('/home/me/app', '/srv/copy', [{ source: '/opt/py', target: '/opt/python' }, { source: '/home/me/app/lib', target: '/home/me/app/lib' }]));

  test.each([
    ['/home/me/app', '/srv/copy'],
    ['/home/me/app/src/a.ts', '/srv/copy/src/a.ts'],
    ['cd /home/me/app && ls "/home/me/app"', 'cd /srv/copy && ls "/srv/copy"'],
    ['/home/me/app/bin:/usr/bin:/opt/python/bin', '/srv/copy/bin:/usr/bin:/opt/py/bin'],
    ['{"root":"/home/me/app","x":1}', '{"root":"/srv/copy","x":1}'],
    ['In /home/me/app.', 'In /srv/copy.'],
    ['/home/me/app2 /home/me/app-old /home/me/app.bak', '/home/me/app2 /home/me/app-old /home/me/app.bak'],
    ['/mnt/home/me/app', '/mnt/home/me/app'],
    ['/srv/copy/already', '/srv/copy/already'],
  ])('%s becomes %s', (said, real) => {
    expect(paths.text(said)).toBe(real);
  });

  test('a copy that lies inside the project it is a copy of is not rewritten twice', () => {
    const nested = new RealPaths(place('/app', '/app/.work/copy'));
    expect(nested.text('/app/a /app/.work/copy/b')).toBe('/app/.work/copy/a /app/.work/copy/b');
  });

  test('variables that name a part of /tmp get the private one, unless it is shown', () => {
    const inTmp = new RealPaths(place('/w', '/tmp/copy'));
    expect(inTmp.env({ A: '/tmp/cache', B: '/tmp/copy/x', C: '/w/y', D: '/tmpfile' }, '/tmp/private')).toEqual({ A: '/tmp/private/cache', B: '/tmp/copy/x', C: '/tmp/copy/y', D: '/tmpfile' });
  });

  test('commands without a sandbox work on the copy, not on the project, and tell of the project', async () => {
    const base = realpathSync(mkdtempSync(join(tmpdir(), 'real-paths-')));
    try {
      const heard: string[] = [];
      const result = await sandboxOn(noSandbox).run({
        argv: ['sh', '-c', 'cat > /home/nobody-has-this/a; pwd'], workspace: base, mountAt: '/home/nobody-has-this', stdin: 'in /home/nobody-has-this', onOutput: (_stream, text) => heard.push(text),
      });
      expect(result).toMatchObject({ exitCode: 0, stdout: '/home/nobody-has-this\n' });
      expect(heard.join('')).toBe('/home/nobody-has-this\n');
      expect(readFileSync(join(base, 'a'), 'utf8')).toBe(`in ${base}`);
    } finally {
      rmSync(base, { recursive: true });
    }
  });
});
