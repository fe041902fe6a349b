/** Careful readers for an event's data: a face must not fail on a field that is missing or of another type. */
export type Data = Record<string, unknown>;

export function text(data: Data, name: string): string {
  const value = data[name];
  return typeof value === 'string' ? value : '';
}

export function number(data: Data, name: string): number | undefined {
  const value = data[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The objects of a list. */
export function objects(data: Data, name: string): Data[] {
  const value = data[name];
  return Array.isArray(value) ? value.filter((item): item is Data => item !== null && typeof item === 'object') : [];
}

/** The texts of a list. */
export function texts(data: Data, name: string): string[] {
  const value = data[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
