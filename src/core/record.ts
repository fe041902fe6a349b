/** Is a value an object with keys, neither null nor a list: what parsed JSON is asked before its fields are read. */
export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
