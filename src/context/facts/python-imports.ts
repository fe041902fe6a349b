import type { ImportFact } from './types.ts';

/** What one import statement of Python binds, from its text. */
export function pythonImports(statement: string, line: number): ImportFact[] {
  const text = statement.replace(/#[^\n]*/g, ' ').replace(/[\\\n\r\t]+/g, ' ').trim();
  const from = /^from\s*(\.*\s*[\w.]*)\s*import\b\s*\(?\s*([\s\S]*?)[\s,]*\)?$/u.exec(text);
  if (from) {
    const module = from[1]!.replace(/\s+/g, '');
    if (from[2]!.trim() === '*') return [{ module, names: [{ imported: '*', local: '' }], line, kind: 'star' }];
    return [{ module, names: list(from[2]!).map(([imported, as]) => ({ imported, local: as ?? imported })), line, kind: 'import' }];
  }
  const plain = /^import\s+([\s\S]*)$/.exec(text);
  if (!plain) return [];
  // `import a.b` binds `a`, but calls are written `a.b.f()`: the whole path is kept as the local name.
  return list(plain[1]!).map(([module, as]) => ({ module, names: [{ imported: '*', local: as ?? module }], line, kind: 'import' as const }));
}

function list(text: string): [string, string | undefined][] {
  return text.split(',').flatMap((part) => {
    const item = /^\s*([\p{L}\p{N}_.]+)(?:\s+as\s+([\p{L}\p{N}_]+))?\s*$/u.exec(part);
    return item ? [[item[1]!, item[2]] as [string, string | undefined]] : [];
  });
}
