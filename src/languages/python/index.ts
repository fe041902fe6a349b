// Python: what the product knows about it.
import type { Language } from '../types.ts';
import { installedPackages, prepareCheck, PYTHON_ENV, toolchainOf } from './check.ts';
import { detect } from './detect.ts';
import { format } from './format.ts';
import { organiseImports } from './imports.ts';
import { mutants } from './mutants.ts';
import { isTestConfig, isTestFile } from './paths.ts';
import { scan } from './scan.ts';
import { outline, parse, staticTests } from './syntax.ts';
import { testPathFor } from './test-path.ts';

export { testConfigOf } from './test-config.ts';
export { TEST_TOOLS, toolFolder, testTools } from './tools.ts';

export const python: Language = {
  name: 'python',
  extensions: ['.py', '.pyi'],
  detect,
  async toolchain(bench) {
    const chain = await toolchainOf(bench, '');
    if ('problem' in chain) return { mounts: [], env: {}, ...chain };
    const { interpreter, tools, mounts } = chain;
    const folders = [...installedPackages(bench), ...(tools ? [tools] : [])];
    return {
      mounts,
      env: {
        ...PYTHON_ENV,
        // Scripts of the managed tools start the machine's Python, which is not the one of an environment.
        PATH: [...interpreter.bin, ...(tools && !interpreter.environment ? [`${tools}/bin`] : []), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
        ...(folders.length ? { PYTHONPATH: folders.join(':') } : {}),
      },
    };
  },
  prepareCheck,
  parse: (_path, source) => parse(source),
  outline: (_path, source) => outline(source),
  isTestFile,
  isTestConfig,
  staticTests: (_path, source) => staticTests(source),
  scan,
  format,
  organiseImports,
  mutants: (_path, source, lines, limit) => mutants(source, lines, limit),
  testPathFor,
};
