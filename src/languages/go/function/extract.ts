import type { Signature } from '../../function/types.ts';
import { ask } from '../reader/reader.ts';

interface Module {
  code: string;
  found: boolean;
}

/**
 * The module in a reply. Of fenced blocks the first that has the function counts, then the whole text; a completion is what follows the stub,
 * or the function written anew. What does not parse but has the head is given back as it is, for `screen` and `mend` to speak of.
 */
export async function extract(text: string, form: 'chat' | 'completion', signature: Signature, stub: string): Promise<string | undefined> {
  const tries = form === 'chat' ? chatTries(text) : completionTries(text, stub);
  for (const code of tries) {
    const module = await moduleOf(code, signature);
    if (module) return module;
  }
  const head = new RegExp(`^[ \\t]*func\\s+${signature.name}\\s*\\(`, 'mu');
  for (const code of tries) {
    const at = head.exec(code);
    if (!at) continue;
    return /^\s*package\s+\w+/m.test(code) ? code : `package solution\n\n${code.slice(at.index).trimEnd()}\n`;
  }
  return undefined;
}

export async function moduleOf(code: string, signature: Signature): Promise<string | undefined> {
  const module = await ask<Module>('module', { code, name: signature.name, before: signature.preamble });
  return module?.found ? module.code : undefined;
}

/** The same text for codes that differ in layout, comments, imports' order and local names only. */
export async function normalise(code: string): Promise<string | undefined> {
  const answer = await ask<Module>('normalise', { code });
  return answer?.found ? answer.code : undefined;
}

/** Cut after the last statement that parses, with the imports it needs and its unused variables used; undefined where that changes nothing. */
export async function mend(code: string, signature: Signature): Promise<string | undefined> {
  const answer = await ask<Module>('mend', { code, name: signature.name, before: signature.preamble });
  return answer?.found ? answer.code : undefined;
}

/** Source in the form of gofmt; as it is where it does not parse. */
export async function format(code: string): Promise<string> {
  return (await ask<Module>('format', { code }))?.code ?? code;
}

function chatTries(text: string): string[] {
  const blocks = [...text.matchAll(/^[ \t]*(?:```|~~~)[^\n]*\n([\s\S]*?)(?:^[ \t]*(?:```|~~~)|$(?![\s\S]))/gm)].map((match) => match[1]!);
  // A reply that was cut begins with a fence and never closes it; one without fences is code, or prose with code in it.
  return [...blocks, text.replace(/^[ \t]*(?:```|~~~).*$/gm, '')];
}

/** All that follows the stub, or as much as its first function: models go on with prose, or break off in the middle of another one. */
function completionTries(text: string, stub: string): string[] {
  const unfenced = text.replace(/^[ \t]*```[\s\S]*$/m, '');
  const end = /^\}/m.exec(unfenced);
  const closed = end ? `${stub}${unfenced.slice(0, end.index + 1)}\n` : `${stub}${unfenced.trimEnd()}\n}\n`;
  return [`${stub}${unfenced}`, closed, ...chatTries(text)];
}
