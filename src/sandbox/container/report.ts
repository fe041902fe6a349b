import { readFileSync, readdirSync } from 'node:fs';
import type { Report } from '../supervise.ts';

/** What a container's first process says when the command has ended. */
export interface Used {
  /** Did the clock inside end the command. */
  struck: boolean;
  oomKills: number;
  peakMemoryBytes?: number;
  cpuMs?: number;
}

/** Characters after the mark: a word and four numbers. */
const LONGEST = 80;

/**
 * Takes the first process's words out of the standard error that engine, first process and command share. The command can read the mark
 * and print it too; that alone makes neither a run of a failed start nor changes its exit code, which the engine tells.
 */
export class MarkedReport implements Report {
  started = false;
  finished = false;
  /** As last told. */
  used: Used = { struck: false, oomKills: 0 };
  #before = '';
  #held = '';
  #root: number | undefined;
  #sought = false;

  /**
   * @param mark begins with a character that nothing else prints: what may become a mark is held back
   * @param name of the container
   */
  constructor(
    private readonly mark: string,
    private readonly name: string,
  ) {}

  take(chunk: Buffer): Buffer {
    // latin1 keeps every byte as it is.
    let text = this.#held + chunk.toString('latin1');
    this.#held = '';
    if (!this.started) {
      const at = text.indexOf(`${this.mark} started\n`);
      if (at < 0) {
        this.#held = text;
        return Buffer.alloc(0);
      }
      this.started = true;
      this.#before = text.slice(0, at);
      text = text.slice(at + this.mark.length + ' started\n'.length);
    }
    const report = new RegExp(`${this.mark} ended ([01]) (\\d+|-) (\\d+|-) (\\d+|-)\\n`, 'g');
    const kept = text.replace(report, (_all, struck: string, kills: string, peak: string, cpu: string) => {
      this.finished = true;
      this.used = { struck: struck === '1', oomKills: Number(kills) || 0, ...(peak !== '-' && { peakMemoryBytes: Number(peak) }), ...(cpu !== '-' && { cpuMs: Number(cpu) }) };
      return '';
    });
    const cut = this.finished ? kept.length : this.#unfinished(kept);
    this.#held = kept.slice(cut);
    return Buffer.from(kept.slice(0, cut), 'latin1');
  }

  /** Where a report begins whose end has not come yet. */
  #unfinished(text: string): number {
    const at = text.lastIndexOf(this.mark.slice(0, 1));
    if (at < 0 || at < text.length - this.mark.length - LONGEST) return text.length;
    const rest = text.slice(at);
    return this.mark.startsWith(rest) || (rest.startsWith(this.mark) && /^( [\d ended-]*)?$/.test(rest.slice(this.mark.length))) ? at : text.length;
  }

  said(): string {
    return this.started ? this.#before : Buffer.from(this.#held, 'latin1').toString();
  }

  get root(): number | undefined {
    if (this.started && !this.finished && !this.#sought) {
      this.#sought = true;
      this.#root = findFirstProcess(this.name);
    }
    return this.#root;
  }
}

/** The pid on this host of the process that is number 1 of its namespace and has the word on its command line. */
export function findFirstProcess(word: string): number | undefined {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word)) continue;
      const ids = /^NSpid:\s+(.*)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]?.split(/\s+/) ?? [];
      if (ids.length > 1 && ids.at(-1) === '1') return Number(name);
    } catch {
      // It ended, or the system hides it from this user: it is ended through the engine alone then.
    }
  }
  return undefined;
}
