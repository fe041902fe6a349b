import { benchFiles } from '../context/files.ts';
import { readProject } from '../context/graph/read.ts';
import { fence, failureSection, fileParts, projectOverview } from '../context/project.ts';
import { repoMap } from '../context/repo-map.ts';
import type { ProjectGraph } from '../context/graph/graph.ts';
import { locate, type Located } from '../context/locate.ts';
import type { Suspect } from '../context/spectrum/ochiai.ts';
import { estimateTokens } from '../context/tokens.ts';
import { canonicalJson } from '../core/hash.ts';
import type { CheckReport, Language } from '../languages/types.ts';
import { hintOf, scaffoldFor } from '../context/scaffolds/registry.ts';
import type { Plan } from '../plan/types.ts';
import type { Workbench } from '../workspace/types.ts';
import type { Attempt, RunState } from './state.ts';
import type { Goal } from './types.ts';

/** Tokens that the map of files that are not shown may have; aider gives its map 1,024, and more where no file is open. */
const MOST_MAP_TOKENS = 1_500;
/** As `estimateTokens` counts. */
const CHARS_PER_TOKEN = 3.9;
/** Symbols that the message names as places to look at. */
const MOST_PLACES = 8;

/** Reports that describe the files the next attempt starts from. */
export function reportsAt(state: RunState): CheckReport[] {
  const attempt = state.attempts.findLast((a) => a.to === state.from && a.reports);
  return attempt?.reports ?? state.baseline?.reports ?? [];
}

/**
 * The planner's message: what changes least stands first, so that the server's prefix cache serves the next iteration.
 *
 * @param budget  tokens for the whole message
 */
export async function plannerContext(input: {
  state: RunState;
  goal: Goal;
  bench: Workbench;
  languages: readonly Language[];
  budget: number;
  lesson?: string;
  /** Finds what failing tests run more than passing ones; asked only where the sources are more than the message can hold. */
  suspects?: (graph: ProjectGraph, reports: readonly CheckReport[]) => Promise<readonly Suspect[]>;
}): Promise<string> {
  const { state, goal, bench, languages } = input;
  const overview = await projectOverview(bench, state.detections);
  const reports = reportsAt(state);
  const failures = failureSection(reports);
  const history = attemptsSection(state);
  const hint = await hintSection(state, goal);
  const tail = [
    hint,
    failures && `## Checks now\n${failures}`,
    history && `## Earlier attempts\n${history}`,
    input.lesson && `## From an earlier run\n${input.lesson}`,
    state.postMortem && `## Post-mortem\n${state.postMortem}`,
    state.nudge && `## Note\n${state.nudge}`,
  ].filter(Boolean);
  const fixed = estimateTokens(overview) + estimateTokens(tail.join('\n\n')) + estimateTokens(goal.request);
  const touched = await touchedFiles(state, bench);
  const { graph } = await readProject(benchFiles(bench));
  const room = Math.max(1_000, input.budget - fixed);
  const sources = graph.files.filter((file) => file.facts.language !== 'other');
  const choosing = sources.reduce((bytes, file) => bytes + file.size, 0) / CHARS_PER_TOKEN > room;
  const suspects = choosing ? await input.suspects?.(graph, reports) : undefined;
  const located = await locate({ bench, languages, request: goal.request, reports, touched, graph, suspects });
  const places = choosing ? placesSection(located) : '';
  const forMap = Math.min(MOST_MAP_TOKENS, Math.floor(room / 8));
  const { text: files, shown } = await fileParts(located, languages, room - forMap - estimateTokens(places));
  const map = repoMap(graph, located, goal.request, { budget: forMap, without: shown });
  return [`## Project\n${overview}`, places && `## Where to look\n${places}`, files && `## Files\n${files}`, map && `## Map of the other files\nThe most important symbols, with the lines where they start.\n${fence(map)}`, ...tail].filter(Boolean).join('\n\n');
}

/** The symbols that evidence points at, a line each. */
function placesSection(located: readonly Located[]): string {
  const places = located.flatMap(({ path, symbols = [] }) => symbols.map((symbol) => ({ path, ...symbol })));
  return places
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, MOST_PLACES)
    .map(({ id, path, fromLine, toLine, why }) => `- ${path}:${fromLine}-${toLine} ${id.slice(id.indexOf('#') + 1)}: ${why.join('; ')}`)
    .join('\n');
}

const KINDS: Record<string, string> = {
  web_app: 'a web application (with tests, a README and a way to start it)',
  data_pipeline: 'a data pipeline (with tests, a README and sample input)',
  cli_tool: 'a command-line tool (with tests, a README, --help and exit codes)',
};

/** For a project made from nothing: how such a one is usually laid out, where the request names a kind that is known. */
async function hintSection(state: RunState, goal: Goal): Promise<string> {
  const scaffold = state.fromNothing ? scaffoldFor(requestText(goal)) : undefined;
  return scaffold ? `## A hint: how such a project is usually laid out\nThe request comes first; leave out what it does not need.\n${await hintOf(scaffold)}` : '';
}

export function requestText(goal: Goal): string {
  const extra: string[] = [];
  if (goal.projectType) extra.push(`Make ${KINDS[goal.projectType]}.`);
  if (goal.language) extra.push(`Language: ${goal.language}.`);
  return [goal.request, ...extra].join('\n');
}

async function touchedFiles(state: RunState, bench: Workbench): Promise<string[]> {
  if (!state.base) return [];
  const paths = new Set<string>();
  for (const attempt of state.attempts.slice(-2)) {
    if (!attempt.to) continue;
    for (const delta of await bench.deltas(state.base, attempt.to)) paths.add(delta.path);
  }
  return [...paths];
}

/** What was tried: the newest attempts in full, older ones in a line. */
function attemptsSection(state: RunState): string {
  const recent = state.attempts.slice(state.since);
  return recent
    .map((a, i) => (i >= recent.length - 3 ? describeAttempt(a, state) : `Attempt ${a.n}: ${a.plan?.summary ?? ''} (${a.failing?.length ?? '?'} failing)`))
    .join('\n');
}

function describeAttempt(a: Attempt, state: RunState): string {
  const lines = [`Attempt ${a.n}: ${a.plan?.summary ?? ''}`];
  for (const step of a.plan?.steps ?? []) lines.push(`- ${step.id} ${step.action} ${target(step.args)}: ${a.states?.[step.id] ?? 'waiting'}`);
  if (a.failure) lines.push(`Step ${a.failure.step} failed (${a.failure.code}): ${a.failure.message}`, 'All edits of this attempt were taken back.');
  for (const reading of a.readings ?? []) lines.push(reading);
  if (a.verdict) {
    lines.push(...a.verdict.rules.filter((r) => !r.ok).map((r) => `Not green: ${r.detail}`));
    if (a.diffHash === '') lines.push('The plan changed no file.');
    lines.push(a.to === state.from ? 'Its edits are kept: the files above show them.' : 'Its edits were taken back: the files above are without them.');
  }
  if (a.reflection) lines.push(`Cause: ${a.reflection.hypothesis}`, `Next: ${a.reflection.advice}`);
  return lines.join('\n');
}

function target(args: Record<string, unknown>): string {
  return [args['path'], args['from'], args['to'], args['command'], args['pattern']].filter((v) => typeof v === 'string').join(' → ');
}

/** A plan for a prompt. The store does not keep the order of keys: a process that goes on must ask in the same words, or it asks again. */
function planText({ summary, steps, checks }: Plan): string {
  const ordered = steps.map(({ id, action, args, dependsOn, why }) => ({ id, action, args: JSON.parse(canonicalJson(args)) as unknown, dependsOn, why }));
  return JSON.stringify({ summary, steps: ordered, checks }, null, 1);
}

/** The reflector's message: request, plan, what happened, the change, the checks. */
export async function reflectorContext(input: { state: RunState; goal: Goal; bench: Workbench; lesson?: string; budget: number }): Promise<string> {
  const { state, bench } = input;
  const attempt = state.attempts.at(-1)!;
  const parts = [`## Request\n${requestText(input.goal)}`, `## Attempts\n${attemptsSection(state)}`];
  if (attempt.plan) parts.push(`## Plan of attempt ${attempt.n}\n${fence(planText(attempt.plan).slice(0, 8_000))}`);
  if (attempt.to && state.base) {
    const diff = await bench.diff(state.base, attempt.to);
    const most = Math.max(2_000, Math.floor(input.budget * 1.5));
    parts.push(`## The whole change so far\n${diff ? fence(diff.length > most ? `${diff.slice(0, most)}\n… cut …` : diff) : 'nothing was changed'}`);
  }
  if (attempt.reports) parts.push(`## Checks\n${failureSection(attempt.reports)}`);
  if (attempt.verdict) {
    const v = attempt.verdict;
    if (v.regressions.length) parts.push(`## Regressions\n${v.regressions.slice(0, 20).map((r) => `- ${r.id} is ${r.now} now${r.message ? `: ${r.message.slice(0, 400)}` : ''}`).join('\n')}`);
    if (v.protectedChanges.length) parts.push(`## Protected tests that the change touched\nThey were put back; existing tests may not be changed unless the request asks for it.\n${v.protectedChanges.map((c) => `- ${c.path}${c.test ? ` ${c.test}` : ''}: ${c.detail}`).join('\n')}`);
    if (v.findings.length) parts.push(`## Safety findings\n${v.findings.map((f) => `- ${f.severity} ${f.path}:${f.line} ${f.message}: ${f.excerpt}`).join('\n')}`);
  }
  if (state.baseline) {
    const red = failureSection(state.baseline.reports, 6);
    parts.push(`## Checks before any change\n${red}`);
  }
  if (input.lesson) parts.push(`## From an earlier run\n${input.lesson}`);
  return parts.join('\n\n');
}
