import type { Language } from '../types.ts';
import { prepareCheck } from './checks/prepare.ts';
import { detect } from './detect.ts';
import { format } from './formatting/format.ts';
import { organiseImports } from './imports/organise.ts';
import { mutants } from './mutants.ts';
import { packageFor, packagesOf } from './project.ts';
import { scan } from './scan/scan.ts';
import { staticTests } from './static-tests.ts';
import { outline, parse } from './symbols.ts';
import { isTestConfigPath, isTestPath, testPath } from './test-paths.ts';
import { nodeToolchain } from './toolchain.ts';

/** One implementation, two faces: a package with TypeScript in it belongs to `typescript`, every other to `javascript`. */
export function nodeLanguage(name: 'javascript' | 'typescript', extensions: readonly string[]): Language {
  return {
    name,
    extensions,
    detect: (bench) => detect(name, bench),
    toolchain: nodeToolchain,
    prepareCheck,
    parse,
    outline,
    isTestFile: isTestPath,
    isTestConfig: isTestConfigPath,
    staticTests,
    scan,
    format,
    organiseImports,
    mutants,
    async testPathFor(path, bench) {
      const pack = packageFor(await packagesOf(bench), path);
      return testPath(path, pack?.root ?? '', (pack?.files ?? []).filter(isTestPath));
    },
  };
}
