import { ask } from '../../languages/go/reader/reader.ts';
import { folderOf } from '../../languages/go/paths.ts';
import type { RelativePath } from '../../workspace/types.ts';
import type { Place } from '../types.ts';

export interface GoParameter {
  name: string;
  /** As it is written, type parameters replaced. */
  type: string;
  variadic: boolean;
}

/** A function or method as the reader tells it. */
export interface Callable {
  name: string;
  /** The type that a method belongs to; empty for a function. */
  owner: string;
  pointer: boolean;
  line: number;
  end: number;
  public: boolean;
  params: GoParameter[];
  results: string[];
  /** Types that stand for its type parameters. */
  typeArgs: string[];
  literals: { line: number; text: string }[];
  impure?: string;
}

/** What is known of a file and of the package around it. */
export interface GoPackage {
  problem?: { line: number; message: string };
  package: string;
  imports: { name: string; path: string }[];
  functions: Callable[];
  /** `NewCart` and the like, of the whole package. */
  makers: Callable[];
  /** Declared types without type parameters, by name: what they are. */
  types: Record<string, string>;
  /** Names that the package and its tests have. */
  taken: string[];
  folder: RelativePath;
  testFiles: RelativePath[];
}

/** Larger files are generated ones. */
const READ_BYTES = 1 << 20;

const known = new WeakMap<Place, Promise<GoPackage>>();
const settled = new WeakMap<Place, GoPackage>();

/** The package of a file, read once for each place. */
export function packageOf(place: Place): Promise<GoPackage> {
  const there = known.get(place);
  if (there) return there;
  const reading = read(place).then((found) => {
    settled.set(place, found);
    return found;
  });
  known.set(place, reading);
  return reading;
}

/** The same, where it was read before. */
export function readPackage(place: Place): GoPackage {
  const found = settled.get(place);
  if (!found) throw new Error(`${place.path} is written about before its package was read`);
  return found;
}

async function read({ bench, path, source }: Place): Promise<GoPackage> {
  const folder = folderOf(path);
  const beside = (await bench.list()).filter((file) => file.path.endsWith('.go') && folderOf(file.path) === folder && file.path !== path && file.link === undefined);
  const texts = async (wanted: typeof beside): Promise<string[]> => Promise.all(wanted.filter(({ size }) => size < READ_BYTES).map(async (file) => (await bench.readText(file.path)).text));
  const tests = beside.filter((file) => file.path.endsWith('_test.go'));
  const sources = [withoutMark(source), ...(await texts(beside.filter((file) => !file.path.endsWith('_test.go'))))];
  const answer = await ask<Omit<GoPackage, 'folder' | 'testFiles'>>('callable', { sources, tests: await texts(tests) });
  const nothing = { problem: { line: 1, message: 'it is too much to read' }, package: '', imports: [], functions: [], makers: [], types: {}, taken: [] };
  return { ...(answer ?? nothing), folder, testFiles: tests.map((file) => file.path).sort() };
}

export const withoutMark = (source: string): string => source.replace(/^\uFEFF/, '');
