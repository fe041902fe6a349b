const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * The UTF-8 bytes of a text in Base64 with padding, as RFC 4648 section 4 has it.
 *
 * @param {string} text
 * @returns {string}
 */
export function base64_encode(text) {
  const bytes = new TextEncoder().encode(text);
  let encoded = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [first, second, third] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    encoded += DIGITS[first >> 2] + DIGITS[((first & 3) << 4) | ((second ?? 0) >> 4)];
    encoded += second === undefined ? '=' : DIGITS[((second & 15) << 2) | ((third ?? 0) >> 6)];
    encoded += third === undefined ? '=' : DIGITS[third & 63];
  }
  return encoded;
}
