/** What `library` says, as lines for people. Everything that a tool brings along is made safe for a terminal first. */
import pc from 'picocolors';
import type { Broken, Entry, GateReport, LibraryStats, Suggestion, ToolStats, Version } from '../../capabilities/interfaces.ts';
import { codeFileName } from '../../capabilities/library/names.ts';
import { typeOf } from '../../capabilities/library/skill.ts';
import { lineOf } from '../../capabilities/library/text.ts';
import type { Capability, GateResult, Json, Match, ToolCase } from '../../capabilities/types.ts';
import { isRecord } from '../../core/record.ts';
import { clean, duration, oneLine, plural } from '../view/text.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** Examples of a tool that are shown; all of them are in its folder. */
const SHOWN_CASES = 6;

/** Columns of equal width, the last one as it is. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join('  ').trimEnd());
}

const standing = ({ status, standing: why }: Capability): string => (status === 'active' ? '' : `${status}${why ? `: ${why.reason}${why.instead ? `; use ${why.instead}` : ''}` : ''}`);
const called = ({ name, version }: Pick<Capability, 'name' | 'version'>): string => `${name} ${version}`;

export function listText(tools: readonly Entry[], broken: readonly Broken[], colors: Colors): string[] {
  const rows = tools.map(({ tool, edited }) => [tool.name, tool.version, tool.language, [oneLine(tool.description), edited ? 'edited' : '', oneLine(standing(tool))].filter(Boolean).join(' · ')]);
  return [...table(rows), ...broken.map(({ name, problem }) => colors.red(`✗ ${oneLine(name)}: ${oneLine(problem)}`))];
}

export const searchText = (matches: readonly Match[]): string[] => table(matches.map(({ tool, probability }) => [probability.toFixed(2), tool.name, tool.version, oneLine(tool.description)]));

export const caseText = ({ arguments: args, result, error }: Pick<ToolCase, 'arguments' | 'result' | 'error'>): string =>
  oneLine(`${lineOf(args)} → ${error === undefined ? lineOf(result) : error === true ? 'an error' : error}`);

const gateText = ({ gate, ok, says, ms }: GateResult, colors: Colors): string => `${ok ? colors.green('✓') : colors.red('✗')} ${gate.padEnd(13)} ${oneLine(says)} ${colors.dim(duration(ms))}`;

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]);

/** One tool with everything that is known of it. */
export function showText({ tool, folder, edited, evidence }: Entry, versions: readonly Version[], colors: Colors): string[] {
  const required = new Set(Array.isArray(tool.parameters['required']) ? tool.parameters['required'] : []);
  const parameters = Object.entries((tool.parameters['properties'] ?? {}) as Record<string, unknown>);
  const shown = tool.cases.slice(0, SHOWN_CASES);
  return [
    `${colors.bold(called(tool))}  ${colors.dim(tool.language)}${tool.status === 'active' ? '' : `  ${colors.yellow(oneLine(standing(tool)))}`}`,
    oneLine(tool.description),
    colors.dim(`${folder} · ${tool.hash.slice(0, 12)} · made ${tool.made.at.slice(0, 10)} by ${tool.made.by}${tool.made.model ? ` (${oneLine(tool.made.model)})` : ''}`),
    ...(edited ? [colors.yellow(`edited since it was admitted; \`untilgreen library test ${tool.name}\` makes a version of it`)] : []),
    '', ...clean(tool.signature).split('\n'),
    ...section('Parameters', parameters.map(([name, schema]) => `${name} (${typeOf(schema)}${required.has(name) ? '' : ', may be left out'})${isRecord(schema) && typeof schema['description'] === 'string' ? `: ${oneLine(schema['description'])}` : ''}`)),
    ...section('Result', [`${typeOf(tool.returns)}, said as “${oneLine(tool.answer)}”`]),
    ...section('Refuses', tool.errors.map(({ when, error }) => oneLine(`${when}${error ? ` (${error})` : ''}`))),
    ...section('Examples', [...shown.map(caseText), ...(tool.cases.length > shown.length ? [`… ${tool.cases.length - shown.length} more in ${folder}/cases.json`] : [])]),
    ...section('Laws', tool.properties.map(({ text }) => oneLine(text))),
    ...section('Uses', tool.uses.map(called)),
    ...section('Also known as', tool.aliases.length === 0 ? [] : [tool.aliases.map(oneLine).join(', ')]),
    ...section('Served', tool.requests.map((request) => `“${oneLine(request)}”`)),
    ...section('Passed', evidence ? evidence.gates.map((gate) => gateText(gate, colors)) : ['nothing that is known of on this content']),
    ...section('History', historyText(versions)),
    ...section('Code', [`${folder}/${codeFileName(tool)}`]),
  ];
}

export const historyText = (versions: readonly Version[]): string[] =>
  table(versions.map(({ version, hash, made, current }) => [current ? '*' : ' ', version, hash.slice(0, 12), made.at.slice(0, 16).replace('T', ' '), made.by, oneLine(made.reason ?? made.request ?? '')]));

/** What the gate says of a tool, in a line; each gate was told when it was passed. */
export function gateReportText({ name, version, report }: { name: string; version: string; report: GateReport }, colors: Colors): string {
  if (report.ok) return `${colors.green('✓')} ${name} ${version}  ${plural(report.gates.length, 'gate')} passed`;
  const stopped = report.gates.find(({ gate }) => gate === report.stoppedBy);
  return `${colors.red('✗')} ${name} ${version}  stopped by ${report.stoppedBy ?? 'a gate'}: ${oneLine(stopped?.says ?? '')}`;
}

/** What became of tools that were to come in. */
export const takenText = (taken: readonly { name: string; version: string; ok: boolean; why: string }[], colors: Colors): string[] =>
  table(taken.map(({ name, version, ok, why }) => [ok ? colors.green('✓') : colors.red('✗'), name, version, oneLine(why)]));

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const reliability = ({ uses, failures, reliability: { mean }, probation }: ToolStats): string => (uses === 0 ? 'never used' : `${plural(uses, 'use')}, ${plural(failures, 'failure')}, ${percent(mean)} reliable${probation ? ', on probation' : ''}`);

const counted = (counts: Record<string, number>): string => Object.entries(counts).map(([name, number]) => `${number} ${name}`).join(', ');

export function statsText({ tools, byLanguage, byStatus, requests, reused, made, refused, each }: LibraryStats): string[] {
  return [
    `${plural(tools, 'tool')}${tools === 0 ? '' : `: ${counted(byLanguage)}; ${counted(byStatus)}`}`,
    `${plural(requests, 'request')}: ${reused} reused a tool, ${made} made one, ${refused} refused`,
    ...(each.length === 0 ? [] : ['', ...table(each.map((one) => [one.name, one.version, one.status, reliability(one), one.lastUse?.slice(0, 10) ?? '']))]),
  ];
}

export const suggestionsText = (suggestions: readonly Suggestion[]): string[] =>
  suggestions.flatMap(({ kind, name, description, why }) => [`${kind === 'existing' ? `use ${name ?? ''}` : `make ${name ?? 'one'}`}: ${oneLine(description)}`, `  ${oneLine(why)}`]);

/** A result for standard output: a text as it stands, in a terminal without what could steer it; else JSON. */
export const resultText = (result: Json, terminal: boolean): string => (typeof result !== 'string' ? lineOf(result) : terminal ? clean(result) : result);
