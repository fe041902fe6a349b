import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import type { Capability, Evidence } from '../types.ts';
import { contentHash, contractHash, keptCode } from './hash.ts';
import { codeFileName } from './names.ts';
import { casesSchema, evidenceSchema, readJson, toolSchema } from './schema.ts';
import { skillText } from './skill.ts';
import { GO_MOD } from './test-file/go.ts';
import { testFileOf } from './test-file/test-file.ts';
import { casesText, recordText, toolText } from './text.ts';

export const TOOL_FILE = 'tool.json';
export const CASES_FILE = 'cases.json';
export const EVIDENCE_FILE = 'evidence.json';
/** Keeps a file from being read that nobody wrote by hand. */
const LONGEST_FILE = 16 * 1024 * 1024;

export { codeFileName, testFileOf };

/** What the files of JavaScript and TypeScript are read as, also inside a package that says otherwise. */
const MODULE = { name: 'package.json', text: '{ "private": true, "type": "module" }\n' };

/** All files of a tool's folder but `evidence.json`, the contract first. */
export function filesOf(tool: Capability): { name: string; text: string }[] {
  return [
    { name: TOOL_FILE, text: toolText(tool) },
    { name: CASES_FILE, text: casesText(tool.cases) },
    { name: codeFileName(tool), text: keptCode(tool.code) },
    testFileOf(tool),
    { name: 'SKILL.md', text: skillText(tool) },
    ...(tool.language === 'go' ? [GO_MOD] : tool.language === 'python' ? [] : [MODULE]),
  ];
}

/** `evidence.json`: one gate a line. */
export const evidenceText = ({ hash, at, product, gates }: Evidence): string => recordText({ hash, at, product, gates });

/** A tool of a folder, and whether somebody edited it since it was admitted. */
export interface FolderContent {
  /** Its hashes are those of what is there now, whatever `tool.json` says. */
  tool: Capability;
  edited: boolean;
  /** That of this content; what was shown of another is none. */
  evidence?: Evidence;
}

/**
 * Reads a tool's folder. What a person who writes one by hand leaves out has its usual value.
 *
 * @throws `bad_arguments` naming the file, the place in it and what is wrong; `path_unsafe` for a link that leads out of the folder
 */
export async function readFolder(folder: string): Promise<FolderContent> {
  const shown = (name: string): string => `${basename(folder)}/${name}`;
  const text = (name: string): string => {
    const content = readInside(folder, name, shown(name));
    if (content !== undefined) return content;
    throw new UntilgreenError('bad_arguments', `${shown(name)} is missing.`, { file: join(folder, name) }, 'Write it, or take it back from version control.');
  };
  const { hash, format: _, made, standing, ...said } = readJson(toolSchema, shown(TOOL_FILE), text(TOOL_FILE));
  const cases = readJson(casesSchema, shown(CASES_FILE), text(CASES_FILE));
  const code = keptCode(text(codeFileName(said)));
  const origin = made ?? { at: lstatSync(join(folder, TOOL_FILE)).mtime.toISOString(), by: 'hand' as const };
  const content = { ...said, code, cases, made: origin };
  const tool: Capability = { ...content, ...(standing && { standing }), hash: contentHash(content), contractHash: contractHash(content) };
  const evidence = evidenceIn(folder, shown(EVIDENCE_FILE));
  return { tool, edited: hash !== tool.hash, ...(evidence?.hash === tool.hash && { evidence }) };
}

function evidenceIn(folder: string, shown: string): Evidence | undefined {
  const text = readInside(folder, EVIDENCE_FILE, shown);
  if (text === undefined) return undefined;
  try {
    return readJson(evidenceSchema, shown, text);
  } catch (error) {
    // What cannot be read proves nothing; the tool is as good as one without, and can pass the gate again.
    if (error instanceof UntilgreenError && error.code === 'bad_arguments') return undefined;
    throw error;
  }
}

/**
 * Undefined where there is no such file. Synchronous, as small files are read several times as fast so; who reads many lets others have their turn
 * in between.
 */
export function readInside(folder: string, name: string, shown: string): string | undefined {
  const path = join(folder, name);
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (!info) return undefined;
  if (info.isSymbolicLink()) {
    if (!existsSync(path) || !realpathSync(path).startsWith(realpathSync(folder) + sep)) {
      throw new UntilgreenError('path_unsafe', `${shown} is a link that leads out of the tool's folder.`, { file: path }, 'Put the file itself there.');
    }
  } else if (!info.isFile()) throw new UntilgreenError('bad_arguments', `${shown} is not a file.`, { file: path }, 'Put the file itself there.');
  if (info.size > LONGEST_FILE) throw new UntilgreenError('bad_arguments', `${shown} has ${info.size} bytes, more than the ${LONGEST_FILE} of a tool's file.`, { file: path }, 'Make it shorter.');
  return readFileSync(path, 'utf8');
}

export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
