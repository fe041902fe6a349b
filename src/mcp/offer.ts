import type { Tool } from '@modelcontextprotocol/server';
import { sayStep } from '../capabilities/ask/answer.ts';
import type { Capability, JsonObject, UseResult } from '../capabilities/types.ts';
import type { Entry } from '../capabilities/interfaces.ts';
import { UntilgreenError } from '../core/errors.ts';
import { argumentsSchema, type JsonSchema } from '../tools/arguments.ts';
import { answered, failed, failure } from './answers.ts';
import type { Answer, BuiltIn, Call, Tools } from './types.ts';

/** A tool as the server lists and calls it. */
export interface Offered {
  tool: Tool;
  call(args: JsonObject, call: Call): Promise<Answer>;
}

/** Stands behind the name of a kept tool that is called like one of the product. */
const SUFFIX = '_tool';

/** Everything that can be called, by name: the product's own tools, then the active ones of the library. */
export function offer(builtIns: readonly BuiltIn[], kept: readonly Entry[], options: { capabilities: Pick<Tools, 'use'>; sandboxed: boolean }): Map<string, Offered> {
  const offered = new Map<string, Offered>(builtIns.map((builtIn) => [builtIn.name, ownTool(builtIn)]));
  const taken = new Set([...offered.keys(), ...kept.map(({ tool }) => tool.name)]);
  for (const { tool } of kept) {
    if (tool.status !== 'active') continue;
    const name = offered.has(tool.name) ? freeName(tool.name, taken) : tool.name;
    taken.add(name);
    offered.set(name, keptTool(tool, name, options));
  }
  return offered;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n += 1) {
    const free = `${name}${SUFFIX}${n === 1 ? '' : `_${n}`}`;
    if (!taken.has(free)) return free;
  }
}

function ownTool(builtIn: BuiltIn): Offered {
  const { name, title, description, annotations, schema, result } = builtIn;
  return {
    tool: { name, title, description, annotations, inputSchema: rooted(argumentsSchema({ schema })), outputSchema: rooted(argumentsSchema({ schema: result })) },
    async call(args, call) {
      const parsed = schema.safeParse(args);
      if (parsed.success) return builtIn.run(parsed.data, call);
      const problems = parsed.error.issues.map(({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`);
      return failed(new UntilgreenError('bad_arguments', `${name}: ${problems.join('; ')}.`, { problems }));
    },
  };
}

/**
 * A tool of the library. Its result stands under `result`, whatever its type is: the protocol's older versions know structured content of
 * objects alone.
 */
function keptTool(tool: Capability, name: string, { capabilities, sandboxed }: { capabilities: Pick<Tools, 'use'>; sandboxed: boolean }): Offered {
  const renamed = name === tool.name ? '' : ` In the library it is called ${tool.name}.`;
  return {
    tool: {
      name,
      title: tool.name.replaceAll('_', ' '),
      description: `${tool.description}${renamed}`,
      inputSchema: rooted(tool.parameters),
      outputSchema: { type: 'object', properties: { result: tool.returns }, required: ['result'] },
      // A tool is pure, and the sandbox holds it to that.
      annotations: sandboxed ? { readOnlyHint: true, idempotentHint: true, openWorldHint: false } : { readOnlyHint: false, openWorldHint: true },
    },
    async call(args, { signal, emit }) {
      const { result, tool: used } = await capabilities.use(tool.name, args, { signal, emit });
      return result.ok ? answered(sayStep(used, args, result), { result: result.result }) : failure(CODES[result.kind], `${name}: ${result.message}`, { kind: result.kind, ...(result.error !== undefined && { error: result.error }) });
    },
  };
}

const CODES: Record<Extract<UseResult, { ok: false }>['kind'], string> = {
  arguments: 'bad_arguments', declared_error: 'declared_error', undeclared: 'tool_failed', timeout: 'timeout', crashed: 'tool_failed', bad_result: 'tool_failed',
};

const rooted = (schema: JsonSchema | Record<string, unknown>): Tool['inputSchema'] => ({ ...schema, type: 'object' }) as Tool['inputSchema'];
