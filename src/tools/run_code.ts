import { z } from 'zod';
import { CodeSandbox } from '../sandbox/code/box.ts';
import { defineTool, done, refused } from './outcome.ts';
import { endOf, ranData } from './ran.ts';

const schema = z.strictObject({
  language: z.string().min(1).describe('python, javascript, typescript, go or shell'),
  code: z.string().min(1).describe('the whole snippet; what it prints is the result'),
  stdin: z.string().optional().describe('what it reads from standard input'),
  timeout: z.number().positive().max(3_600).optional().describe('seconds; default 30, for Go 120'),
  blockedImports: z.array(z.string().min(1)).optional().describe('modules (socket) and attributes (os.system) it is to do without'),
});

/**
 * Runs a snippet in the sandbox, in a directory of its own: it sees nothing of the project and changes nothing there. A snippet that fails is a
 * result with its exit code. Refusals: `bad_arguments`, `blocked_import` with the result as data, `sandbox_error`, `file_missing` where the
 * language is not installed, `cancelled`.
 */
export const runCode = defineTool<z.infer<typeof schema>>({
  name: 'run_code',
  description: 'Run a snippet of Python, JavaScript, TypeScript, Go or shell in the sandbox, apart from the project and without network.',
  effect: 'execute',
  schema,
  writes: () => [],
  async run(args, context) {
    await using box = new CodeSandbox({ sandbox: context.sandbox });
    const { language, code, stdin, timeout, blockedImports } = args;
    const result = await box.run(code, {
      language,
      ...(stdin === undefined ? {} : { stdin }),
      ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
      ...(blockedImports ? { blockedImports } : {}),
      ...(context.signal ? { signal: context.signal } : {}),
    });
    context.signal?.throwIfAborted();
    if (result.status === 'sandbox_error') return refused('sandbox_error', result.error ?? 'The sandbox could not start the snippet.');
    const data = { language: result.language, ...ranData(result) };
    if (result.blocked) {
      const { name, line } = result.blocked;
      return refused('blocked_import', `The snippet uses ${name}${line === undefined ? '' : ` in line ${line}`}, which blockedImports names. Write it without.`, { ...result.blocked, ...data });
    }
    return done(data, `${result.language}: ${endOf(result)}.`);
  },
});
