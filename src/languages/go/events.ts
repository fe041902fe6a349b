import { z } from 'zod';

const event = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
  /** Seconds. */
  Elapsed: z.number().optional(),
  /** Of build events: `example.com/a [example.com/a.test]`. */
  ImportPath: z.string().optional(),
  /** Of a package that failed because this one did not compile. */
  FailedBuild: z.string().optional(),
});

/** A line of `go test -json`: https://pkg.go.dev/cmd/test2json, and the build events of `go help buildjson`. */
export type GoEvent = z.infer<typeof event>;

/** The events of a report; a line that is none (cut by a kill, or written by an older go command that could not compile) is left out. */
export function readEvents(report: string): GoEvent[] {
  return report.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const read = event.safeParse(parsed(line));
    return read.success ? [read.data] : [];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // the last line of a run that was ended
  }
}

/** What happened to one test or, without a name, to one package. */
export interface Course {
  package: string;
  test?: string;
  /** Lines that it printed, the runner's own left out. */
  lines: string[];
  /** `pass`, `fail`, `skip`: each time that it ended. */
  ends: { action: string; seconds?: number }[];
  failedBuild?: string;
}

const ENDS = /^(pass|fail|skip)$/;
/** The runner's own lines: what is about to run, and how it ended. */
const FRAME = /^\s*(=== (RUN|PAUSE|CONT|NAME)\s|--- (PASS|FAIL|SKIP|BENCH): )|^((PASS|FAIL)$|(ok|FAIL)\s+\S+\s|exit status \d+$|coverage: )/m;

export function coursesOf(events: readonly GoEvent[]): Course[] {
  const courses = new Map<string, Course>();
  for (const one of events) {
    if (one.Package === undefined) continue;
    const key = `${one.Package}\0${one.Test ?? ''}`;
    const course = courses.get(key) ?? { package: one.Package, ...(one.Test === undefined ? {} : { test: one.Test }), lines: [], ends: [] };
    courses.set(key, course);
    if (one.Action === 'output' && one.Output !== undefined && !FRAME.test(one.Output)) course.lines.push(one.Output.replace(/\r?\n$/, ''));
    if (ENDS.test(one.Action)) course.ends.push({ action: one.Action, ...(one.Elapsed === undefined ? {} : { seconds: one.Elapsed }) });
    if (one.FailedBuild !== undefined) course.failedBuild = one.FailedBuild;
  }
  return [...courses.values()];
}

/** What the compiler said, by the package that it compiled. Go before 1.24 says it as plain text. */
export function buildOutput(events: readonly GoEvent[], stderr: string): Map<string, string[]> {
  const said = new Map<string, string[]>();
  const add = (name: string, lines: readonly string[]): void => void said.set(name, [...(said.get(name) ?? []), ...lines]);
  for (const one of events) if (one.Action === 'build-output' && one.ImportPath !== undefined) add(one.ImportPath, (one.Output ?? '').split('\n').filter(Boolean));
  let current: string | undefined;
  for (const line of stderr.split(/\r?\n/)) {
    const head = /^# (\S+(?: \[\S+\])?)$/.exec(line);
    if (head) current = head[1];
    else if (current !== undefined && line !== '') add(current, [line]);
  }
  return said;
}
