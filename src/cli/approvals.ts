import type { Colors } from 'picocolors/types.js';
import type { ApprovalAnswer, ApprovalRequest, Approve } from '../tools/types.ts';
import type { View } from './view/live.ts';
import { clean, oneLine } from './view/text.ts';

/**
 * Who answers approvals. `--yes` agrees to applying and to dependencies that the project's list names, never to changed
 * tests or findings; those are asked in a terminal, and left `pending` where nobody sits.
 */
export function approver(options: { yes: boolean; ask?: (request: ApprovalRequest) => Promise<ApprovalAnswer> }): Approve {
  return async (request) => {
    if (options.yes && (request.kind === 'apply' || (request.kind === 'dependency' && request.detail['listed'] === true))) {
      return { answer: 'approved', reason: '--yes' };
    }
    return options.ask ? options.ask(request) : { answer: 'pending', reason: 'nobody could be asked' };
  };
}

/** Lines of a diff or detail that are shown with a question; the rest is told by its count. */
const SHOWN_LINES = 60;

/** Asks in the terminal, with the live view put aside. */
export function askInTerminal(view: View, colors: Colors): (request: ApprovalRequest) => Promise<ApprovalAnswer> {
  return async (request) => {
    const { confirm, isCancel } = await import('@clack/prompts');
    view.pause();
    try {
      process.stderr.write(`${detailText(request, colors)}\n`);
      const answer = await confirm({ message: oneLine(request.subject), initialValue: request.kind === 'apply', output: process.stderr });
      if (isCancel(answer)) return { answer: 'pending', reason: 'the question was left open' };
      return { answer: answer ? 'approved' : 'denied' };
    } finally {
      view.resume();
    }
  };
}

/** What is to be decided, safe to print: the diff with colours, other details as `name: value`. */
export function detailText(request: ApprovalRequest, colors: Colors): string {
  const { diff, ...rest } = request.detail;
  const lines: string[] = [];
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined || value === null) continue;
    lines.push(colors.dim(`${oneLine(name)}: ${oneLine(typeof value === 'string' ? value : JSON.stringify(value))}`));
  }
  const diffLines = typeof diff === 'string' ? clean(diff).trimEnd().split('\n') : [];
  lines.push(...diffLines.slice(0, SHOWN_LINES).map((line) => diffLine(line, colors)));
  if (diffLines.length > SHOWN_LINES) lines.push(colors.dim(`… ${diffLines.length - SHOWN_LINES} more lines`));
  return lines.join('\n');
}

/** One line of a unified diff in its colour. */
export function diffLine(line: string, colors: Colors): string {
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('diff ')) return colors.bold(line);
  if (line.startsWith('@@')) return colors.cyan(line);
  return line.startsWith('+') ? colors.green(line) : line.startsWith('-') ? colors.red(line) : line;
}
