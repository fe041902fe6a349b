import { realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContentBlock, EmbeddedResource } from '@agentclientprotocol/sdk';
import { textAt } from './diffs.ts';
import { refuse } from './errors.ts';
import { fenced, oneLine, sameText } from './text.ts';

/** Characters of text that come with a prompt; a project's own files are named, and read where they lie. */
const ATTACHED_CHARACTERS = 40_000;

/** A prompt as a request, with the files that it names. */
export interface Prompt {
  text: string;
  /** Files of the project, relative to it. */
  files: string[];
  /** Those of them that the editor sent with another text than the one on disk. */
  edited: string[];
  /** What could not be used, and why. */
  notes: string[];
}

/** A `file:` address: where it leads, and which lines it means. */
interface Place {
  path: string;
  /** `lines 10-20`. */
  lines?: string;
}

/**
 * Reads the blocks of a prompt into one request: files of the project become their paths, at the place where they were mentioned;
 * selections and texts from elsewhere come after it.
 *
 * @param directory  the project, a real path
 * Errors: a request error for a prompt without words.
 */
export function readPrompt(blocks: readonly ContentBlock[], directory: string): Prompt {
  const prompt: Prompt = { text: '', files: [], edited: [], notes: [] };
  const attached: string[] = [];
  for (const block of blocks) {
    const words = wordsOf(block, directory, prompt, attached);
    // Attachments may follow the text, or each other, without a space.
    const glued = block.type !== 'text' && /[^\s(]$/.test(prompt.text);
    prompt.text += glued ? ` ${words}` : words;
  }
  prompt.text = prompt.text.trim();
  if (!prompt.text) throw refuse('The prompt is empty. Say what is to be done, for example: make the failing tests pass.', { notes: prompt.notes });
  if (attached.length) prompt.text = [prompt.text, ...attached].join('\n\n');
  return prompt;
}

function wordsOf(block: ContentBlock, directory: string, prompt: Prompt, attached: string[]): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'resource_link':
      return linkWords(block.uri, block.name, directory, prompt);
    case 'resource':
      return resourceWords(block.resource, directory, prompt, attached);
    default:
      prompt.notes.push(`An attachment of the kind ${oneLine(block.type)} was left out: only text and files can be read.`);
      return '';
  }
}

function linkWords(uri: string, name: string, directory: string, prompt: Prompt): string {
  const place = placeOf(uri);
  const path = place && inside(directory, place.path);
  if (place && path !== undefined) return mention(path, place, prompt);
  prompt.notes.push(`${oneLine(place?.path ?? uri)} lies outside the project and is not read.`);
  return oneLine(name);
}

function resourceWords(resource: EmbeddedResource['resource'], directory: string, prompt: Prompt, attached: string[]): string {
  const place = placeOf(resource.uri);
  const path = place && inside(directory, place.path);
  const name = path ?? oneLine(place?.path ?? resource.uri);
  if ('blob' in resource) {
    prompt.notes.push(`${name} is not text and was left out.`);
    return path === undefined ? name : mention(path, place!, prompt);
  }
  // A whole file of the project is read where it lies; a selection shows what is meant.
  if (place && path !== undefined && place.lines === undefined) {
    if (!sameText(resource.text, textAt(join(directory, path)) ?? resource.text)) prompt.edited.push(path);
    return mention(path, place, prompt);
  }
  const kept = resource.text.slice(0, ATTACHED_CHARACTERS);
  if (kept.length < resource.text.length) prompt.notes.push(`Of ${name} the first ${ATTACHED_CHARACTERS} characters were taken.`);
  attached.push(`${name}${place?.lines ? `, ${place.lines}` : ''}:\n${fenced(kept)}`);
  return place && path !== undefined ? mention(path, place, prompt) : name;
}

function mention(path: string, place: Place, prompt: Prompt): string {
  if (!prompt.files.includes(path)) prompt.files.push(path);
  return place.lines ? `${path} (${place.lines})` : path;
}

function placeOf(uri: string): Place | undefined {
  if (isAbsolute(uri)) return { path: uri };
  if (!uri.startsWith('file:') || !URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  // `#L10`, `#L10:20`, `#L10-L20`: editors write it in each of these ways.
  const lines = /^#L(\d+)(?:[:-]L?(\d+))?/.exec(url.hash);
  try {
    return { path: fileURLToPath(url), ...(lines && { lines: lines[2] && lines[2] !== lines[1] ? `lines ${lines[1]}-${lines[2]}` : `line ${lines[1]}` }) };
  } catch {
    return undefined; // a host, or an escape that no path can hold
  }
}

/** The path relative to the project; undefined outside of it. */
function inside(directory: string, path: string): string | undefined {
  const within = relative(directory, real(path));
  if (within === '' || within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within)) return undefined;
  return within.split(sep).join('/');
}

/** The editor may reach the project through a link. A file that is not there yet stands where its folder is. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const at = path.lastIndexOf(sep);
    return at > 0 ? join(real(path.slice(0, at)), path.slice(at + 1)) : path;
  }
}
