import type { ImportFact } from './types.ts';

/** Name, receiver and receiver's type of `func (s *Server[T]) Serve(…)`. */
export function goHead(head: string): { own: string; receiver?: string; type?: string } {
  const method = /^func\s*\(\s*(?:([\p{L}_][\p{L}\p{N}_]*)\s+)?\*?\s*([\p{L}_][\p{L}\p{N}_]*)\s*(?:\[[^\]]*\])?\s*\)\s*([\p{L}_][\p{L}\p{N}_]*)/u.exec(head);
  if (method) return { own: method[3]!, receiver: method[1], type: method[2] };
  return { own: /^func\s+([\p{L}_][\p{L}\p{N}_]*)/u.exec(head)?.[1] ?? '' };
}

/** The last part of an import path that is no version: what most packages are called. */
export function guessedName(module: string): string {
  const parts = module.split('/').filter((part) => !/^v\d+$/.test(part));
  return (parts.at(-1) ?? module).replace(/\.v\d+$/, '').replace(/^go-|-go$/, '');
}

/** `alias "path"`. */
export function goImport(spec: string, line: number): ImportFact[] {
  const found = /^(?:([\p{L}_.][\p{L}\p{N}_]*)\s+)?["`]([^"`]+)["`]/u.exec(spec.trim());
  if (!found) return [];
  const module = found[2]!;
  if (found[1] === '.') return [{ module, names: [{ imported: '*', local: '' }], line, kind: 'star' }];
  return [{ module, names: [{ imported: '*', local: found[1] === '_' ? '' : (found[1] ?? guessedName(module)) }], line, kind: 'import' }];
}
