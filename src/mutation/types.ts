import type { Parameter } from '../languages/function/types.ts';
import type { Value } from '../languages/function/value.ts';
import type { LanguageName } from '../languages/types.ts';
import type { Sandbox } from '../sandbox/types.ts';
import type { RelativePath, Workbench } from '../workspace/types.ts';

/** One small change of a function: bytes `begin` to `end` of the file, without its byte order mark, become `text`. */
export interface Mutation {
  id: number;
  /** `area`, `Circle.area`. */
  function: string;
  /** 1-based. */
  line: number;
  description: string;
  begin: number;
  end: number;
  text: string;
  /** It stands in the head of the function (a default), which no call reaches. */
  header?: boolean;
}

/**
 * What became of a mutant. `timeout` and `crashed` (it ended the process, or took all memory) count as killed, as `broken` does: the module
 * can no longer be imported. `invalid` does not compile, and `equivalent` is proven to be the same program; neither counts at all.
 */
export type Fate = 'killed' | 'timeout' | 'crashed' | 'broken' | 'survived' | 'invalid' | 'equivalent';
export const isKilled = (fate: Fate): boolean => fate === 'killed' || fate === 'timeout' || fate === 'crashed' || fate === 'broken';
export const counts = (fate: Fate): boolean => fate !== 'invalid' && fate !== 'equivalent';

/** An argument as source text, by name where the language has that. */
export interface Argument {
  name?: string;
  text: string;
  /** Place of its parameter, from 0, where that is known. */
  at?: number;
}

/** Something that can be called. */
export interface Target {
  name: string;
  kind: 'function' | 'method' | 'static' | 'class' | 'property' | 'constructor';
  line: number;
  end: number;
  parameters: Parameter[];
  async: boolean;
  /** Named without underscore, exported. Tests call these alone, unless another is asked for by name. */
  public: boolean;
  /** Literals of the body, as source. */
  constants: { line: number; text: string }[];
  /** Its documentation, where the language has it in the code. */
  doc?: string;
  /** Arguments of calls in its own documentation. */
  calls: [string | null, string][][];
  /** Why its answer hangs on more than its arguments, as far as its text tells. */
  impure?: string;
}

/** How objects of a class are made. */
export interface ClassHead {
  name: string;
  parameters: Parameter[];
  /** Of an enumeration. */
  members?: string[];
}

export interface Case {
  id: string;
  /** The target's name. */
  function: string;
  /** An expression of the object whose method is called. */
  receiver?: string;
  arguments: Argument[];
}

/** What a call came to on the present code. `key` is what outcomes are compared by; the rest is the language's own. */
export interface Outcome {
  kind: 'value' | 'raises' | 'timeout' | 'crashed';
  key: string;
  /** Lines of the file that it reached. */
  lines: number[];
  /** What it touched besides its arguments: "reads the clock". */
  effects: string[];
  /** Seconds. */
  seconds?: number;
  [more: string]: unknown;
}

export interface ObservedCase extends Case {
  outcome: Outcome;
}

/** A file under test, in a private copy of the project. */
export interface Place {
  bench: Workbench;
  sandbox: Sandbox;
  path: RelativePath;
  source: string;
  /** All files of the copy. */
  files: ReadonlySet<RelativePath>;
  /** Sibling processes of a run. Default: the cores of the machine, at most 4. */
  workers?: number;
  signal?: AbortSignal;
}

export interface Strike {
  mutation: Mutation;
  /** Ids of the cases to try it with, those most likely to tell it first. */
  cases: string[];
}

export interface Struck {
  id: number;
  /** Cases or tests that told it apart. */
  killed: string[];
  fate: Fate;
}

/** Tests of a file run on the present code, and on mutants of it. */
export interface TestRun {
  /** 0 when all passed; else the runner's exit code, or -1 when it did not end. */
  code: number;
  /** By id: `passed`, `failed`, `skipped`. */
  results: Record<string, string>;
  /** `test_a#2` → the id of the third row of a table. */
  rows: Record<string, string>;
  /** What could not be collected. */
  broken: string[];
  /** Lines of the file under test that the tests reached. */
  lines: number[];
  /** Lines that can be reached at all. */
  executable: number[];
  seconds: number;
  mutants: Struck[];
}

export interface TestRunOptions {
  tests: RelativePath[];
  mutations?: readonly Mutation[];
  /** Rows (`test_a#2`) to try a mutant with before all others, by its id. */
  prefer?: ReadonlyMap<number, string[]>;
  /** Shuffles the tests, and seeds the order of sets where the language has one. */
  seed?: number;
  /** End each mutant with its first failing test: quicker, and then `killed` names no more than that one. */
  stop?: boolean;
}

/** Reads and writes values of a language as source text. */
export interface Writer {
  parse(text: string): Value | undefined;
  print(value: Value): string | undefined;
  /** Expressions for a type that has no literals, by the text of its annotation; none where nothing is known of it. */
  named(typeText: string): string[];
  /** An expression that makes an object of a class, or names a member. */
  construct(name: string, args: readonly Argument[]): string;
}

/** What one test file needs to say. */
export interface RenderInput {
  place: Place;
  /** Where it will stand. */
  path: RelativePath;
  targets: readonly Target[];
  kept: readonly ObservedCase[];
}

/** A test file that holds what the cases came to, with the cases of each test, by its name. */
export interface Rendered {
  text: string;
  tests: { name: string; function: string; cases: string[] }[];
}

/** A law that functions of one module obey, as a test with made values. */
export interface Law {
  /** Name of its test. */
  test: string;
  function: string;
  /** All functions that it names. */
  functions: string[];
  /** In words: "done again, it changes nothing". */
  says: string;
  /** Parameters of the test, with how their values are made. */
  given: { name: string; strategy: string }[];
  expression: string;
}

/** One language's part of mutation testing. All that runs the project's code does it in the sandbox. */
export interface MutationLanguage {
  readonly name: LanguageName;
  readonly writer: Writer;
  /** `problem`: the file does not parse, or is not one that tests can import. */
  targets(place: Place): Promise<{ targets: Target[]; classes: ClassHead[]; problem?: string }>;
  mutations(place: Place, functions: readonly string[]): Promise<Mutation[]>;
  /** Arguments of calls of these functions elsewhere in the project. */
  callsElsewhere(place: Place, names: readonly string[]): Promise<{ name: string; arguments: [string | null, string][] }[]>;
  /** Runs cases on the present code; `seed` is another process state (hash seed), with 2 the clock is ahead by some years too. */
  observe(place: Place, cases: readonly Case[], targets: readonly Target[], seed: number): Promise<{ outcomes: Map<string, Outcome>; problem?: string }>;
  /** Runs observed cases on mutants. */
  strike(place: Place, cases: readonly ObservedCase[], targets: readonly Target[], strikes: readonly Strike[]): Promise<Struck[]>;
  render(input: RenderInput): Rendered;
  runTests(place: Place, options: TestRunOptions): Promise<TestRun>;
  /** Tests of the project that may reach the file. */
  testFiles(place: Place): Promise<RelativePath[]>;
  /**
   * Laws that hold on the observed inputs, the strongest of each function first, and their test file; `seed`: with other values in each run.
   * `problem`: why they cannot be tested. Absent where there is no property testing.
   */
  laws?: {
    held(place: Place, targets: readonly Target[], cases: readonly ObservedCase[]): Promise<{ laws: Law[]; problem?: string }>;
    render(place: Place, laws: readonly Law[], seed?: number): string;
  };
  /** A test file without some tests (`test_a`, `TestB.test_c`); undefined where it does not hold without them. Absent: files are kept or dropped as a whole. */
  withoutTests?(text: string, tests: ReadonlySet<string>): Promise<string | undefined>;
}
