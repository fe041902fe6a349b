import type { UseResult } from '../../types.ts';
import type { RunCodes } from '../effects.ts';

/** A runner that runs nothing twice: tests tell many stories about few calls, and each wave takes a quarter of a second. */
export function remembered(run: RunCodes): RunCodes {
  const known = new Map<string, UseResult>();
  const keyOf = (contract: Parameters<RunCodes>[0], code: string, args: unknown): string => JSON.stringify([contract.signature, contract.errors, contract.returns, code, args]);
  return async (contract, codes, args) => {
    const open = [...new Set(codes)].filter((code) => args.some((one) => !known.has(keyOf(contract, code, one))));
    const rows = await run(contract, open, args);
    for (const [at, code] of open.entries()) for (const [column, one] of args.entries()) known.set(keyOf(contract, code, one), rows[at]![column]!);
    return codes.map((code) => args.map((one) => known.get(keyOf(contract, code, one))!));
  };
}
