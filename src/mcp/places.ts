import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputRequired, inputResponse, type InputRequiredResult } from '@modelcontextprotocol/server';
import { UntilgreenError } from '../core/errors.ts';
import { checkDirectory } from '../workspace/paths.ts';
import type { Call } from './types.ts';

const ROOTS = 'roots';

/** A directory that a call may work in, or what its client has to be asked first. */
export type Entered = { directory: string } | { question: InputRequiredResult };

/**
 * Directories in which calls may work: those the user named when the server was started, else those that the client says its user
 * works on, else the directory that the server was started in. A link that leads out of them is out of them.
 */
export class Places {
  readonly #named: readonly string[] | undefined;
  readonly #cwd: string;
  /** Where calls have worked: their receipts may be read. */
  readonly #entered = new Set<string>();

  constructor(named: readonly string[] | undefined, cwd: string) {
    this.#named = named?.length ? named.map((root) => resolve(cwd, root)) : undefined;
    this.#cwd = cwd;
  }

  /**
   * The real path of the directory that a call names, or the question that its client has to answer first.
   *
   * @param word relative ones stand in the first directory that is allowed; default: that one
   * Errors: `directory_refused` outside of what is allowed, `directory_missing`, `not_a_directory`.
   */
  async enter(word: string | undefined, call: Pick<Call, 'client' | 'responses'>): Promise<Entered> {
    const roots = this.#roots(call);
    if (!Array.isArray(roots)) return { question: roots };
    const [first = this.#cwd] = roots;
    const directory = await checkDirectory(resolve(first, word ?? '.'));
    if (!(await within(directory, roots))) throw outside(directory, roots);
    this.#entered.add(directory);
    return { directory };
  }

  /** Whether runs of this directory may be told of, without asking anybody. */
  async knows(directory: string): Promise<boolean> {
    return this.#entered.has(directory) || within(directory, this.#named ?? [this.#cwd]);
  }

  #roots({ client, responses }: Pick<Call, 'client' | 'responses'>): string[] | InputRequiredResult {
    if (this.#named) return [...this.#named];
    if (!client.roots) return [this.#cwd];
    const response = inputResponse(responses, ROOTS);
    if (response.kind !== 'roots') return inputRequired({ inputRequests: { [ROOTS]: inputRequired.listRoots() } });
    const paths = response.roots.flatMap(({ uri }) => pathOf(uri) ?? []);
    return paths.length > 0 ? paths : [this.#cwd];
  }
}

/** Roots of other kinds (a remote workspace, an unsaved buffer) are no directories of this machine. */
function pathOf(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

async function within(directory: string, roots: readonly string[]): Promise<boolean> {
  for (const root of roots) {
    // A root that is not there holds nothing.
    const real = await realpath(root).catch(() => undefined);
    if (real !== undefined && (directory === real || directory.startsWith(real.endsWith(sep) ? real : real + sep))) return true;
  }
  return false;
}

function outside(directory: string, roots: readonly string[]): UntilgreenError {
  return new UntilgreenError(
    'directory_refused', `${directory} is not in a directory that this server may work on: ${roots.join(', ')}.`, { path: directory, roots },
    'Start the server in it, or with --root for each directory that it may work on.',
  );
}
