import { z } from 'zod';
import type { Outcome } from '../../function/types.ts';
import type { Value } from '../../function/value.ts';
import { printValue } from './literals.ts';

/** Values nest as deep as the encoder lets them. */
const value: z.ZodType<Value> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('null') }),
    z.object({ kind: z.literal('undefined') }),
    z.object({ kind: z.literal('bool'), value: z.boolean() }),
    z.object({ kind: z.literal('int'), value: z.string().regex(/^-?\d+$/) }),
    z.object({ kind: z.literal('float'), value: z.union([z.number(), z.enum(['nan', 'inf', '-inf'])]) }),
    z.object({ kind: z.literal('string'), value: z.string() }),
    z.object({ kind: z.literal('bytes'), value: z.string().regex(/^[\da-f]*$/) }),
    z.object({ kind: z.literal('list'), items: z.array(value) }),
    z.object({ kind: z.literal('set'), items: z.array(value) }),
    z.object({ kind: z.literal('map'), entries: z.array(z.tuple([value, value])) }),
    z.object({ kind: z.literal('object'), type: z.string(), text: z.string() }),
  ]),
);
const printed = z.string().max(2_000).optional();
const raised = z.object({ kind: z.literal('raised'), error: z.string(), message: z.string(), line: z.number().int().positive().optional(), printed });
const outcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('value'), value, text: z.string(), printed }),
  raised,
  z.object({ kind: z.literal('timeout'), printed }),
  z.object({ kind: z.literal('crashed'), how: z.string() }),
  z.object({ kind: z.literal('skipped') }),
]);
const message = z.union([
  z.object({ id: z.string(), started: z.literal(true) }),
  z.object({ id: z.string(), case: z.number().int(), outcome }),
  z.object({ id: z.string(), unusable: z.object({ timeout: z.literal(true).optional(), ended: z.string().optional(), failed: raised.optional(), missing: z.literal(true).optional() }) }),
  z.object({
    id: z.string(), property: z.number().int(),
    result: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('held') }),
      z.object({ kind: z.literal('broken'), counterexample: z.string(), detail: z.string() }),
      z.object({ kind: z.literal('unusable'), reason: z.string() }),
    ]),
  }),
  z.object({ id: z.string(), done: z.literal(true), odd: z.boolean(), forked: z.boolean() }),
]);
/** One line of the driver. */
export type DriverMessage = z.infer<typeof message>;
export type Unusable = Extract<DriverMessage, { unusable: object }>['unusable'];

/** Characters of a value as text. */
const LONGEST_TEXT = 2_000;

/**
 * The messages in what the driver printed. Lines without the nonce are somebody else's; they are left out, and so is what is no message.
 */
export function readMessages(stdout: string, nonce: string): DriverMessage[] {
  const found: DriverMessage[] = [];
  for (const line of stdout.split('\n')) {
    if (!line.startsWith(`${nonce} `)) continue;
    let raw: unknown;
    try {
      raw = JSON.parse(line.slice(nonce.length + 1));
    } catch {
      continue; // cut by a limit
    }
    const read = message.safeParse(raw);
    if (read.success) found.push(read.data);
  }
  return found;
}

/** An outcome as the rest of the product knows it: a value's text is how the language writes it. */
export function outcomeOf(told: Extract<DriverMessage, { case: number }>['outcome']): Outcome {
  switch (told.kind) {
    case 'value': {
      const text = printValue(told.value) ?? (told.text === '' ? summary(told.value) : told.text);
      return { kind: 'value', value: told.value, text: text.slice(0, LONGEST_TEXT), ...(told.printed !== undefined && { printed: told.printed }) };
    }
    case 'raised':
      return { kind: 'raised', error: told.error, message: told.message, ...(told.line !== undefined && { line: told.line }), ...(told.printed !== undefined && { printed: told.printed }) };
    case 'timeout':
      return { kind: 'timeout' };
    default:
      return told;
  }
}

/** A value with something in it that has no literal. */
function summary(value: Value): string {
  switch (value.kind) {
    case 'object':
      return value.text;
    case 'list':
      return `[${value.items.map(summary).join(', ')}]`;
    case 'set':
      return `new Set([${value.items.map(summary).join(', ')}])`;
    case 'map':
      return `{ ${value.entries.map(([key, item]) => `${key.kind === 'string' ? key.value : summary(key)}: ${summary(item)}`).join(', ')} }`;
    default:
      return printValue(value) ?? value.kind;
  }
}
