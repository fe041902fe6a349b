import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { nearest } from '../../config/shape.ts';
import { UntilgreenError } from '../../core/errors.ts';
import type { Entry, Library, Version } from '../interfaces.ts';
import type { Capability, CapabilityDraft, Evidence } from '../types.ts';
import { folderWith, type Admitted } from './compose.ts';
import { TOOL_FILE } from './files.ts';
import { contentHash, contractHash, keptCode } from './hash.ts';
import { byVersion, TOOL_NAME, VERSION } from './names.ts';
import { Reader } from './read.ts';
import { casesSchema, readJson, toolSchema } from './schema.ts';
import { stampOf } from './stamp.ts';
import { locked } from './state.ts';
import { recover, replaceFolder, replaceOne } from './swap.ts';
import { casesText, toolRecordText, toolText } from './text.ts';

/**
 * Opens a folder of tools. What an interrupted process left in it is ended; the folder is made when something is first saved.
 *
 * @throws `not_a_directory`
 * @example
 * const library = await openLibrary('./tools');
 * const entry = await library.read('calculate_percentage');
 */
export async function openLibrary(directory: string): Promise<Library> {
  const library = new FolderLibrary(resolve(directory));
  if (statSync(library.directory, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new UntilgreenError('not_a_directory', `${library.directory} is a file, not a folder of tools.`, { directory: library.directory }, 'Name a folder in TOOLS_DIR or --tools-dir; one that is not there yet is made.');
  }
  await library.reader.settle();
  return library;
}

class FolderLibrary implements Library {
  readonly reader: Reader;

  constructor(readonly directory: string) {
    this.reader = new Reader(directory);
  }

  list(): ReturnType<Library['list']> {
    return this.reader.list();
  }

  async read(name: string, version?: string): Promise<Entry | undefined> {
    const entry = await this.#named(name);
    if (entry === undefined || version === undefined) return entry;
    // The history has a version as it was admitted; the folder may have been edited since.
    const kept = readable(await this.reader.version(entry.tool.name, version), name);
    return kept ?? (entry.tool.version === version ? entry : undefined);
  }

  async versions(name: string): Promise<Version[]> {
    const current = await this.#known(name);
    const found = new Map<string, Version>();
    for (const version of this.reader.kept(current.tool.name)) {
      const entry = await this.reader.version(current.tool.name, version);
      if (entry && typeof entry !== 'string') found.set(version, { version, hash: entry.tool.hash, made: entry.tool.made, current: false });
    }
    const { version, hash, made } = current.tool;
    found.set(version, { version, hash, made, current: true });
    return [...found.values()].toSorted((a, b) => byVersion(a.version, b.version));
  }

  save(draft: CapabilityDraft, version: string, evidence: Evidence): Promise<Capability> {
    return this.#changing(async () => {
      const tool = checked(draft, version, evidence);
      const stamp = stampOf(join(this.directory, tool.name));
      // A folder that cannot be read is replaced: that is how it is mended.
      const current = ifReadable(await this.reader.entry(tool.name));
      const there = ifReadable(await this.reader.version(tool.name, version)) ?? (current?.tool.version === version ? current : undefined);
      if (there && !there.edited && there.tool.hash !== tool.hash) {
        throw new UntilgreenError('file_exists', `${tool.name} ${version} is there with another content.`, { name: tool.name, version, hash: there.tool.hash }, 'Save it as a new version.');
      }
      // Tested again, it is what it was, standing included.
      if (current?.tool.version === version && current.tool.hash === tool.hash) {
        tool.status = current.tool.status;
        if (current.tool.standing) tool.standing = current.tool.standing;
      }
      await this.#put({ tool, evidence }, current, [...this.#unkept(current, version), { tool, evidence }], stamp);
      return tool;
    });
  }

  setCurrent(name: string, version: string, reason: string): Promise<Capability> {
    return this.#changing(async () => {
      const current = await this.#known(name);
      const stamp = stampOf(current.folder);
      const kept = readable(await this.reader.version(current.tool.name, version), name);
      if (!kept) {
        const versions = (await this.versions(current.tool.name)).map((each) => each.version);
        throw new UntilgreenError('not_found', `${current.tool.name} has no version ${version} in its history.`, { name: current.tool.name, version, versions }, `There are: ${versions.join(', ')}.`);
      }
      if (kept.edited) {
        throw new UntilgreenError('stale', `${version} in the history of ${current.tool.name} is not what was admitted: somebody edited it.`, { folder: kept.folder }, 'Take its files back from version control.');
      }
      const { aliases, requests, version: parent } = current.tool;
      const { standing: _, ...content } = kept.tool;
      const tool: Capability = { ...content, aliases, requests, status: 'active', made: { ...content.made, ...(parent !== version && { parent }), reason } };
      await this.#put({ tool, ...(kept.evidence && { evidence: kept.evidence }) }, current, this.#unkept(current, version), stamp);
      return tool;
    });
  }

  update(name: string, change: Parameters<Library['update']>[1]): Promise<Capability> {
    return this.#changing(async () => {
      const { tool, folder } = await this.#known(name);
      const file = join(folder, TOOL_FILE);
      // As it stands there: the hash that it was admitted with has to stay, also in the file of an edited one.
      const record = JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, '')) as Record<string, unknown>;
      // An active tool stands nowhere.
      const changed = change.status === 'active' ? { ...change, standing: undefined } : change;
      const next = { ...tool, ...changed };
      const text = toolRecordText({ ...record, ...changed });
      if (next.standing === undefined) delete next.standing;
      readJson(toolSchema, `${tool.name}/${TOOL_FILE}`, text);
      await replaceOne(this.directory, file, text);
      return next;
    });
  }

  async revision(): Promise<string> {
    const names = await this.reader.names();
    return names.map((name) => `${name} ${stampOf(join(this.directory, name)) ?? ''}`).join('\n');
  }

  #changing<T>(work: () => Promise<T>): Promise<T> {
    return locked(this.directory, async () => {
      await recover(this.directory);
      return work();
    });
  }

  /** @param stamp of the folder before it was read: what somebody changes from then on is noticed */
  async #put(next: Admitted, current: Entry | undefined, history: readonly Admitted[], stamp: string | undefined): Promise<void> {
    const folder = join(this.directory, next.tool.name);
    await replaceFolder(this.directory, next.tool.name, await folderWith(next, folder, current?.tool, history), stamp);
  }

  /** The current version where the history lacks it: a folder that was copied in has none. An edited one is no version. */
  #unkept(current: Entry | undefined, next: string): Admitted[] {
    if (!current || current.edited || current.tool.version === next || this.reader.kept(current.tool.name).includes(current.tool.version)) return [];
    return [{ tool: current.tool, ...(current.evidence && { evidence: current.evidence }) }];
  }

  /** By name, else by alias. @throws `bad_arguments` for a folder of this name that cannot be read */
  async #named(name: string): Promise<Entry | undefined> {
    const entry = readable(await this.reader.entry(name), name);
    return entry ?? this.reader.aliased(name);
  }

  async #known(name: string): Promise<Entry> {
    const entry = await this.#named(name);
    if (entry) return entry;
    const near = nearest(name, await this.reader.names());
    throw new UntilgreenError('not_found', `There is no tool ${JSON.stringify(name)} in ${this.directory}${near ? `; did you mean ${near}?` : '.'}`, { name, ...(near && { near }) }, '`untilgreen library list` shows them all.');
  }
}

const ifReadable = (entry: Entry | string | undefined): Entry | undefined => (typeof entry === 'string' ? undefined : entry);

function readable(entry: Entry | string | undefined, name: string): Entry | undefined {
  if (typeof entry !== 'string') return entry;
  throw new UntilgreenError('bad_arguments', `The tool ${name} cannot be read: ${entry}`, { name, problem: entry }, 'Mend its folder by hand, or take it back from version control.');
}

/** The version as it will be read again. @throws `bad_arguments` for what could not be, and for evidence of another content */
function checked(draft: CapabilityDraft, version: string, evidence: Evidence): Capability {
  const { name, description, language, signature, parameters, returns, effects, errors, answer, properties, uses, aliases, requests, made } = draft;
  const said = { name, description, language, signature, parameters, returns, effects, errors, answer, properties, uses, aliases, requests, made };
  const content = { ...said, code: keptCode(draft.code), cases: readJson(casesSchema, `${name}/cases.json`, casesText(draft.cases)) };
  const hash = contentHash(content);
  const tool: Capability = { ...content, version, status: 'active', hash, contractHash: contractHash(content) };
  if (!TOOL_NAME.test(name)) throw new UntilgreenError('bad_arguments', `${JSON.stringify(name)} is no name of a tool.`, { name }, 'Expected snake_case of 3 to 64 characters.');
  if (!VERSION.test(version)) throw new UntilgreenError('bad_arguments', `${JSON.stringify(version)} is no version.`, { version }, 'Expected major.minor.patch.');
  readJson(toolSchema, `${name}/${TOOL_FILE}`, toolText(tool));
  if (evidence.hash !== hash) throw new UntilgreenError('bad_arguments', `The evidence for ${name} is of another content.`, { name, hash, evidence: evidence.hash }, 'Pass the gate with what is to be saved.');
  return tool;
}
