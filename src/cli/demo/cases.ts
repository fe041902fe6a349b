/** A released package with a bug that was really there, and the recording that fixes it. */
export interface DemoCase {
  name: string;
  registry: 'pypi' | 'npm';
  package: string;
  version: string;
  /** File name of the archive in the registry. */
  archive: string;
  sha256: string;
  /** What the bug was and where its history can be read. */
  about: string;
  request: string;
  checks: string[];
  /** Leading folder inside the archive. */
  folder: string;
  /** What stands in when the package cannot be fetched: a project under `examples/` and its request. */
  offline: { example: string; request: string };
}

/** Both archives are as their authors published them; the requests describe the bug and not its repair. */
export const CASES: readonly DemoCase[] = [
  {
    name: 'cachetools',
    registry: 'pypi',
    package: 'cachetools',
    version: '3.1.0',
    archive: 'cachetools-3.1.0.tar.gz',
    sha256: '9efcc9fab3b49ab833475702b55edd5ae07af1af7a4c627678980b45e459c460',
    about: 'a cache key that was pickled in one process is not found in another (fixed in 3.1.1)',
    request:
      'A cache key made by cachetools.keys.hashkey stores its hash value on first use, and that stored value is pickled along. ' +
      'String hashes differ between Python processes, so a key that was hashed, pickled and loaded elsewhere has a wrong hash and is not found. ' +
      'Fix it: pickling a key must not carry the stored hash value, and a loaded key must still be equal to the original. Add a test.',
    checks: ['pytest tests'],
    folder: 'cachetools-3.1.0',
    offline: { example: 'cart', request: 'The total of a cart with a discount is wrong. Make the failing test pass.' },
  },
  {
    name: 'ini',
    registry: 'npm',
    package: 'ini',
    version: '1.3.5',
    archive: 'ini-1.3.5.tgz',
    sha256: 'fe8ebd87cc87404eeb3ec89880bc49d83df337f8b95a504366c4674f3646785d',
    about: 'prototype pollution through a section named __proto__ (CVE-2020-7788, fixed in 1.3.6)',
    request:
      'ini.parse lets the input change Object.prototype: parsing "[__proto__]\\npolluted=yes" makes ({}).polluted equal to "yes". ' +
      'Fix parse so that no section or key of the input can reach Object.prototype (dotted sections and keys with [] included), while everything else is parsed as before. ' +
      'Add tests for node:test.',
    checks: ['node --test'],
    folder: 'package',
    offline: { example: 'duration', request: 'parseDuration reads only the first part of a text such as "1h 30m". Make the failing test pass.' },
  },
];
