import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { macosProfile } from './macos-profile.ts';
import type { MacosAccess } from './macos-profile.ts';

const ACCESS: MacosAccess = { workspace: '/Users/me/app', protectGit: true, temporary: '/private/tmp/ug-1', readable: ['/opt/homebrew/Cellar/node'], writable: ['/Users/me/.cache/x'], network: 'none' };

/** Reads the text as the Scheme it is: nested lists of words, strings and quoted marks. Throws where it does not end where it should. */
function parse(text: string): unknown[] {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g) ?? [];
  expect(tokens.join('').length).toBe(text.replace(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/g, '').length);
  const stack: unknown[][] = [[]];
  for (const token of tokens) {
    if (token === '(') stack.push([]);
    else if (token === ')') {
      const list = stack.pop() as unknown[];
      if (stack.length === 0) throw new Error('a parenthesis too many');
      stack.at(-1)?.push(list);
    } else stack.at(-1)?.push(token);
  }
  if (stack.length !== 1) throw new Error('a parenthesis is open');
  return stack[0] as unknown[];
}

const rules = (access: MacosAccess): string[] => (parse(macosProfile(access).text) as unknown[][]).map((rule) => JSON.stringify(rule).replaceAll('\\"', '"').replaceAll('""', '"'));

test('the whole text for a plain project', () => {
  expect(macosProfile(ACCESS)).toMatchInlineSnapshot(`
    {
      "parameters": {
        "ABOVE_0": "/Users",
        "ABOVE_1": "/Users/me",
        "ABOVE_2": "/Users/me/.cache",
        "ABOVE_3": "/opt",
        "ABOVE_4": "/opt/homebrew",
        "ABOVE_5": "/opt/homebrew/Cellar",
        "ABOVE_6": "/private",
        "ABOVE_7": "/private/tmp",
        "GIT": "/Users/me/app/.git",
        "READ_0": "/opt/homebrew/Cellar/node",
        "TEMPORARY": "/private/tmp/ug-1",
        "WORKSPACE": "/Users/me/app",
        "WRITE_0": "/Users/me/.cache/x",
      },
      "text": "(version 1)
    (deny default)

    (allow process-fork)
    (allow process-exec)
    (allow process-info* (target same-sandbox))
    (allow signal (target same-sandbox))
    (allow sysctl-read)
    (allow mach-lookup
      (global-name "com.apple.bsd.dirhelper")
      (global-name "com.apple.logd")
      (global-name "com.apple.system.logger")
      (global-name "com.apple.system.notification_center")
      (global-name "com.apple.system.opendirectoryd.libinfo")
      (global-name "com.apple.system.opendirectoryd.membership"))
    (allow ipc-posix-sem)
    (allow ipc-posix-shm-read-data (ipc-posix-name "apple.shm.notification_center"))

    (allow file-read*
      (subpath "/bin")
      (subpath "/sbin")
      (subpath "/usr/bin")
      (subpath "/usr/sbin")
      (subpath "/usr/lib")
      (subpath "/usr/libexec")
      (subpath "/usr/share")
      (subpath "/System")
      (subpath "/Library/Apple")
      (subpath "/Library/Developer/CommandLineTools")
      (subpath "/private/var/db/dyld")
      (subpath "/private/var/db/timezone")
      (subpath "/private/var/select")
      (literal "/")
      (literal "/private/etc/hosts")
      (literal "/private/etc/localtime")
      (literal "/private/etc/passwd")
      (literal "/private/etc/group")
      (literal "/private/etc/protocols")
      (literal "/private/etc/services")
      (literal "/private/etc/ssl/openssl.cnf")
      (literal "/private/etc/ssl/cert.pem")
      (literal "/dev/null")
      (literal "/dev/zero")
      (literal "/dev/random")
      (literal "/dev/urandom")
      (literal "/dev/autofs_nowait")
      (subpath (param "READ_0")))
    (allow file-read-metadata
      (literal "/etc")
      (literal "/tmp")
      (literal "/var")
      (literal "/dev")
      (literal "/private")
      (literal "/private/etc")
      (literal "/private/etc/ssl")
      (literal "/private/tmp")
      (literal "/private/var")
      (literal "/private/var/db")
      (literal "/usr")
      (literal "/Library")
      (literal "/Library/Developer")
      (literal (param "ABOVE_0"))
      (literal (param "ABOVE_1"))
      (literal (param "ABOVE_2"))
      (literal (param "ABOVE_3"))
      (literal (param "ABOVE_4"))
      (literal (param "ABOVE_5"))
      (literal (param "ABOVE_6"))
      (literal (param "ABOVE_7")))
    (allow file-write-data
      (literal "/dev/null"))
    (allow file-read* file-write*
      (subpath (param "WORKSPACE"))
      (subpath (param "TEMPORARY"))
      (subpath (param "WRITE_0")))
    (deny file-write*
      (subpath (param "GIT")))
    (deny file-write-setugid)
    (deny network*)
    ",
    }
  `);
});

describe('the rules', () => {
  test('begin with a denial of everything', () => expect(rules(ACCESS).slice(0, 2)).toEqual(['["version","1"]', '["deny","default"]']));

  test('the last word about .git is that it is not written', () => {
    const about = rules(ACCESS).filter((rule) => rule.includes('file-write*'));
    expect(about.at(-1)).toBe('["deny","file-write*",["subpath",["param","GIT"]]]');
    expect(rules({ ...ACCESS, protectGit: false }).join()).not.toContain('GIT');
  });

  test.each<[MacosAccess['network'], RegExp, RegExp]>([
    ['none', /"deny","network\*"/, /"allow","network/],
    ['loopback', /"allow","network-outbound",\["remote","ip","localhost:\*"\]/, /"allow","network-outbound"\]/],
    ['install', /"allow","network-outbound"\]/, /localhost/],
  ])('network %s', (network, has, lacks) => {
    const text = rules({ ...ACCESS, network }).join('\n');
    expect(text).toMatch(has);
    expect(text).not.toMatch(lacks);
  });

  test('no home directory, no temporary directory of others, no terminal is in the text', () => {
    const { text } = macosProfile(ACCESS);
    expect(text).not.toMatch(/\/Users|subpath "\/(private|private\/var|private\/tmp|dev|etc)?"|tty|regex/);
  });
});

describe('paths are parameters', () => {
  const path = fc.array(fc.string({ minLength: 1, maxLength: 12 }).map((part) => part.replace(/[/\0]/g, '_')), { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
  const nasty = fc.constantFrom('/a")(allow default)("', "/it's", '/a b', '/new\nline', '/back\\slash"', '/(param "GIT")', '/#|', '/;x', '/-p', '/A=B', '/ü');
  const access = fc.record({
    workspace: fc.oneof(path, nasty), protectGit: fc.boolean(), temporary: path, readable: fc.array(fc.oneof(path, nasty), { maxLength: 3 }), writable: fc.array(path, { maxLength: 2 }),
    network: fc.constantFrom<MacosAccess['network']>('none', 'loopback', 'install'),
  });

  test('whatever they hold, the text depends on their number alone', () => {
    fc.assert(
      fc.property(access, (given) => {
        const plain = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, index) => `/${prefix}${index}`);
        const tame = macosProfile({ ...given, workspace: '/w', temporary: '/t', readable: plain(given.readable.length, 'r'), writable: plain(given.writable.length, 'v') });
        const withoutAbove = (text: string): string => text.replace(/\n {2}\(literal \(param "ABOVE_\d+"\)\)/g, '');
        expect(withoutAbove(macosProfile(given).text)).toBe(withoutAbove(tame.text));
      }),
    );
  });

  test('every parameter that the text names is given once, and none is given for nothing', () => {
    fc.assert(
      fc.property(access, (given) => {
        const { text, parameters } = macosProfile(given);
        const named = [...text.matchAll(/\(param "([A-Z]+(?:_\d+)?)"\)/g)].map(([, name]) => name);
        expect(new Set(named)).toEqual(new Set(Object.keys(parameters)));
        expect(Object.values(parameters)).toEqual(expect.arrayContaining([given.workspace, given.temporary, ...given.readable, ...given.writable]));
      }),
    );
  });
});
