import { posix } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import { parseTree } from '../../languages/javascript/ast.ts';
import { detect } from '../../languages/javascript/detect.ts';
import { dependencyFolder, packageFor, packagesOf } from '../../languages/javascript/project.ts';
import { isTestPath } from '../../languages/javascript/test-paths.ts';
import type { Check } from '../../languages/types.ts';
import type { RelativePath } from '../../workspace/types.ts';
import type { Place } from '../types.ts';
import { exportsOf, WHOLE } from './callables.ts';
import { settingOf, type Setting } from './emit.ts';
import { withProbes } from './probes.ts';

/** What is known of a file under test and of its project, read once. */
export interface Knowledge {
  setting: Setting;
  /** Exported name by the name inside; see `exportsOf`. */
  names: ReadonlyMap<string, string>;
  /** The file with notes of the lines that run. */
  probed: string;
  executable: number[];
  /** Set where the project's tests run with vitest. */
  vitest?: Check;
  /** Why no test can be written that the project's own runner takes. */
  problem?: string;
  /** How its tests load modules, and whether they write the ending of a file. */
  imports: 'import' | 'require';
  ending: 'as it runs' | 'as it stands' | 'none';
}

const known = new WeakMap<Place, Promise<Knowledge>>();
const settled = new WeakMap<Place, Knowledge>();

export function knowledgeOf(place: Place): Promise<Knowledge> {
  const before = known.get(place);
  if (before) return before;
  const made = learn(place).then((found) => {
    settled.set(place, found);
    return found;
  });
  known.set(place, made);
  return made;
}

/** What `knowledgeOf` found before. */
export function knownOf(place: Place): Knowledge {
  const found = settled.get(place);
  if (!found) throw new UntilgreenError('internal', `Tests of ${place.path} are to be written before its functions were read.`);
  return found;
}

async function learn(place: Place): Promise<Knowledge> {
  const { bench, path, source, files } = place;
  const pack = packageFor(await packagesOf(bench), path);
  const root = pack?.root ?? '';
  const { ts, tree } = await parseTree(path, source);
  const { names, commonjs } = exportsOf(ts, tree);
  const { text: probed, executable } = await withProbes(path, source);
  const checks = [...(await detect('javascript', bench)), ...(await detect('typescript', bench))].flatMap((one) => one.checks);
  const vitest = checks.find((check) => check.framework === 'vitest' && check.cwd === root) ?? checks.find((check) => check.framework === 'vitest' && check.cwd === '');
  const installed = vitest && (await dependencyFolder(bench, root, 'vitest'));
  const typed = /\.[cm]?tsx?$/.test(path);
  const foreign = await foreignRunner(place, checks);
  const problem = foreign ? `its tests run with ${foreign}, which is not understood` : vitest && !installed ? 'vitest is not installed in it' : undefined;
  const setting = await settingOf(bench, files, root);
  return {
    setting, names, probed, executable,
    ...(installed && { vitest }),
    ...(problem !== undefined && { problem }),
    imports: !typed && (commonjs || path.endsWith('.cjs')) ? 'require' : 'import',
    ending: await endingHabit(place, commonjs ? 'none' : typed ? (pack?.json?.type === 'module' ? 'as it runs' : 'none') : 'as it runs', root),
  };
}

/** A runner that takes every file that looks like a test for its own, and fails where it is not. */
async function foreignRunner({ bench, files }: Place, checks: readonly Check[]): Promise<string | undefined> {
  if (checks.some(({ framework }) => framework === 'jest')) return 'jest';
  for (const path of [...files].filter(isTestPath)) if (/['"]ava['"]/.test((await bench.readText(path)).text)) return 'ava';
  return undefined;
}

/** Most of the relative imports that stand in the project decide; `otherwise` where there are none. */
async function endingHabit({ bench, files }: Place, otherwise: Knowledge['ending'], root: RelativePath | ''): Promise<Knowledge['ending']> {
  const counts = { 'as it runs': 0, 'as it stands': 0, none: 0 };
  const inside = root === '' ? '' : `${root}/`;
  for (const path of [...files].filter((file) => file.startsWith(inside) && /\.[cm]?[jt]sx?$/.test(file)).slice(0, 300)) {
    const { text } = await bench.readText(path);
    for (const [, specifier] of text.matchAll(/(?:\bfrom\s*|\brequire\(\s*|\bimport\s*\(?\s*)['"](\.{1,2}\/[^'"]+)['"]/g)) {
      if (/\.[cm]?tsx?$/.test(specifier!)) counts['as it stands'] += 1;
      else if (/\.[cm]?jsx?$/.test(specifier!)) counts['as it runs'] += 1;
      else if (!/\.\w+$/.test(specifier!)) counts.none += 1;
    }
  }
  const [[best, many]] = Object.entries(counts).toSorted(([, a], [, b]) => b - a) as [[Knowledge['ending'], number]];
  return many > 0 ? best : otherwise;
}

/** How a test at `from` names the file, as the project's imports do. */
export function specifierTo(target: RelativePath, from: RelativePath, ending: Knowledge['ending']): string {
  const plain = posix.relative(posix.dirname(from), target);
  const path = plain.startsWith('.') ? plain : `./${plain}`;
  if (ending === 'none' && /\.[jt]sx?$/.test(path)) return path.replace(/\.[jt]sx?$/, '');
  return ending === 'as it stands' ? path : path.replace(/\.([cm]?)tsx?$/, '.$1js');
}

/** `const area = require(…)`, `import area, { circle } from …`. */
export function importLine(names: readonly string[], exported: ReadonlyMap<string, string>, specifier: string, how: Knowledge['imports']): string {
  const whole = names.find((name) => exported.get(name) === WHOLE);
  const main = names.find((name) => exported.get(name) === 'default');
  const others = names.filter((name) => name !== whole && name !== main);
  const quoted = `'${specifier.replaceAll("'", "\\'")}'`;
  if (how === 'require') {
    const parts = [...(main === undefined ? [] : [`default: ${localName(main)}`]), ...others.map((name) => pair(exported.get(name)!, name, ': '))];
    const lines = [...(whole === undefined ? [] : [`const ${localName(whole)} = require(${quoted});`]), ...(parts.length > 0 ? [`const { ${parts.join(', ')} } = require(${quoted});`] : [])];
    return lines.join('\n');
  }
  const list = others.length > 0 ? `{ ${others.map((name) => pair(exported.get(name)!, name, ' as ')).join(', ')} }` : '';
  const first = main ?? whole;
  return `import ${[...(first === undefined ? [] : [localName(first)]), ...(list ? [list] : [])].join(', ')} from ${quoted};`;
}

const pair = (outside: string, inside: string, by: string): string => (outside === inside ? inside : `${outside}${by}${inside}`);

/** A function without a name cannot be called `default`. */
export const localName = (name: string): string => (name === 'default' ? 'subject' : name.replace(/^default\./, 'subject.'));
