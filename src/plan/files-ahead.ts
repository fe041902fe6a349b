import { applyEdits } from '../edit/apply.ts';
import type { Edit } from '../edit/types.ts';
import { leftOut } from '../tools/changes.ts';
import { languageOf, pathProblem, tidyPath } from '../tools/paths.ts';
import type { Tool } from '../tools/types.ts';
import type { Language } from '../languages/types.ts';
import type { Workbench } from '../workspace/types.ts';
import type { PlanProblem, PlanStep } from './types.ts';

/** A file as it will be at a step: gone, or there with a text that is known or not. */
type Ahead = { there: false } | { there: true; text: string | undefined };

/** The project's files as the plan will have left them, step by step, without writing any. */
export class FilesAhead {
  private readonly files = new Map<string, Ahead>();
  /** A step before may have moved or changed any file: what cannot be known is left to the tool. */
  private blind = false;
  constructor(
    private readonly bench: Pick<Workbench, 'exists' | 'readText'>,
    private readonly languages: readonly Language[],
  ) {}

  private async at(path: string): Promise<Ahead> {
    const planned = this.files.get(path);
    if (planned) return planned;
    if (!(await this.bench.exists(path))) return { there: false };
    // A binary or huge file is there all the same; the tool itself refuses to read it.
    const text = await this.bench.readText(path).then((f) => f.text, () => undefined);
    const now: Ahead = { there: true, text };
    this.files.set(path, now);
    return now;
  }

  /** Problems of this step's paths and edits, and then its effect on the files that later steps see. */
  async take(step: PlanStep, tool: Tool, args: any): Promise<PlanProblem[]> {
    const problems: PlanProblem[] = [];
    const add = (code: PlanProblem['code'], message: string): void => void problems.push({ step: step.id, code, message: `Step ${step.id} (${tool.name}): ${message}` });
    const reads = tool.reads?.(args) ?? [];
    const named = tool.writes?.(args);
    const writes = named ?? [];
    for (const path of new Set([...reads, ...writes])) {
      const problem = pathProblem(path);
      if (problem) add('path_outside', problem.message);
    }
    if (problems.length || this.blind) return problems;
    for (const path of new Set(reads.map(tidyPath))) {
      if (!(await this.at(path)).there) add('file_missing', `${path} is not in the project${this.files.has(path) ? ' any more at this step' : ''}.`);
    }
    if (problems.length) return problems;
    if (tool.effect === 'write' && named === undefined) this.blind = true;
    const path = writes[0] ?? '';
    switch (tool.name) {
      case 'create_file':
      case 'file_write': {
        const now = await this.at(path);
        if (now.there && (tool.name === 'create_file' || args.mode === 'create')) add('file_exists', `${path} exists already; use edit_file or file_write.`);
        const text = args.mode === 'append' ? undefined : (args.content as string);
        const parsed = text === undefined ? undefined : await languageOf(path, this.languages)?.parse(path, text);
        const omitted = text === undefined ? undefined : leftOut(path, text, now.there ? now.text : undefined, this.languages);
        if (omitted) add('refused', omitted);
        if (!now.there && parsed && !parsed.ok) add('refused', `${path} would not parse: line ${parsed.error?.line ?? 1}: ${parsed.error?.message ?? 'syntax error'}.`);
        this.files.set(path, { there: true, text });
        break;
      }
      case 'edit_file': {
        const now = await this.at(path);
        if (now.there && now.text !== undefined) {
          const outcome = applyEdits(now.text, args.edits as Edit[]);
          if (outcome.ok) this.files.set(path, { there: true, text: outcome.content });
          else add('refused', `${path}, edit ${outcome.editIndex + 1}: ${outcome.code}: ${outcome.message}`);
        }
        break;
      }
      case 'delete_file':
        this.files.set(path, { there: false });
        break;
      case 'move_file': {
        const [from = '', to = ''] = writes;
        const now = await this.at(from);
        if ((await this.at(to)).there) add('file_exists', `${to} exists already.`);
        this.files.set(to, now);
        this.files.set(from, { there: false });
        break;
      }
      default:
        for (const written of writes) if ((await this.at(written)).there) this.files.set(written, { there: true, text: undefined });
    }
    return problems;
  }
}
