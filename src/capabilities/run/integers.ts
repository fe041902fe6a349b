/** Decimal digits that a double holds whatever they are (`DBL_DIG` of IEEE 754 binary64). */
const SURE_DIGITS = 15;

/**
 * A number of JSON as the integer that its text says; undefined where it is none, or where the text may have been another one: beyond 2^53
 * parsing changes digits and tells nobody (`12345678901234567890` becomes `…567168`), unless all but 15 of them are zeros.
 */
export function integerText(number: number): string | undefined {
  if (!Number.isInteger(number)) return undefined;
  const text = String(BigInt(number));
  return isSure(text) ? text : undefined;
}

/** The number that says these digits in JSON; undefined where every one of them would be read as another integer. */
export function numberOfInteger(digits: string): number | undefined {
  const number = Number(digits);
  return Number.isFinite(number) && isSure(digits) && String(BigInt(number)) === String(BigInt(digits)) ? number : undefined;
}

function isSure(digits: string): boolean {
  return Number.isSafeInteger(Number(digits)) || digits.replace(/^-/, '').replace(/0+$/, '').length <= SURE_DIGITS;
}
