/**
 * The arguments of a test script that stay: positionals apart from flags, without those that would watch, write elsewhere or
 * print for people.
 *
 * @param dropped    flags that go, with their values
 * @param withValue  flags followed by a value of their own
 */
export function keptFlags(args: readonly string[], dropped: RegExp, withValue: RegExp): { flags: string[]; positionals: string[] } {
  const flags: string[] = [];
  const positionals: string[] = [];
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i]!;
    if (!arg.startsWith('-')) {
      positionals.push(arg);
      continue;
    }
    const takesNext = withValue.test(arg) && args[i + 1] !== undefined && !args[i + 1]!.startsWith('-');
    if (!dropped.test(arg)) flags.push(arg, ...(takesNext ? [args[i + 1]!] : []));
    if (takesNext) i += 1;
  }
  return { flags, positionals };
}

/** Paths as a command in `root` names them. */
export function fromRoot(paths: readonly string[], root: string): string[] {
  return root === '' ? [...paths] : paths.map((p) => p.slice(root.length + 1));
}

/** `../..` to reach the workspace from a package's folder, and back down to `path`. */
export function upFrom(root: string, path: string): string {
  const up = root === '' ? [] : root.split('/').map(() => '..');
  return ['.', ...up, path].join('/');
}
