import type { ErrorClass, Problem } from '../../function/types.ts';

/** A message of the compiler with its place. */
export interface Diagnostic {
  code: number;
  /** First line of the message. */
  message: string;
  /** 1-based, in the candidate. */
  line?: number;
}

/** Codes by what would mend them: unknown names, unknown modules, calls with other arguments than a function takes. */
const NAMES = new Set([2304, 2552, 2503, 2580, 2581, 2582, 2583, 2584, 2591, 2593, 2663, 18004]);
const MODULES = new Set([2305, 2307, 2614, 2724, 7016, 2792]);

/** A diagnostic as a problem: codes below 2000 are of the syntax. */
export function problemOfDiagnostic({ code, message, line }: Diagnostic): Problem {
  const kind: ErrorClass = code < 2000 ? 'syntax' : NAMES.has(code) ? 'name' : MODULES.has(code) ? 'import' : 'type';
  return { class: kind, message: `TS${code}: ${message.replace(/\s+/g, ' ').trim()}`.slice(0, 200), ...(line !== undefined && { line }) };
}

/**
 * The problems in what `tsc` printed, plain (`a.ts(3,5): error TS2322: …`) or pretty (`a.ts:3:5 - error TS2322: …`), in their order. Further lines
 * of a message are its reasons and are left out.
 */
export function parseTscOutput(text: string): Problem[] {
  // eslint-disable-next-line no-control-regex
  const plain = text.replace(/\u001b\[[\d;]*m/g, '');
  return [...plain.matchAll(/^(?:(.+?)(?:\((\d+),\d+\)|:(\d+):\d+)\s*(?::|-)\s*)?error TS(\d+): (.*)$/gm)].map(([, , inParentheses, afterColon, code, message]) => {
    const line = Number(inParentheses ?? afterColon);
    return problemOfDiagnostic({ code: Number(code), message: message ?? '', ...(line > 0 && { line }) });
  });
}
