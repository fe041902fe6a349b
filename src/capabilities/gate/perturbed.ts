import type { Sandbox } from '../../sandbox/types.ts';

/** Another place in the world and another start of the process: what a pure function does not notice. */
export interface Surroundings {
  hashSeed: number;
  timeZone: string;
  locale: string;
}

/** Far from UTC on either side; Turkish has another upper case of `i` and another decimal point than English. */
export const SURROUNDINGS: readonly Surroundings[] = [
  { hashSeed: 1, timeZone: 'Pacific/Kiritimati', locale: 'tr_TR.UTF-8' },
  { hashSeed: 4_294_967_295, timeZone: 'America/St_Johns', locale: 'C' },
];

/** The same sandbox, whose commands find themselves in other surroundings. */
export function perturbed(sandbox: Sandbox, { hashSeed, timeZone, locale }: Surroundings): Sandbox {
  const elsewhere = { PYTHONHASHSEED: String(hashSeed), TZ: timeZone, LANG: locale, LC_ALL: locale };
  return { guarantees: sandbox.guarantees, run: (command) => sandbox.run({ ...command, env: { ...command.env, ...elsewhere } }) };
}
