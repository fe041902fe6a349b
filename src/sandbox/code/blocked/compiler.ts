import type TS from 'typescript6';

export type Ts = typeof TS;
let loaded: Promise<Ts> | undefined;

/** The TypeScript compiler, loaded at its first use: it costs a few hundred milliseconds and 60 MB. */
export function compiler(): Promise<Ts> {
  loaded ??= import('typescript6').then((module) => module.default);
  return loaded;
}
