/** What a tool's folder holds after a version came: its files, its history, and what a person put beside them. */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Capability, Evidence } from '../types.ts';
import { EVIDENCE_FILE, evidenceText, filesOf, ignoreMissing, readInside, testFileOf } from './files.ts';
import { VERSIONS } from './read.ts';
import { isPart } from './stamp.ts';
import type { Folder } from './swap.ts';
import { OWN_TESTS, ownTests } from './test-file/own-tests.ts';

/** A version with what showed that it is right. */
export interface Admitted {
  tool: Capability;
  evidence?: Evidence;
}

type Filling = Folder extends ReadonlyMap<string, infer One> ? One : never;

/** pytest enters every folder; in the history are files of the same names, which it could not tell apart. */
const NOT_COLLECTED = { name: 'conftest.py', text: '"""Earlier versions: kept, not tested."""\ncollect_ignore_glob = ["*"]\n' };

/**
 * @param folder  of the tool as it is now, if there is one
 * @param before  what stands in it, as far as it can be read
 * @param history versions to add to those that are in its history
 */
export async function folderWith(next: Admitted, folder: string, before: Capability | undefined, history: readonly Admitted[]): Promise<Folder> {
  const files = new Map<string, Filling>();
  const replaced = new Set([...(before ? filesOf(before) : []), ...filesOf(next.tool)].map(({ name }) => name).concat(EVIDENCE_FILE));
  await carry(folder, '', replaced, files);
  for (const { name, text } of filesOf(next.tool)) files.set(name, { content: text });
  const test = testFileOf(next.tool);
  files.set(test.name, { content: withOwnTests(test.text, readInside(folder, test.name, test.name)) });
  if (next.evidence) files.set(EVIDENCE_FILE, { content: evidenceText(next.evidence) });
  for (const { tool, evidence } of history) {
    const at = `${VERSIONS}/${tool.version}`;
    for (const { name, text } of filesOf(tool)) files.set(`${at}/${name}`, { content: text });
    if (evidence) files.set(`${at}/${EVIDENCE_FILE}`, { content: evidenceText(evidence) });
    if (tool.language === 'python') files.set(`${VERSIONS}/${NOT_COLLECTED.name}`, { content: NOT_COLLECTED.text });
  }
  return files;
}

/** A file without the line is a person's alone, and stays as it is. */
function withOwnTests(generated: string, present: string | undefined): string {
  if (present === undefined) return generated;
  return present.includes(OWN_TESTS) ? generated + ownTests(present) : present;
}

async function carry(folder: string, at: string, replaced: ReadonlySet<string>, into: Map<string, Filling>): Promise<void> {
  for (const entry of (await readdir(join(folder, at), { withFileTypes: true }).catch(ignoreMissing)) ?? []) {
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    if (!isPart(entry.name) || replaced.has(path)) continue;
    if (entry.isDirectory()) await carry(folder, path, replaced, into);
    // Nobody changes a version of the history: it need not be copied. A link to another file would change the time of that one, by which edits are known.
    else if (entry.isFile() && at.startsWith(VERSIONS)) into.set(path, { same: join(folder, path) });
    else if (entry.isFile()) into.set(path, { content: await readFile(join(folder, path)), mode: (await lstat(join(folder, path))).mode & 0o777 });
    // A link is taken for what it leads to, where that is in the folder; else this refuses it.
    else if (entry.isSymbolicLink()) into.set(path, { content: readInside(folder, path, path) ?? '' });
  }
}

