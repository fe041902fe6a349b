const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * The text of Base64 by RFC 4648 section 4; the signs - and _ of its section 5 are read too, and padding may be left out.
 *
 * @param {string} encoded
 * @returns {string}
 * @throws {RangeError} for what is not Base64, or not of a text in UTF-8
 */
export function base64_decode(encoded) {
  const given = encoded.replace(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/');
  const bare = given.replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(bare) || bare.length % 4 === 1) throw new RangeError('it is not Base64');
  if (given !== bare && given.length % 4 !== 0) throw new RangeError('its padding does not fit');
  const bytes = [];
  let held = 0;
  let bits = 0;
  for (const digit of bare) {
    held = ((held << 6) | DIGITS.indexOf(digit)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 255);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
  } catch {
    throw new RangeError('it is no text in UTF-8');
  }
}
