import { distance } from 'fastest-levenshtein';
import { addDependency } from './add_dependency.ts';
import { argumentsSchema, parseArguments } from './arguments.ts';
import { backupFile } from './backup_file.ts';
import { createFile } from './create_file.ts';
import { deleteFile } from './delete_file.ts';
import { editFile } from './edit_file.ts';
import { fileRead } from './file_read.ts';
import { fileWrite } from './file_write.ts';
import { formatCode } from './format_code.ts';
import { generateTests } from './generate_tests.ts';
import { moveFile } from './move_file.ts';
import { refused } from './outcome.ts';
import { refactorCode } from './refactor_code.ts';
import { runCode } from './run_code.ts';
import { runTests } from './run_tests.ts';
import { search } from './search.ts';
import { shell } from './shell.ts';
import type { Tool, ToolContext, ToolResult } from './types.ts';
import { updateImports } from './update_imports.ts';
import { asError } from '../core/errors.ts';

const TOOLS: readonly Tool[] = [
  fileRead, search, createFile, editFile, fileWrite, deleteFile, moveFile, backupFile, refactorCode, generateTests, updateImports, formatCode, runTests, shell, addDependency,
];

/** The tools that every run has, and its planner may use. A new tool is one file and one entry here. */
export function defaultTools(): readonly Tool[] {
  return TOOLS;
}

/** All tools of the library: those of a run, and those that only a caller asks for, so that recorded prompts of planners stay as they are. */
export function libraryTools(): readonly Tool[] {
  return [...TOOLS, runCode];
}

/** The tool of this name or alias, or undefined. */
export function toolNamed(name: string, tools: readonly Tool[] = TOOLS): Tool | undefined {
  return tools.find((tool) => tool.name === name) ?? tools.find((tool) => tool.aliases?.includes(name));
}

/** What to say of a name that no tool has, with the nearest one. */
export function unknownTool(name: string, tools: readonly Tool[] = TOOLS): string {
  const near = tools.map((t) => ({ name: t.name, d: distance(t.name, name) })).sort((a, b) => a.d - b.d)[0];
  const hint = near && near.d <= 4 ? `Did you mean ${near.name}?` : `There are: ${tools.map((t) => t.name).join(', ')}.`;
  return `There is no tool ${name}. ${hint}`;
}

/** The tools for function calling, in the form an API takes. */
export function toolSchemas(form: 'openai' | 'anthropic' | 'mcp', tools: readonly Tool[] = TOOLS): Record<string, unknown>[] {
  return tools.map((tool) => {
    const { name, description } = tool;
    const schema = { type: 'object', ...argumentsSchema(tool) };
    if (form === 'openai') return { type: 'function', function: { name, description, parameters: schema } };
    if (form === 'anthropic') return { name, description, input_schema: schema };
    return { name, description, inputSchema: schema, annotations: { readOnlyHint: tool.effect === 'read', destructiveHint: tool.effect !== 'read', openWorldHint: false } };
  });
}

/**
 * Runs one tool on arguments from anywhere. Never rejects: an unknown name is `unknown_tool`, wrong arguments are
 * `bad_arguments`, and what goes wrong inside comes back as a refusal.
 * @example await runTool('edit_file', { path: 'a.py', edits: [{ oldText: 'x', newText: 'y' }] }, context)
 */
export async function runTool(tool: Tool | string, args: unknown, context: ToolContext, tools: readonly Tool[] = TOOLS): Promise<ToolResult> {
  const found = typeof tool === 'string' ? toolNamed(tool, tools) : tool;
  if (!found) return refused('unknown_tool', unknownTool(String(tool), tools), { name: tool });
  const parsed = parseArguments(found, args);
  if (!parsed.ok) return refused('bad_arguments', parsed.message, { problems: parsed.problems });
  try {
    return await found.run(parsed.value, context);
  } catch (thrown) {
    const error = asError(thrown);
    return refused(error.code, error.message, error.data);
  }
}
