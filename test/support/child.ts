import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface Child {
  readonly pid: number;
  /** The next line it prints; rejects when it ends first. */
  line(): Promise<string>;
  /** Lines that came and were not asked for. */
  drain(): string[];
  say(text: string): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<number | null>;
}

/** Starts a TypeScript program of this directory in a process of its own. */
export function startChild(program: string, args: string[]): Child {
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'test/support', program), ...args], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let wanted: { resolve: (line: string) => void; reject: (error: Error) => void } | undefined;
  let problem = '';
  let over = false;
  child.stderr.on('data', (piece) => (problem += String(piece)));
  child.stdin.on('error', () => {}); // it was killed while it was spoken to
  const fail = (): void => {
    wanted?.reject(new Error(`${program} ended: ${problem}`));
    wanted = undefined;
  };
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => {
    if (!wanted) return void lines.push(line);
    wanted.resolve(line);
    wanted = undefined;
  });
  output.on('close', () => {
    over = true;
    fail();
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    pid: child.pid ?? 0,
    ended,
    line: () =>
      new Promise((resolve, reject) => {
        wanted = { resolve, reject };
        const first = lines.shift();
        if (first !== undefined) {
          wanted = undefined;
          resolve(first);
        } else if (over) fail();
      }),
    drain: () => lines.splice(0),
    say: (text) => void child.stdin.write(`${text}\n`),
    signal: (name) => void child.kill(name),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
