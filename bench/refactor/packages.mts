// The packages: released versions, where their sources come from, what their tests need, and how tests and type check are started.
import type { PackageName, Tongue } from './types.mts';

/** Where a package's sources are had. GitHub gives tags as archives whose bytes may change, so all sources are held against the hash of their content. */
export type Origin = { kind: 'pypi'; project: string; sha256: string } | { kind: 'github'; repository: string; tag: string } | { kind: 'go'; module: string };

export interface Package {
  name: PackageName;
  version: string;
  tongue: Tongue;
  origin: Origin;
  /** SHA-256 over path and content of every file (`contentHash` in `prepare.mts`). */
  content: string;
  /** Exact npm packages that tests and type check need: fewer than the package's own development dependencies, which bring browsers and databases. */
  npm?: readonly string[];
  /** Folder of the virtual environment, and what is installed into it. */
  pip?: { environment: string; packages: readonly string[] };
  /** Folders of importable modules. */
  roots?: readonly string[];
  tests: readonly string[];
  types: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Generated copies and histories, in which old names may stand. */
  quiet?: readonly string[];
  /** What of the package's tests is left out, and why. */
  leftOut?: string;
}

const PYTEST = ['python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--color=no'];
const PYRIGHT = ['basedpyright', '--pythonpath', 'PYTHON', '--level', 'error'];
const plain = { environment: 'plain', packages: ['pytest==8.4.2', 'freezegun==1.5.5', 'text-unidecode==1.3', 'wcwidth==0.2.14', 'numpy==2.3.5', 'pytest-mock==3.15.1'] };

export const packages: Readonly<Record<PackageName, Package>> = {
  humanize: {
    name: 'humanize', version: '4.12.3', tongue: 'python', roots: ['src'], pip: plain, content: 'c6d875c404d56f3b05834256df8138e4e82a0777de23e044f2e12337f8cab4fd',
    origin: { kind: 'pypi', project: 'humanize', sha256: '8430be3a615106fdfceb0b2c1b41c4c98c6b0fc5cc59663a5539b111dd325fb0' },
    tests: [...PYTEST, '--doctest-modules', 'src/humanize', 'tests'], types: [...PYRIGHT, 'src'],
  },
  tabulate: {
    name: 'tabulate', version: '0.9.0', tongue: 'python', roots: ['.'], pip: plain, content: 'd6a9af82e67b047d2622b70b3c2cda63547b18937d866a9d936bd0d865b86074',
    origin: { kind: 'pypi', project: 'tabulate', sha256: '0095b12bf5966de529c0feb1fa08671671b3368eec77d7ef7ab114be2c068b3c' },
    tests: [...PYTEST, '--doctest-modules', 'tabulate', 'test'], types: [...PYRIGHT, 'tabulate'], quiet: ['CHANGELOG'],
  },
  slugify: {
    name: 'slugify', version: '8.0.4', tongue: 'python', roots: ['.'], pip: plain, content: '56377a5d20d5c7ecdc56caa691bc3a5e7429a008ea4c6a0bca78a6f48adc1992',
    origin: { kind: 'github', repository: 'un33k/python-slugify', tag: 'v8.0.4' },
    tests: [...PYTEST, 'test.py'], types: [...PYRIGHT, 'slugify'], quiet: ['CHANGELOG.md'],
  },
  requests: {
    name: 'requests', version: '2.32.3', tongue: 'python', roots: ['src'], content: 'c0e4a2adb7a8a3644c97b8ac38702f11f7feade216cf92e1cefb42dcbc985057',
    pip: { environment: 'requests', packages: ['pytest==8.4.2', 'pytest-httpbin==2.1.0', 'httpbin==0.10.4', 'pytest-mock==3.15.1', 'trustme==1.2.1', 'PySocks==1.7.1', 'charset-normalizer==3.5.2', 'idna==3.20', 'urllib3==2.5.0', 'certifi==2026.10.18'] },
    origin: { kind: 'pypi', project: 'requests', sha256: '55365417734eb18255590a9ff9eb97e9e1da868d4ccd6402399eaf68af20a760' },
    tests: [...PYTEST, 'tests', '-k', 'not timeout and not Timeout and not mtls and not TestTestServer and not alt_utf_encodings and not tls_settings'], types: [...PYRIGHT, 'src'], quiet: ['HISTORY.md', 'src/requests.egg-info'],
    leftOut: 'tests of timeouts, which wait for addresses outside, and one of client certificates; tests of the test server itself, and five of TLS settings and encodings that sleep for seconds',
  },
  click: {
    name: 'click', version: '8.1.8', tongue: 'python', roots: ['src'], pip: plain, content: '4a75948e6f02d6c36f4ce7a8fbd18fff07b57f8e63fd20fab023a1fad52958ce',
    origin: { kind: 'pypi', project: 'click', sha256: 'ed53c9d8990d83c2a27deae68e4ee337473f6330c040a31d4225c9574d16096a' },
    tests: [...PYTEST, 'tests'], types: [...PYRIGHT, 'src'], quiet: ['CHANGES.rst'],
  },
  execa: {
    name: 'execa', version: '9.6.1', tongue: 'javascript', content: 'fa8fcc8172ad907a9709177a8036ed280a74a72ef459ba5e0504814e3e670873',
    origin: { kind: 'github', repository: 'sindresorhus/execa', tag: 'v9.6.1' },
    npm: [
      '@sindresorhus/merge-streams@4.0.0', 'cross-spawn@7.0.6', 'figures@6.1.0', 'get-stream@9.0.1', 'human-signals@8.0.1', 'is-plain-obj@4.1.0', 'is-stream@4.0.1', 'npm-run-path@6.0.0', 'pretty-ms@9.3.1',
      'signal-exit@4.1.0', 'strip-final-newline@4.0.0', 'yoctocolors@2.2.0', '@types/node@22.20.5', 'ava@6.4.1', 'get-node@15.0.4', 'is-in-ci@1.0.0', 'is-running@2.1.0', 'log-process-errors@12.0.1', 'path-exists@5.0.0',
      'path-key@4.0.0', 'tempfile@5.0.0', 'typescript@5.8.3', 'which@5.0.0',
    ],
    tests: ['node', 'node_modules/ava/entrypoints/cli.mjs', '--tap', 'test/return/duration.js', 'test/arguments/cwd.js', 'test/stdio/direction.js', 'test/terminate/timeout.js', 'test/convert/shared.js', 'test/io/strip-newline.js', 'test/pipe/setup.js', 'test/transform/encoding-ignored.js'],
    types: ['node', 'node_modules/typescript/lib/tsc.js', '--noEmit', '--allowJs', '--checkJs', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck', 'index.js'],
    leftOut: 'all but eight of the test files: each test starts several processes, and all of them together take half an hour; instead every module of the library is type-checked as JavaScript',
  },
  zod: {
    name: 'zod', version: '3.23.8', tongue: 'javascript', content: 'be1cd42a69c2149b00118ee25c0c11d919b325c1d81b99615c930288645d7f8c',
    origin: { kind: 'github', repository: 'colinhacks/zod', tag: 'v3.23.8' },
    npm: ['typescript@4.5.5', 'jest@29.7.0', '@jest/globals@29.7.0', '@swc/core@1.4.8', '@swc/jest@0.2.36', 'ts-morph@14.0.0', '@types/benchmark@2.1.5', '@types/node@14.18.63', '@types/jest@29.5.12', 'benchmark@2.1.4'],
    tests: ['node', 'node_modules/jest/bin/jest.js', '--config', 'configs/swc-jest.config.json', '--ci', '--no-cache', '-i'],
    types: ['node', 'node_modules/typescript/lib/tsc.js', '--noEmit', '-p', 'configs/tsconfig.test.json'], quiet: ['deno', 'CHANGELOG.md', 'README_ZH.md'],
  },
  'date-fns': {
    name: 'date-fns', version: '4.1.0', tongue: 'javascript', content: '9386f4be25cae8d57634548129e9599f7667d2e300e845e32e3215688de58aa1',
    origin: { kind: 'github', repository: 'date-fns/date-fns', tag: 'v4.1.0' },
    npm: ['typescript@5.4.5', 'vitest@1.3.1', 'vite@5.1.6', 'sinon@7.5.0', '@types/sinon@9.0.11', '@types/node@20.14.2', '@date-fns/tz@1.2.0', '@date-fns/utc@1.2.0', '@types/lodash@4.17.0', 'lodash@4.17.21', '@octokit/core@3.6.0', 'simple-git@2.48.0', 'fp-ts@2.16.2'],
    tests: ['node', 'node_modules/vitest/vitest.mjs', 'run'], types: ['node', 'node_modules/typescript/lib/tsc.js', '--noEmit', '-p', 'tsconfig.json'],
    env: { TZ: 'UTC' }, quiet: ['CHANGELOG.md', 'docs', 'package.json'],
  },
  cobra: {
    name: 'cobra', version: '1.10.1', tongue: 'go', content: '159eb98f74897c7c394054a0f3aa56817ef8eca22d2d013b005dd7eceaf33d48',
    origin: { kind: 'go', module: 'github.com/spf13/cobra' },
    tests: ['go', 'test', '-v', '-vet=off', '-skip', 'TestFailGen', './...'], types: ['go', 'vet', './...'],
    leftOut: 'three tests that expect a file not to be writable, which it is for root',
  },
};
