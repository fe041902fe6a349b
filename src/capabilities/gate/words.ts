/** `1 case`, `2 cases`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** The first few, and how many more there are. */
export function listed(all: readonly string[], most = 3): string {
  const shown = all.slice(0, most).join('; ');
  return all.length > most ? `${shown}; and ${all.length - most} more` : shown;
}

/** JSON in one short line. */
export function brief(value: unknown, most = 120): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
