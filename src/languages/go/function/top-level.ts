import type { TopLevel } from '../../function/types.ts';
import { ask } from '../reader/reader.ts';

interface Told {
  ok: boolean;
  insertAt: number;
  imports: TopLevel['imports'] | null;
  cuts: [number, number][] | null;
  declares: string[] | null;
  free: string[] | null;
}

/** See `FunctionLanguage.topLevel`. The reader counts bytes. */
export async function topLevel(code: string): Promise<TopLevel | undefined> {
  const told = await ask<Told>('toplevel', { code });
  if (!told?.ok) return undefined;
  const bytes = Buffer.from(code);
  const units = (offset: number): number => bytes.subarray(0, offset).toString().length;
  const at = units(told.insertAt);
  return {
    insertAt: at,
    firstAt: at,
    imports: told.imports ?? [],
    cuts: (told.cuts ?? []).map(([from, to]): [number, number] => [units(from), units(to)]),
    pragmas: [],
    declares: told.declares ?? [],
    free: told.free ?? [],
  };
}
