import { lstatSync, readdirSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import type { Broken, Entry } from '../interfaces.ts';
import { ignoreMissing, readFolder, type FolderContent } from './files.ts';
import { byVersion, TOOL_NAME, VERSION } from './names.ts';
import { isPart, stampOf } from './stamp.ts';
import { hasLeftovers, isInterrupted, recover } from './swap.ts';
import { locked } from './state.ts';

// Each try means that another process changed the folder while it was read.
const TRIES = 20;

/** So many tools are read before others have their turn: some 10 ms. */
const AT_A_TIME = 50;

export const VERSIONS = 'versions';
export const versionFolder = (folder: string, version: string): string => join(folder, VERSIONS, version);

/** Reads tools of a library: whole ones, whatever other processes do meanwhile. What has not changed is not read again. */
export class Reader {
  readonly #read = new Map<string, { stamp: string; content: FolderContent }>();

  constructor(readonly library: string) {}

  /** Ends what an interrupted process left. */
  async settle(): Promise<void> {
    if (hasLeftovers(this.library)) await locked(this.library, () => recover(this.library));
  }

  /** A tool by its folder's name, or a text that says why it cannot be read; undefined where there is no such folder. */
  async entry(name: string): Promise<Entry | string | undefined> {
    if (!TOOL_NAME.test(name)) return undefined;
    const folder = join(this.library, name);
    const content = await this.folder(folder);
    if (content === undefined || typeof content === 'string') return content;
    if (content.tool.name !== name) return `tool.json: name: expected ${JSON.stringify(name)} as the folder is called, got ${JSON.stringify(content.tool.name)}.`;
    return { folder, ...content };
  }

  /** The entry of an earlier version, which need not be the current one. */
  async version(name: string, version: string): Promise<Entry | string | undefined> {
    if (!TOOL_NAME.test(name) || !VERSION.test(version)) return undefined;
    const folder = versionFolder(join(this.library, name), version);
    const content = await this.folder(folder);
    return content === undefined || typeof content === 'string' ? content : { folder, ...content };
  }

  /** Of the tools that are also known by this name, an active one first. */
  async aliased(alias: string): Promise<Entry | undefined> {
    const found: { name: string; active: boolean }[] = [];
    for (const name of await this.names()) {
      const content = await this.#content(join(this.library, name));
      if (content && typeof content !== 'string' && content.tool.aliases.includes(alias)) found.push({ name, active: content.tool.status === 'active' });
    }
    for (const { name } of found.toSorted((a, b) => Number(b.active) - Number(a.active))) {
      const entry = await this.entry(name);
      if (entry && typeof entry !== 'string') return entry;
    }
    return undefined;
  }

  /** A copy, so that what a caller does to it reaches nobody else. */
  async folder(folder: string): Promise<FolderContent | string | undefined> {
    return structuredClone(await this.#content(folder));
  }

  async #content(folder: string): Promise<FolderContent | string | undefined> {
    for (let turn = 0; ; turn += 1) {
      if (isInterrupted(this.library)) await this.settle();
      const stamp = stampOf(folder);
      if (stamp === undefined) {
        // Between two names of a change there is no folder for a moment.
        if (!isInterrupted(this.library) && stampOf(folder) === undefined) return undefined;
        continue;
      }
      const known = this.#read.get(folder);
      if (known?.stamp === stamp) return known.content;
      const content = await this.#inside(folder).then(() => readFolder(folder)).catch(problemOf);
      if (stampOf(folder) !== stamp && turn < TRIES) continue;
      if (typeof content === 'string') return content;
      this.#read.set(folder, { stamp, content });
      return content;
    }
  }

  /** All tools, by name. */
  async list(): Promise<{ tools: Entry[]; broken: Broken[] }> {
    const names = await this.names();
    const [tools, broken]: [Entry[], Broken[]] = [[], []];
    for (const [index, name] of names.entries()) {
      if (index % AT_A_TIME === AT_A_TIME - 1) await new Promise((resolve) => setImmediate(resolve));
      const found = await this.entry(name);
      if (typeof found === 'string') broken.push({ name, folder: join(this.library, name), problem: found });
      else if (found) tools.push(found);
    }
    return { tools, broken };
  }

  /** Folders that are, or were meant to be, a tool. */
  async names(): Promise<string[]> {
    for (let turn = 0; ; turn += 1) {
      if (isInterrupted(this.library)) await this.settle();
      const before = changedAt(this.library);
      if (before === undefined) return [];
      const names = readdirSync(this.library, { withFileTypes: true })
        .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && TOOL_NAME.test(entry.name) && isPart(entry.name))
        .map(({ name }) => name);
      // A name that is just being exchanged may be missing from the list.
      if ((changedAt(this.library) === before && !isInterrupted(this.library)) || turn >= TRIES) return names.toSorted();
    }
  }

  /** Versions that stand in a tool's history, the oldest first. */
  kept(name: string): string[] {
    try {
      return readdirSync(join(this.library, name, VERSIONS)).filter((version) => VERSION.test(version)).toSorted(byVersion);
    } catch (error) {
      ignoreMissing(error as NodeJS.ErrnoException);
      return [];
    }
  }

  async #inside(folder: string): Promise<void> {
    // Most folders have no link on the way, and need no more than this.
    if (!relative(this.library, folder).split(sep).some((_, index, parts) => lstatSync(join(this.library, ...parts.slice(0, index + 1))).isSymbolicLink())) return;
    const [root, real] = await Promise.all([realpath(this.library), realpath(folder)]);
    if (!real.startsWith(root + sep)) {
      throw new UntilgreenError('path_unsafe', `${folder} is a link that leads out of the library, to ${real}.`, { folder, target: real }, 'Copy the folder, or import the tool.');
    }
  }
}

const changedAt = (folder: string): string | undefined => {
  const info = lstatSync(folder, { throwIfNoEntry: false });
  return info && `${info.ino} ${info.mtimeMs}`;
};

/** What is wrong with a folder, as a text; the system's own errors are no fault of the folder. */
function problemOf(error: unknown): string {
  if (error instanceof UntilgreenError) return error.what;
  // It went while it was read; the stamp tells.
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'It went while it was read.';
  throw error;
}
