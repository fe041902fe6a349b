import { z } from 'zod';
import type { Operation } from '../languages/refactor/types.ts';

const path = z.string().min(1);
const symbol = z.string().min(1).describe('name as it stands in the code; `Class.method` for members');
const keepOld = z.boolean().optional().describe('leave a re-export of the old name or place');
const line = z.int().min(1);

/** Operations as tools, plans and the command take them. */
export const operationSchema: z.ZodType<Operation> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rename'), symbol, to: z.string().min(1), path: path.optional(), parameter: z.string().min(1).optional(), keepOld }),
  z.strictObject({ kind: z.literal('move_symbols'), from: path, symbols: z.array(symbol).min(1), to: path, keepOld }),
  z.strictObject({ kind: z.literal('move_module'), from: path, to: path, keepOld }),
  z.strictObject({ kind: z.literal('merge_modules'), from: z.array(path).min(1), into: path, keepOld }),
  z.strictObject({ kind: z.literal('split_module'), path, parts: z.array(z.strictObject({ to: path, symbols: z.array(symbol).min(1) })).min(1), keepOld }),
  z.strictObject({ kind: z.literal('extract_function'), path, fromLine: line, toLine: line, fromColumn: line.optional(), toColumn: line.optional(), name: z.string().min(1) }),
  z.strictObject({ kind: z.literal('inline_function'), path, symbol }),
  z.strictObject({
    kind: z.literal('change_signature'), path, symbol,
    drop: z.array(z.string().min(1)).optional(),
    add: z.array(z.strictObject({ name: z.string().min(1), type: z.string().min(1).optional(), default: z.string().min(1).optional(), value: z.string().min(1).optional() })).optional(),
    order: z.array(z.string().min(1)).optional(),
  }),
  z.strictObject({ kind: z.literal('remove_unused'), paths: z.array(path).min(1).optional(), what: z.enum(['imports', 'symbols']).optional() }),
  z.strictObject({ kind: z.literal('update_imports'), moved: z.array(z.strictObject({ from: z.string().min(1), to: z.string().min(1) })).min(1).optional(), paths: z.array(path).min(1).optional() }),
]);

/** Every path of the project that an operation names, as it is given; `map` gives the operation with each of them replaced. */
export function withPaths(operation: Operation, map: (path: string) => string): Operation {
  switch (operation.kind) {
    case 'rename':
      return operation.path === undefined ? operation : { ...operation, path: map(operation.path) };
    case 'move_symbols':
    case 'move_module':
      return { ...operation, from: map(operation.from), to: map(operation.to) };
    case 'merge_modules':
      return { ...operation, from: operation.from.map(map), into: map(operation.into) };
    case 'split_module':
      return { ...operation, path: map(operation.path), parts: operation.parts.map((part) => ({ ...part, to: map(part.to) })) };
    case 'extract_function':
    case 'inline_function':
    case 'change_signature':
      return { ...operation, path: map(operation.path) };
    case 'remove_unused':
    case 'update_imports':
      return operation.paths === undefined ? operation : { ...operation, paths: operation.paths.map(map) };
  }
}

/** The paths that say where an operation takes place, those that must exist before it first. */
export function pathsOf(operation: Operation): string[] {
  const paths: string[] = [];
  withPaths(operation, (given) => {
    paths.push(given);
    return given;
  });
  return paths;
}

/** Paths that must exist before the operation. */
export function sourcesOf(operation: Operation): string[] {
  switch (operation.kind) {
    case 'move_symbols':
    case 'move_module':
      return [operation.from];
    case 'merge_modules':
      return operation.from;
    case 'split_module':
      return [operation.path];
    default:
      return pathsOf(operation);
  }
}

/** An operation in a few words: `rename area to surface`. */
export function operationText(operation: Operation): string {
  switch (operation.kind) {
    case 'rename': {
      const where = operation.path === undefined ? '' : ` of ${operation.path}`;
      return operation.parameter === undefined ? `rename ${operation.symbol}${where} to ${operation.to}` : `rename parameter ${operation.parameter} of ${operation.symbol}${where} to ${operation.to}`;
    }
    case 'move_symbols':
      return `move ${operation.symbols.join(', ')} from ${operation.from} to ${operation.to}`;
    case 'move_module':
      return `move ${operation.from} to ${operation.to}`;
    case 'merge_modules':
      return `merge ${operation.from.join(', ')} into ${operation.into}`;
    case 'split_module':
      return `split ${operation.path} into ${operation.parts.map((part) => part.to).join(', ')}`;
    case 'extract_function':
      return `extract ${operation.name} from ${operation.path}:${operation.fromLine}-${operation.toLine}`;
    case 'inline_function':
      return `inline ${operation.symbol} of ${operation.path}`;
    case 'change_signature':
      return `change the signature of ${operation.symbol} in ${operation.path}`;
    case 'remove_unused':
      return `remove unused ${operation.what === 'imports' ? 'imports' : 'imports and symbols'}${operation.paths ? ` of ${operation.paths.join(', ')}` : ''}`;
    case 'update_imports':
      return `update imports${operation.paths ? ` of ${operation.paths.join(', ')}` : ''}`;
  }
}
