import type { CallToolResult } from '@modelcontextprotocol/client';
import { stripTerminalEscapes } from '../../sandbox/host.ts';
import { done, refused } from '../outcome.ts';
import { shortened } from '../text.ts';
import type { ToolResult } from '../types.ts';

/** Characters of text that a result carries, as for the output of commands. */
const MAX_TEXT = 20_000;

/** A server's answer as a result: its texts joined, what is no text named, structured content kept as it is. */
export function resultOf(tool: string, answer: CallToolResult): ToolResult {
  const parts = answer.content ?? [];
  const text = shortened(stripTerminalEscapes(parts.map(asText).join('\n')), MAX_TEXT);
  if (answer.isError) return refused('tool_failed', `${tool}: ${text || 'the server says that it failed, and not why.'}`, answer.structuredContent === undefined ? undefined : { structured: answer.structuredContent });
  const structured = answer.structuredContent === undefined ? {} : { structured: answer.structuredContent };
  return done({ text, ...structured }, shortened(text.split('\n')[0] ?? '', 200));
}

function asText(part: CallToolResult['content'][number]): string {
  if (part.type === 'text') return part.text;
  if (part.type === 'resource') return 'text' in part.resource ? part.resource.text : `[resource ${part.resource.uri}, not text]`;
  if (part.type === 'resource_link') return `[resource ${part.uri}${part.name ? `: ${part.name}` : ''}]`;
  return `[${part.type} ${part.mimeType}, ${Buffer.byteLength(part.data, 'base64')} bytes]`;
}
