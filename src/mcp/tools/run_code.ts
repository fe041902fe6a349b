import { z } from 'zod';
import { endOf, ranData } from '../../tools/ran.ts';
import { answered, failure } from '../answers.ts';
import type { BuiltIn, McpJobs } from '../types.ts';

const schema = z.strictObject({
  language: z.enum(['python', 'javascript', 'typescript', 'go', 'shell']),
  code: z.string().min(1).describe('the whole snippet; what it prints is the result'),
  stdin: z.string().optional().describe('what it reads from standard input'),
  timeout: z.number().positive().max(600).optional().describe('seconds; default 30, for Go 120'),
});

const result = z.looseObject({
  ok: z.boolean().describe('it exited with code 0'),
  status: z.string(),
  exitCode: z.number().nullable().optional(),
  stdout: z.string(),
  stderr: z.string(),
  wallMs: z.number(),
});

/** Runs a snippet in a box of its own. A snippet that fails is a result with its exit code. */
export const runCodeTool = (runCode: McpJobs['runCode'], sandboxed: boolean): BuiltIn<z.infer<typeof schema>> => ({
  name: 'run_code',
  title: 'Run a snippet in the sandbox',
  description: `Run a snippet of Python, JavaScript, TypeScript, Go or shell ${sandboxed ? 'in a sandbox without network, in an empty directory of its own; nothing of this machine is changed' : 'WITHOUT a sandbox, with the rights of the user who started this server'}.`,
  schema,
  result,
  annotations: sandboxed ? { readOnlyHint: true, openWorldHint: false } : { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
  async run({ language, code, stdin, timeout }, { signal }) {
    const ran = await runCode(code, { language, signal, ...(stdin !== undefined && { stdin }), ...(timeout !== undefined && { timeoutSeconds: timeout }) });
    signal.throwIfAborted();
    if (ran.status === 'sandbox_error') return failure('sandbox_error', ran.error ?? 'The sandbox could not start the snippet.');
    const data = ranData(ran);
    const text = [data.stdout, data.stderr && `stderr:\n${data.stderr}`, `${ran.language}: ${endOf(ran)}.`].filter(Boolean).join('\n');
    return answered(text, { ok: ran.ok, ...data });
  },
});
