import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../workspace/blobs.ts';
import { isMode, type Mode } from './modes.ts';

/** One prompt of a session, with the run that it started or went on with, or the answer that it got. */
export interface Turn {
  text: string;
  run?: string;
  answer?: string;
}

/** What is kept of a session, so that another process can show it again. The runs themselves are in the store. */
export interface SessionRecord {
  format: 1;
  id: string;
  /** Real path. */
  directory: string;
  title?: string;
  /** ISO 8601, UTC. */
  created: string;
  updated: string;
  mode: Mode;
  turns: Turn[];
}

/** The records of all sessions, a file each. */
export class Records {
  constructor(private readonly folder: string) {}

  begin(directory: string, mode: Mode, id: string = randomUUID()): SessionRecord {
    const now = new Date().toISOString();
    return { format: 1, id, directory, created: now, updated: now, mode, turns: [] };
  }

  async save(record: SessionRecord): Promise<void> {
    record.updated = new Date().toISOString();
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await replaceFile(this.file(record.id), `${JSON.stringify(record)}\n`, { durable: false });
  }

  /** Undefined for an id that is not known, and for a file that cannot be read as a record. */
  async read(id: string): Promise<SessionRecord | undefined> {
    if (!/^[\w-]{1,100}$/.test(id)) return undefined;
    try {
      const record = JSON.parse(await readFile(this.file(id), 'utf8')) as SessionRecord;
      return record.format === 1 && record.id === id && isMode(record.mode) ? record : undefined;
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    if (/^[\w-]{1,100}$/.test(id)) await rm(this.file(id), { force: true });
  }

  async list(): Promise<SessionRecord[]> {
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const records = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => this.read(name.slice(0, -'.json'.length))));
    return records.filter((record) => record !== undefined);
  }

  private file(id: string): string {
    return join(this.folder, `${id}.json`);
  }
}
