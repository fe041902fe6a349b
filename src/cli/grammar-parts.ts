/** Collects the values of an option that may be repeated. */
export const list = (value: string, before: string[] = []): string[] => [...before, value];

/** Command lines below a help text, without the name of the program. */
export const examples = (...lines: string[]): string => `\nExamples:\n${lines.map((line) => `  $ untilgreen ${line}`).join('\n')}\n`;
