// Go: what the product knows about it.
import { formatGo } from '../shared/gofmt.ts';
import type { Language } from '../types.ts';
import { prepareCheck } from './check.ts';
import { detect } from './detect.ts';
import { environmentFor, missingGo } from './environment.ts';
import { organiseImports } from './imports.ts';
import { mutants } from './mutants.ts';
import { isTestConfig, isTestFile } from './paths.ts';
import { scan } from './scan.ts';
import { outline, parse, staticTests } from './syntax.ts';
import { testPathFor } from './test-path.ts';

export { testConfigOf } from './go-mod.ts';

export const go: Language = {
  name: 'go',
  extensions: ['.go'],
  detect,
  async toolchain(bench) {
    try {
      const { mounts, env } = await environmentFor(bench);
      return { mounts, env };
    } catch (thrown) {
      return { mounts: [], env: {}, ...missingGo(thrown) };
    }
  },
  prepareCheck,
  parse: (_path, source) => parse(source),
  outline: (_path, source) => outline(source),
  isTestFile,
  isTestConfig,
  staticTests: (_path, source) => staticTests(source),
  scan,
  format: (_path, source) => formatGo(source),
  organiseImports,
  mutants: (_path, source, lines, limit) => mutants(source, lines, limit),
  testPathFor: async (path) => testPathFor(path),
};
