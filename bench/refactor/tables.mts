// What the results come to, as Markdown.
import type { Row, Task, Verdict } from './types.mts';

const VERDICTS: readonly Verdict[] = ['right', 'refused', 'unsupported', 'crashed', 'wrong'];
const MARKS: Readonly<Record<Verdict, string>> = { right: 'right', refused: 'refused', unsupported: '–', crashed: 'crashed', wrong: '**wrong**' };

/** Totals by tool and by package, then every operation with a column for each tool, then what was wrong, refused or left. */
export function tables(tasks: readonly Task[], rows: readonly Row[]): string {
  const tools = [...new Set(rows.map(({ tool }) => tool))].toSorted((a, b) => Number(b === 'untilgreen') - Number(a === 'untilgreen') || a.localeCompare(b));
  const of = (task: string, tool: string): Row | undefined => rows.find((row) => row.task === task && row.tool === tool);
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const head = (cells: readonly string[]): string[] => [line(cells), `|${cells.map(() => '---|').join('')}`];
  const total = (some: readonly Row[], tool: string): (string | number)[] => VERDICTS.map((verdict) => some.filter((row) => row.tool === tool && row.verdict === verdict).length);
  const told = tasks.filter(({ id }) => rows.some((row) => row.task === id));
  const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const doneMs = (tool: string): number => median(rows.filter((row) => row.tool === tool && (row.verdict === 'right' || row.verdict === 'wrong')).map(({ ms }) => ms));
  const parts = [
    [...head(['tool', 'operations', ...VERDICTS, 'median ms']), ...tools.map((tool) => line([tool, rows.filter((row) => row.tool === tool).length, ...total(rows, tool), doneMs(tool)]))],
    [...head(['untilgreen on', 'operations', ...VERDICTS]), ...[...new Set(told.map((task) => task.package))].map((name) => {
      const some = rows.filter((row) => row.package === name);
      return line([name, some.filter(({ tool }) => tool === 'untilgreen').length, ...total(some, 'untilgreen')]);
    })],
    [...head(['operation', ...tools]), ...told.map(({ id }) => line([id, ...tools.map((tool) => (of(id, tool) ? MARKS[of(id, tool)!.verdict] : ''))]))],
    rows.filter(({ verdict }) => verdict !== 'right').map((row) => `- ${row.tool}, ${row.task}: ${row.verdict}; ${(row.reason ?? '').replaceAll('\n', ' ').slice(0, 300)}`),
    rows.filter(({ verdict, left }) => verdict === 'right' && left.length > 0).map((row) => `- ${row.tool}, ${row.task}: left ${row.left.map(({ place, noted, code }) => `${place}${code ? ' (code)' : ''}${noted ? ' (noted)' : ''}`).join(', ')}`),
  ];
  return parts.filter((part) => part.length > 0).map((part) => part.join('\n')).join('\n\n');
}
