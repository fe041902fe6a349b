/**
 * A colour in another notation, in the forms #rrggbb, rgb(r, g, b) and hsl(h, s%, l%) of CSS, rounded to whole numbers.
 *
 * @throws RangeError for a text that is no colour, a part out of range, or another format than hex, rgb and hsl
 */
export function convert_color(color: string, format: string): string {
  const [red, green, blue] = read(color.trim().toLowerCase());
  if (format === 'rgb') return `rgb(${red}, ${green}, ${blue})`;
  if (format === 'hex') return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
  if (format === 'hsl') return hsl(red / 255, green / 255, blue / 255);
  throw new RangeError(`the format '${format}' is not hex, rgb or hsl`);
}

type Rgb = [number, number, number];

function read(text: string): Rgb {
  const hex = /^#(?:([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})|([0-9a-f])([0-9a-f])([0-9a-f]))$/.exec(text);
  if (hex) return parts((at) => Number.parseInt(hex[at + 1] ?? hex[at + 4]!.repeat(2), 16));
  const rgb = /^rgb\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*\)$/.exec(text);
  if (rgb) return parts((at) => within(Number(rgb[at + 1]), 255));
  const other = /^hsl\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})%\s*,\s*([0-9]{1,3})%\s*\)$/.exec(text);
  if (other) return fromHsl(within(Number(other[1]), 360), within(Number(other[2]), 100) / 100, within(Number(other[3]), 100) / 100);
  throw new RangeError(`'${text}' is no colour`);
}

function parts(part: (at: number) => number): Rgb {
  return [part(0), part(1), part(2)];
}

function within(value: number, most: number): number {
  if (value > most) throw new RangeError(`${value} is more than ${most}`);
  return value;
}

/** By the formula of CSS Color Module Level 4, section 7. */
function fromHsl(hue: number, saturation: number, lightness: number): Rgb {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): number => {
    const place = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(place - 3, 9 - place, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

function hsl(red: number, green: number, blue: number): string {
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const [lightness, spread] = [(most + least) / 2, most - least];
  if (spread === 0) return `hsl(0, 0%, ${Math.round(lightness * 100)}%)`;
  const saturation = spread / (1 - Math.abs(2 * lightness - 1));
  let sector = 4 + (red - green) / spread;
  if (most === red) sector = (6 + (green - blue) / spread) % 6;
  else if (most === green) sector = 2 + (blue - red) / spread;
  return `hsl(${Math.round(sector * 60) % 360}, ${Math.round(saturation * 100)}%, ${Math.round(lightness * 100)}%)`;
}
