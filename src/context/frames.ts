/** A place that a text names, with its 1-based line. */
export interface Frame {
  path: string;
  line: number;
}

const FRAMES = [
  /File "([^"\n]+)", line (\d+)/g, // Python
  /\bat (?:[^\n()]*\()?(?:file:\/\/)?([^\s()]+\.[cm]?[jt]sx?):(\d+)(?::\d+)?\)?/g, // JavaScript and TypeScript
  /(?:^|[\s("'`])((?:[\w.@-]+\/)*[\w.@-]+\.(?:py|pyi|go|[cm]?[jt]sx?)):(\d+)(?::\d+)?\b/gm, // Go, compilers, pytest, people
  /(?:^|[\s("'`])((?:[\w.@-]+\/)*[\w.@-]+\.(?:py|go|[cm]?[jt]sx?))\((\d+),\d+\)/gm, // tsc
];

/** Stack frames and places `path:line` in a text, in its order, each once. */
export function framesIn(text: string): Frame[] {
  const found = FRAMES.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => ({ at: match.index, path: match[1]!, line: Number(match[2]) })));
  const seen = new Set<string>();
  return found.sort((a, b) => a.at - b.at).flatMap(({ path, line }) => {
    const key = `${path}:${line}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ path, line }];
  });
}
