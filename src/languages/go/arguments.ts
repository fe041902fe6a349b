/** Options of `go test` whose value is a word of its own unless `=` joins it. */
const VALUED = /^-{1,2}(run|skip|bench|benchtime|count|cpu|timeout|tags|p|parallel|mod|modfile|ldflags|gcflags|asmflags|coverprofile|coverpkg|covermode|shuffle|fuzz|fuzztime|overlay|outputdir|cpuprofile|memprofile|blockprofile|mutexprofile|trace|pgo|exec|toolexec|o|list|C)$/;
/** Options after which there is no report to read: other programs, no tests. */
const REFUSED = /^-{1,2}(c|o|exec|toolexec|json|i|n|x|list|args|C)(=|$)/;
/** Options that choose which files belong to the build, and so which tests there are. */
const BUILD = /^-{1,2}(tags|mod|modfile|overlay|race)(=|$)/;

export interface GoTestArguments {
  /** Packages: `./...`, `./internal/a`. */
  patterns: string[];
  flags: string[];
  /** Of the flags, those that `go list` is to have too. */
  build: string[];
  /** The value of `-run`. */
  run?: string;
  /** Options under which not every test has to be reported once. */
  loose: boolean;
}

/** The words of a `go test` command line of the user's, sorted. Options that would leave no report are passed over. */
export function readArguments(words: readonly string[]): GoTestArguments {
  const read: GoTestArguments = { patterns: [], flags: [], build: [], loose: false };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (!word.startsWith('-')) {
      read.patterns.push(word);
      continue;
    }
    const value = VALUED.test(word) ? words[(at += 1)] : undefined;
    if (REFUSED.test(word)) continue;
    const both = value === undefined ? [word] : [word, value];
    read.flags.push(...both);
    if (BUILD.test(word)) read.build.push(...both);
    const run = /^-{1,2}run(?:=(.*))?$/.exec(word);
    if (run) read.run = run[1] ?? value ?? '';
    if (/^-{1,2}(skip|failfast|cpu|count|bench|fuzz)(=|$)/.test(word)) read.loose = true;
  }
  return read;
}

/** Does `-run` take this top-level test. Go's patterns are near enough to ours; undefined where one is not. */
export function taken(run: string | undefined, name: string): boolean | undefined {
  if (run === undefined) return true;
  try {
    return new RegExp(run.split('/')[0]!, 'u').test(name);
  } catch {
    return undefined;
  }
}
