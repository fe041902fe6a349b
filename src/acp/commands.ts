import type { AvailableCommand } from '@agentclientprotocol/sdk';

/** Words after a slash. */
export type CommandName = 'ask' | 'plan' | 'go' | 'resume' | 'undo';

const COMMANDS: (AvailableCommand & { name: CommandName })[] = [
  { name: 'ask', description: 'Answer with a tool of the library; one that is missing is made and kept', input: { hint: 'What is 15 percent of 300?' } },
  { name: 'plan', description: 'Show a plan and stop', input: { hint: 'what is to be done' } },
  { name: 'go', description: 'Carry out the plan that was shown last' },
  { name: 'resume', description: 'Go on with a run that was stopped or waits', input: { hint: 'id of a run; default: the last one here' } },
  { name: 'undo', description: 'Take back the last change that was applied in this directory' },
];

/** The commands that are offered; `/ask` only where it can be answered. */
export function commands(canAsk: boolean): AvailableCommand[] {
  return COMMANDS.filter(({ name }) => canAsk || name !== 'ask');
}

export type Said =
  | { kind: 'goal'; text: string }
  | { kind: 'command'; name: CommandName; text: string }
  | { kind: 'unknown'; name: string };

/**
 * What a prompt asks for. A first word such as `/usr/lib/x` is a path in a goal; `/undoo` is a slip, and must not start a run.
 *
 * @example read('/ask What is 2 + 2?', true) // { kind: 'command', name: 'ask', text: 'What is 2 + 2?' }
 */
export function read(text: string, canAsk: boolean): Said {
  const [, name, rest = ''] = /^\/([a-z][a-z-]*)(?:\s+([^]*))?$/i.exec(text) ?? [];
  if (name === undefined) return { kind: 'goal', text };
  const known = commands(canAsk).find((command) => command.name === name.toLowerCase());
  return known ? { kind: 'command', name: known.name as CommandName, text: rest.trim() } : { kind: 'unknown', name };
}
