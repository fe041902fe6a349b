import type { LoadedConfig } from '../../config/schema.ts';
import type { Emit } from '../../core/events.ts';
import { sha256 } from '../../core/hash.ts';
import { refused } from '../outcome.ts';
import { ToolRegistry } from '../tool-registry.ts';
import type { Tool, ToolContext, ToolResult } from '../types.ts';
import { joinConfigured } from './configured.ts';

/** Characters of the arguments in the question whether a tool may be called. */
const SHOWN_ARGUMENTS = 400;

export interface ServerTools {
  tools: readonly Tool[];
  close(): Promise<void>;
}

/**
 * The tools of configured servers as those of a run: none unless `mcp.use_in_runs` is set. What a server does not call read-only acts outside the
 * private copy, where nothing is taken back: every such call needs an approval. A server that cannot be used is told of and left out.
 */
export async function serverTools(config: Pick<LoadedConfig, 'settings'>, emit: Emit): Promise<ServerTools> {
  if (!config.settings.mcp.use_in_runs) return { tools: [], close: async () => {} };
  const registry = new ToolRegistry();
  const { failed } = await joinConfigured(registry, config);
  for (const { error } of failed) emit('warning', { message: error.message }, 'warn');
  return { tools: registry.list().map(asked), close: () => registry.close() };
}

/** The tool behind the question whether it may be called with these arguments. */
function asked(tool: Tool): Tool {
  if (tool.effect === 'read') return tool;
  return {
    ...tool,
    async run(args: unknown, context: ToolContext): Promise<ToolResult> {
      const subject = `Call ${tool.name} with ${shownArguments(JSON.stringify(args))}`;
      const { answer, reason } = await context.approve({ kind: 'tool', subject, detail: { tool: tool.name, arguments: args } });
      if (answer === 'approved') return tool.run(args, context);
      if (answer === 'denied') return refused('tool_failed', `${tool.name} may not be called${reason ? `: ${reason}` : ''}. Do without it.`, { name: tool.name });
      return refused('approval_needed', `${tool.name} acts outside of the project and needs an approval.`, { name: tool.name });
    },
  };
}

/** What was approved is known by this text: where it is cut, its hash keeps it from standing for other arguments. */
const shownArguments = (text: string): string => (text.length > SHOWN_ARGUMENTS ? `${text.slice(0, SHOWN_ARGUMENTS)}… (sha256 ${sha256(text).slice(0, 12)})` : text);
