/** How long a number is, by country: IBAN Registry of SWIFT. Of other countries length is not checked. */
const LENGTHS: Record<string, number> = {
  AT: 20, BE: 16, BG: 22, CH: 21, CY: 28, CZ: 24, DE: 22, DK: 18, EE: 20, ES: 24, FI: 18, FR: 27, GB: 22, GR: 27, HR: 21, HU: 28, IE: 22, IS: 26,
  IT: 27, LI: 21, LT: 20, LU: 20, LV: 21, MT: 31, NL: 18, NO: 15, PL: 28, PT: 25, RO: 24, SA: 24, SE: 24, SI: 19, SK: 24, TR: 26,
};

/** Is it an IBAN by ISO 13616: form, length for its country, and check digits by ISO 7064 MOD 97-10. It says nothing of whether the account exists. */
export function validate_iban(iban: string): { valid: boolean; country: string; reason: string } {
  const bare = iban.replace(/ /g, '').toUpperCase();
  if (!/^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$/.test(bare)) return { valid: false, country: '', reason: 'not of the form of an IBAN' };
  const country = bare.slice(0, 2);
  const length = Object.hasOwn(LENGTHS, country) ? LENGTHS[country]! : bare.length;
  if (bare.length !== length) return { valid: false, country, reason: `not ${length} characters long, as it is in ${country}` };
  if (remainder(bare) !== 1) return { valid: false, country, reason: 'not right in its check digits' };
  return { valid: true, country, reason: 'valid' };
}

/** Of the number by 97, with the first four characters last and A to Z as 10 to 35. */
function remainder(bare: string): number {
  let rest = 0;
  for (const character of bare.slice(4) + bare.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
