import { z } from 'zod';

const variable = z.string().regex(/^[A-Za-z_]\w*$/, { error: 'the name of an environment variable' });

/** Headers whose values are secrets: they come from the environment. */
const SECRET_HEADER = /^(authorization|proxy-authorization|cookie)$|api-?key|token|secret/i;

const server = z
  .strictObject({
    /** A program to start, and to speak to over its standard streams. It runs outside the sandbox, with the user's rights. */
    command: z.string().min(1).optional(),
    args: z.array(z.string()).optional(),
    env: z.record(variable, z.string()).optional(),
    /** Variables of the user's environment that it gets too. */
    env_from: z.array(variable).optional(),
    /** Address of a server that runs: streamable HTTP. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    headers: z.record(z.string().min(1).refine((name) => !SECRET_HEADER.test(name), { error: 'a header that is no secret; name the variable that holds it under headers_env' }), z.string()).optional(),
    /** Headers with the names of the variables that hold their values. */
    headers_env: z.record(z.string().min(1), variable).optional(),
    /** Seconds of one call, and of connecting. */
    timeout_seconds: z.number().positive().max(3_600).default(60),
    enabled: z.boolean().default(true),
  })
  .refine((one) => (one.command === undefined) !== (one.url === undefined), { error: 'a server with either a command or a url' })
  .refine((one) => one.command !== undefined || (one.args ?? one.env ?? one.env_from) === undefined, { error: 'args, env and env_from beside a command' })
  .refine((one) => one.url !== undefined || (one.headers ?? one.headers_env) === undefined, { error: 'headers and headers_env beside a url' });
export type McpServerSettings = z.infer<typeof server>;

/** Other programs' tools, over the Model Context Protocol. */
export const mcpSettings = z
  .strictObject({
    /** By the word that stands before `__` in the names of their tools. */
    servers: z.record(z.string().regex(/^(?=.{1,24}$)[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/, { error: 'a name of at most 24 letters and digits, with single - and _ between them' }), server).default({}),
    /** Whether planners of runs may use their tools. */
    use_in_runs: z.boolean().default(false),
  })
  .prefault({});
