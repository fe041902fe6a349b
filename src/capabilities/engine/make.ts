import { UntilgreenError } from '../../core/errors.ts';
import { NO_USAGE } from '../../models/usage.ts';
import { onceBy } from '../ask/steps.ts';
import { provide, type ResolveDeps } from '../ask/resolve.ts';
import type { CallOptions, MakeRequest, MakeResult } from '../interfaces.ts';
import type { Json, Need, ValueType } from '../types.ts';
import { snakeCase } from '../understand/understand.ts';
import type { Admission } from './admitted.ts';
import { durableJob, type Job } from './durable-job.ts';
import { modelsOf } from './models-of.ts';
import { findIn } from './find.ts';
import type { Shared } from './open.ts';

/** Makes a tool as a durable job; the same request goes on with one that was interrupted. @throws `usage` for an empty description */
export async function makeTool(shared: Shared, admission: Admission, request: MakeRequest, options: CallOptions): Promise<MakeResult> {
  const description = request.description.trim();
  if (description === '') throw new UntilgreenError('usage', 'The description of the tool is empty.', {}, 'Say in a sentence what it gives for what.');
  return durableJob(shared, { kind: 'make', request: description, input: { ...request } }, options, async (job) => {
    const made = await provide(needOf(request), await resolveDeps(shared, admission, job, { spent: { usage: NO_USAGE, requests: 0 } }));
    return { value: made, outcome: made.ok ? 'made' : 'not_made', output: made.ok ? { tool: made.tool.name, version: made.tool.version, made: made.made } : { reason: made.reason } };
  });
}

/** What finding and making work with, in one job. */
export async function resolveDeps(
  shared: Shared, admission: Admission, { lease, emit, signal }: Job, of: { spent: Parameters<typeof modelsOf>[2]; make?: boolean; language?: Need['language'] },
): Promise<ResolveDeps> {
  const { capabilities } = shared.config.settings;
  const models = modelsOf(shared, lease, of.spent, emit);
  return {
    models, sampler: models.sampler, sandbox: await shared.sandbox(), library: shared.library, catalogue: await shared.catalogue(), once: await onceBy(lease), product: shared.product, emit, signal, key: 'make/s1',
    changed: () => shared.changed(),
    find: (need) => findIn(shared, need, signal),
    async admitted(tool) {
      const passed = await admission.admitted(tool, { signal, emit });
      return 'tool' in passed ? passed.tool : undefined;
    },
    settings: {
      language: of.language ?? capabilities.language, mutationScore: capabilities.mutation_score, candidates: capabilities.candidates,
      make: of.make ?? true,
    },
  };
}

/** A description with examples as a need. */
function needOf({ description, name, language, examples = [] }: MakeRequest): Need {
  const [first] = examples;
  return {
    id: 's1', request: description.trim(), description: description.trim(), name: snakeCase(name ?? description.split(/\s+/).slice(0, 4).join(' ')),
    values: Object.entries(first?.arguments ?? {}).map(([parameter, value]) => ({ name: parameter, type: typeOf(value), value })),
    returns: first ? typeOf(first.result) : 'any', examples, ...(language ? { language } : {}),
  };
}

function typeOf(value: Json): ValueType {
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'number':
      return 'number';
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    default:
      return value === null ? 'any' : 'object';
  }
}
