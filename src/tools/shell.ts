import { z } from 'zod';
import type { ToolContext } from './types.ts';
import type { Mount } from '../sandbox/types.ts';
import { keepNewFiles } from './kept-files.ts';
import { defineTool, done, refused } from './outcome.ts';
import { endOf, ranData } from './ran.ts';

const schema = z.strictObject({
  command: z.string().min(1).describe('shell command, run in the sandbox without network'),
  timeout: z.number().positive().max(3_600).optional().describe('seconds; default from the settings'),
  keep: z.boolean().optional().describe('keep the changes it makes to files; otherwise they are taken back'),
});

/** What the sandbox must show and set for the languages of the project, the dependency folders included. */
export async function surroundings(context: ToolContext): Promise<{ mounts: Mount[]; env: Record<string, string> }> {
  const mounts = [...context.bench.mounts];
  const env: Record<string, string> = {};
  const targets = new Set(mounts.map((m) => m.target));
  for (const language of context.languages) {
    const toolchain = await language.toolchain(context.bench);
    for (const mount of toolchain.mounts) {
      if (targets.has(mount.target)) continue;
      targets.add(mount.target);
      mounts.push(mount);
    }
    for (const [name, value] of Object.entries(toolchain.env)) {
      env[name] = name === 'PATH' && env.PATH ? [...new Set([...env.PATH.split(':'), ...value.split(':')])].join(':') : value;
    }
  }
  return { mounts, env };
}

/**
 * Runs a shell command in the sandbox with network none. What it changes in the project's files is taken back unless
 * `keep` is true: a command is for looking, the other tools are for changing, and their changes can be judged.
 * A command that fails is a result with its exit code. Refusals: `sandbox_error`, `cancelled`.
 */
export const shell = defineTool<z.infer<typeof schema>>({
  name: 'shell',
  aliases: ['run_command'],
  description: 'Run a shell command in the sandbox, without network; file changes are taken back unless keep is true.',
  effect: 'execute',
  schema,
  async run(args, context) {
    const before = await context.bench.checkpoint();
    const { mounts, env } = await surroundings(context);
    const result = await context.sandbox.run({
      argv: ['/bin/sh', '-c', args.command],
      workspace: context.bench.root,
      mountAt: context.bench.mountAt,
      mounts,
      env,
      network: 'none',
      limits: { wallMs: args.timeout ? Math.round(args.timeout * 1_000) : context.settings.commandTimeoutMs },
      ...(context.signal ? { signal: context.signal } : {}),
    });
    if (result.status === 'sandbox_error' || context.signal?.aborted) {
      await context.bench.restore(before);
      context.signal?.throwIfAborted();
      return refused('sandbox_error', result.error ?? 'The sandbox could not start the command.');
    }
    const keep = args.keep === true;
    const made = keep ? await keepNewFiles(context.bench) : await context.bench.leftovers();
    const touched = [...new Set([...(await context.bench.deltas(before)).map((d) => d.path), ...made])].sort();
    if (touched.length && !keep) await context.bench.restore(before);
    const files = touched.length === 0 ? '' : keep ? ` Changed ${touched.join(', ')}.` : ` Its changes to ${touched.join(', ')} were taken back; use keep: true to keep them.`;
    return done(
      { ...ranData(result), ...(keep ? {} : { reverted: touched }) },
      `${args.command.split('\n')[0]?.slice(0, 80)}: ${endOf(result)}.${files}`,
      keep ? touched : [],
    );
  },
});
