const SECONDS = { h: 3600, m: 60, s: 1 };

/** Seconds of a text such as `1h 30m 15s`. */
export function parseDuration(text) {
  const match = /(\d+)([hms])/.exec(text);
  if (!match) throw new RangeError(`not a duration: ${text}`);
  return Number(match[1]) * SECONDS[match[2]];
}

/** `1h 30m 15s` of a number of seconds, parts of zero left out. */
export function formatDuration(seconds) {
  const parts = [];
  let left = seconds;
  for (const [unit, size] of Object.entries(SECONDS)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.join(' ');
}
