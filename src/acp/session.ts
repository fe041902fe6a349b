import type { ContentBlock, McpServer, PromptResponse, SessionUpdate } from '@agentclientprotocol/sdk';
import { RequestError } from '@agentclientprotocol/sdk';
import type { Engine } from '../agent/types.ts';
import type { Capabilities } from '../capabilities/interfaces.ts';
import { asError } from '../core/errors.ts';
import { Calls } from './calls.ts';
import { commands, read, type CommandName, type Said } from './commands.ts';
import { toRequestError } from './errors.ts';
import { answerWithTool } from './jobs/ask.ts';
import { plan, run, runPlan, resume } from './jobs/goal.ts';
import { undo } from './jobs/undo.ts';
import { withEditorServers } from './mcp-servers.ts';
import { inMode, type Mode } from './modes.ts';
import { readPrompt } from './prompt.ts';
import type { Records, SessionRecord, Turn } from './records.ts';
import { said } from './run-view.ts';
import { oneLine } from './text.ts';
import type { AcpOptions, Editor } from './types.ts';
import type { TurnContext } from './turn.ts';
import { unsaved } from './unsaved.ts';
import type { Warm } from './warm.ts';

/** What the sessions of a process share. */
export interface Kept {
  records: Records;
  engines: Warm<Engine>;
  /** Absent where `/ask` cannot be answered. */
  tools?: Warm<Capabilities>;
}

/** One conversation about one directory. A turn at a time; sessions side by side. */
export class Session {
  readonly calls: Calls;
  mode: Mode;
  /** What is to be told with the next turn. */
  readonly notes: string[] = [];
  private stop: AbortController | undefined;
  private ended: Promise<unknown> = Promise.resolve();
  private saved: Promise<void> = Promise.resolve();

  constructor(readonly record: SessionRecord, readonly editor: Editor, private readonly options: AcpOptions, private readonly kept: Kept, private readonly servers: readonly McpServer[] = []) {
    let n = 0;
    this.calls = new Calls(() => `call-${(n += 1)}`);
    this.mode = record.mode;
  }

  get id(): string {
    return this.record.id;
  }

  get directory(): string {
    return this.record.directory;
  }

  /** In order with all that was sent before. An editor that has gone away is noticed elsewhere. */
  send(...updates: readonly SessionUpdate[]): void {
    for (const update of updates) void this.editor.client.notify('session/update', { sessionId: this.id, update }).catch(() => {});
  }

  /** Errors: -32600 while another prompt is at work; those of the jobs. */
  async prompt(blocks: readonly ContentBlock[], signal: AbortSignal): Promise<PromptResponse> {
    if (this.stop) throw RequestError.invalidRequest({ code: 'run_busy', sessionId: this.id }, 'a prompt of this session is at work; cancel it, or open another session');
    this.stop = new AbortController();
    const work = this.turn(blocks, AbortSignal.any([this.stop.signal, signal]));
    this.ended = work.catch(() => {});
    try {
      return await work;
    } finally {
      this.stop = undefined;
    }
  }

  /** Stops the prompt that is at work; what is finished of it is kept. */
  cancel(): void {
    this.stop?.abort(new DOMException('Cancelled by the editor.', 'AbortError'));
  }

  /** Stops, and resolves when nothing is at work any more. */
  async close(): Promise<void> {
    this.cancel();
    await this.ended;
  }

  /** One after the other, so that no older state is written over a newer one. */
  save(): Promise<void> {
    this.record.mode = this.mode;
    const write = () => this.kept.records.save(this.record).catch((error: unknown) => this.options.onProblem?.(`The record of session ${this.id} was not written: ${asError(error).message}`));
    this.saved = this.saved.then(write);
    return this.saved;
  }

  private async turn(blocks: readonly ContentBlock[], signal: AbortSignal): Promise<PromptResponse> {
    try {
      const prompt = readPrompt(blocks, this.directory);
      for (const note of [...this.notes.splice(0), ...prompt.notes]) this.send(said(note));
      const edited = new Set([...prompt.edited, ...(await unsaved(this.editor, this.id, this.directory, prompt.files))]);
      if (edited.size) this.send(said(`Not saved in the editor: ${[...edited].join(', ')}. The run works with the files on disk.`));
      return await this.answer(read(prompt.text, this.kept.tools !== undefined), prompt.text, signal);
    } catch (thrown) {
      if (signal.aborted) return { stopReason: 'cancelled' };
      throw toRequestError(thrown);
    } finally {
      this.send(...this.calls.end());
    }
  }

  private async answer(what: Said, whole: string, signal: AbortSignal): Promise<PromptResponse> {
    if (what.kind === 'unknown') {
      const names = commands(this.kept.tools !== undefined).map(({ name }) => `/${name}`);
      this.send(said(`There is no command /${what.name}. There are: ${names.join(', ')}. Anything else is a goal.`));
      return { stopReason: 'end_turn' };
    }
    const turn: Turn = { text: whole };
    await this.remember(turn);
    try {
      return await this.work(what, turn, signal);
    } finally {
      await this.save();
    }
  }

  private async work(what: Exclude<Said, { kind: 'unknown' }>, turn: Turn, signal: AbortSignal): Promise<PromptResponse> {
    const context = { session: this, text: what.text, signal, turn };
    const config = await this.options.configFor(this.directory);
    const { tools } = this.kept;
    if (tools && what.kind === 'command' && what.name === 'ask') return tools.use(config, (library) => answerWithTool(context, library));
    const moded = withEditorServers(inMode(config, this.mode), this.servers).config;
    return this.kept.engines.use(moded, (engine) => jobOf(what, this.mode)({ ...context, config: moded, engine }));
  }

  private async remember(turn: Turn): Promise<void> {
    this.record.turns.push(turn);
    this.record.title ??= oneLine(turn.text, 80);
    await this.save();
    this.send({ sessionUpdate: 'session_info_update', title: this.record.title, updatedAt: this.record.updated });
  }
}

const JOBS: Record<Exclude<CommandName, 'ask'>, (context: TurnContext) => Promise<PromptResponse>> = { plan, go: runPlan, resume, undo };

function jobOf(what: Exclude<Said, { kind: 'unknown' }>, mode: Mode): (context: TurnContext) => Promise<PromptResponse> {
  return what.kind === 'command' && what.name !== 'ask' ? JOBS[what.name] : mode === 'plan' ? plan : run;
}
