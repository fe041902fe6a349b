import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { UntilgreenError } from '../../../core/errors.ts';
import { makeBoxDirectory, removeBoxDirectory } from '../../../sandbox/code/files.ts';
import { toolPaths } from '../../../sandbox/tool-paths.ts';
import type { Mount, Sandbox } from '../../../sandbox/types.ts';
import type { Candidate } from '../../function/types.ts';
import { watchSilence } from '../../shared/silence.ts';
import { type DriverMessage, readMessages } from './protocol.ts';

const DRIVER = fileURLToPath(new URL('./driver', import.meta.url));
const MiB = 1024 * 1024;
/** Candidates that run at the same time: two share two cores without making each other late. */
const PARALLEL = 2;
/** Each Node has about ten threads; two run, two wait, and a candidate that forks is to come to an end soon. */
const PROCESSES = 256;
/** Bytes of all outcomes of a wave: 40 candidates with 50 values of 40 kB. */
const OUTPUT_BYTES = 80 * MiB;
/** Milliseconds of silence after which a driver counts as stopped, beside others and by itself; it says something twice a second. */
const SILENCE_MS = { together: 6_000, alone: 12_000 };
/** A sandbox on a busy machine may take this long to say the first word. */
const START_MS = 30_000;
/** Longest that one wave may take, whatever its cases sum up to. */
const LONGEST_MS = 600_000;

export interface WaveJob {
  sandbox: Sandbox;
  candidates: readonly Candidate[];
  /** Name that each candidate has to define; undefined where none has to. */
  name?: string;
  cases: readonly { setup: string; expression: string }[];
  caseMs: number;
  timeouts: number;
  /** See `CheckRequest.large`. */
  large?: boolean;
  signal?: AbortSignal;
  /** Properties instead of cases; see `driver/properties.mjs`. */
  properties?: { properties: readonly { expression: string }[]; parameters: readonly unknown[]; runs: number; seed: number; fastCheck: string };
  mounts?: readonly Mount[];
}

/** What came of one candidate, complete or not. */
export interface Told {
  started: boolean;
  done: boolean;
  odd: boolean;
  /** It started other processes, which may have taken the time of others. */
  forked: boolean;
  messages: DriverMessage[];
}

/**
 * Runs a wave in one sandboxed process tree. Candidates that ended oddly, or of which something is missing, run once more by themselves, and those
 * whose time ran out while another one had started processes run once more without that one: a hostile candidate costs time, and no other its result.
 *
 * @throws `no_sandbox`, `sandbox_error`, `file_missing`, `cancelled`
 */
export async function runWave(job: WaveJob): Promise<Map<string, Told>> {
  const told = new Map<string, Told>();
  let waiting = [...job.candidates];
  while (waiting.length > 0) {
    const messages = await runOnce({ ...job, candidates: waiting });
    const found = gather(waiting, messages);
    for (const [id, entry] of found) told.set(id, entry);
    if (waiting.length === 1) break;
    const unfinished = waiting.filter(({ id }) => !found.get(id)?.done || found.get(id)?.odd);
    const never = unfinished.filter(({ id }) => !found.get(id)?.started);
    // Whoever ended the driver is among those that had started; where none had, any may be it.
    const alone = never.length < waiting.length ? unfinished.filter((candidate) => !never.includes(candidate)) : unfinished;
    for (const candidate of alone) {
      const again = gather([candidate], await runOnce({ ...job, candidates: [candidate] })).get(candidate.id);
      if (again) told.set(candidate.id, again);
    }
    // Those who started processes are not among them, so that each round has fewer.
    const slowed = [...found.values()].some(({ forked }) => forked) ? waiting.filter((candidate) => !alone.includes(candidate) && lostTime(found.get(candidate.id))) : [];
    waiting = alone === unfinished ? slowed : [...never, ...slowed];
  }
  return told;
}

/** Its time ran out, and it was not the one that started other processes. */
function lostTime(entry: Told | undefined): boolean {
  if (!entry?.done || entry.forked) return false;
  return entry.messages.some((message) => ('case' in message && message.outcome.kind === 'timeout') || ('unusable' in message && message.unusable.timeout === true));
}

function gather(candidates: readonly Candidate[], messages: readonly DriverMessage[]): Map<string, Told> {
  const found = new Map(candidates.map(({ id }) => [id, { started: false, done: false, odd: false, forked: false, messages: [] as DriverMessage[] }]));
  for (const message of messages) {
    const entry = found.get(message.id);
    if (!entry) continue;
    if ('started' in message) entry.started = true;
    else if ('done' in message) Object.assign(entry, { done: true, odd: message.odd, forked: message.forked });
    else entry.messages.push(message);
  }
  return found;
}

async function runOnce(job: WaveJob): Promise<DriverMessage[]> {
  if (job.signal?.aborted) throw cancelled();
  const { programs, mounts, path } = await toolPaths(['node']);
  const node = programs['node'];
  if (node === undefined) throw new UntilgreenError('file_missing', 'node was not found for running candidates.', { program: 'node' }, 'Install Node 20.19 or newer.');
  const nonce = randomBytes(16).toString('hex');
  const rounds = Math.ceil(job.candidates.length / PARALLEL);
  const { properties } = job;
  const asked = properties ? properties.properties.length * properties.runs * 2 : job.cases.length;
  const workspace = makeBoxDirectory();
  const patience = job.candidates.length > 1 ? SILENCE_MS.together : SILENCE_MS.alone;
  const watch = watchSilence(START_MS, patience, job.signal);
  try {
    const result = await job.sandbox.run({
      argv: [node, '--no-warnings', `${DRIVER}/driver.mjs`],
      workspace,
      env: { PATH: path },
      mounts: [...mounts, { source: DRIVER, target: DRIVER }, ...(job.mounts ?? [])],
      network: 'none',
      stdin: JSON.stringify({
        nonce,
        mark: randomBytes(8).toString('hex'),
        parallel: Math.min(PARALLEL, availableParallelism(), job.candidates.length),
        candidates: job.candidates,
        cases: job.cases,
        caseMs: job.caseMs,
        timeouts: job.timeouts,
        ...(job.large && { large: true }),
        ...(job.name !== undefined && { name: job.name }),
        ...properties,
      }),
      limits: { wallMs: Math.min(LONGEST_MS, 20_000 + rounds * (10_000 + asked * job.caseMs)), outputBytes: OUTPUT_BYTES, processes: PROCESSES },
      signal: watch.signal,
      onOutput: watch.heard,
    });
    if (job.signal?.aborted) throw cancelled();
    if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', `The sandbox could not run the candidates: ${result.error ?? 'no reason was given'}`, {}, 'Run `untilgreen doctor` to see what it lacks.');
    return readMessages(result.stdout, nonce);
  } finally {
    watch.stop();
    await removeBoxDirectory(workspace);
  }
}

const cancelled = (): UntilgreenError => new UntilgreenError('cancelled', 'Cancelled while candidates were running.');
