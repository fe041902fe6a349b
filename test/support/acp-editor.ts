import { client, RequestError, type ClientApp, type ClientConnection, type ClientContext, type PermissionOption, type PromptResponse, type RequestPermissionRequest, type RequestPermissionResponse, type SessionUpdate, type Stream } from '@agentclientprotocol/sdk';

export interface EditorOptions {
  /** Answers permission requests: the kind of the option that is chosen, `cancelled`, `hang`, or `fail`. Default: allow. */
  permission?: (request: RequestPermissionRequest) => 'allow_once' | 'reject_once' | 'cancelled' | 'hang' | 'fail';
  /** Texts in the editor's buffers by absolute path; given at all, the editor says that it reads files. */
  buffers?: Record<string, string>;
}

type Update<K extends SessionUpdate['sessionUpdate']> = Extract<SessionUpdate, { sessionUpdate: K }>;

/** An editor as the protocol's own client has it, which remembers what it was told. */
export class TestEditor {
  readonly told: { sessionId: string; update: SessionUpdate }[] = [];
  readonly asked: RequestPermissionRequest[] = [];
  private readonly app: ClientApp;
  private connection: ClientConnection | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: EditorOptions = {}) {
    this.app = client({ name: 'test editor' })
      .onNotification('session/update', ({ params }) => {
        this.told.push({ sessionId: params.sessionId, update: params.update });
        for (const listener of this.listeners) listener();
      })
      .onRequest('session/request_permission', ({ params }) => this.decide(params))
      .onRequest('fs/read_text_file', ({ params }) => {
        const content = options.buffers?.[params.path];
        if (content === undefined) throw new Error(`${params.path} is not open`);
        return { content };
      });
  }

  async connect(stream: Stream): Promise<this> {
    this.connection = this.app.connect(stream);
    await this.agent.request('initialize', {
      protocolVersion: 1, clientInfo: { name: 'test', version: '1' },
      clientCapabilities: this.options.buffers ? { fs: { readTextFile: true } } : {},
    });
    return this;
  }

  get agent(): ClientContext {
    if (!this.connection) throw new TypeError('connect first');
    return this.connection.agent;
  }

  async session(cwd: string): Promise<string> {
    return (await this.agent.request('session/new', { cwd, mcpServers: [] })).sessionId;
  }

  prompt(sessionId: string, text: string): Promise<PromptResponse> {
    return this.agent.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
  }

  /** Updates of a kind, of one session or of all. */
  updates<K extends SessionUpdate['sessionUpdate']>(kind: K, sessionId?: string): Update<K>[] {
    return this.told.flatMap(({ sessionId: of, update }) => (update.sessionUpdate === kind && (sessionId === undefined || of === sessionId) ? [update as Update<K>] : []));
  }

  /** All that was said in words. */
  words(sessionId?: string): string {
    return this.updates('agent_message_chunk', sessionId).map(({ content }) => (content.type === 'text' ? content.text : '')).join('');
  }

  /** The tool calls as an editor shows them at last. */
  calls(sessionId?: string): Record<string, any>[] {
    const calls = new Map<string, Record<string, unknown>>();
    for (const { sessionId: of, update } of this.told) {
      if (sessionId !== undefined && of !== sessionId) continue;
      if (update.sessionUpdate === 'tool_call' || update.sessionUpdate === 'tool_call_update') calls.set(update.toolCallId, { ...calls.get(update.toolCallId), ...update });
    }
    return [...calls.values()];
  }

  /** Resolves once something is true of what was told. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.listeners.delete(look);
        resolve();
      };
      this.listeners.add(look);
      look();
    });
  }

  close(): void {
    this.connection?.close();
  }

  private async decide(request: RequestPermissionRequest): Promise<RequestPermissionResponse> {
    this.asked.push(request);
    for (const listener of this.listeners) listener();
    const choice = this.options.permission?.(request) ?? 'allow_once';
    if (choice === 'hang') return new Promise(() => {});
    if (choice === 'fail') throw RequestError.methodNotFound('session/request_permission');
    if (choice === 'cancelled') return { outcome: { outcome: 'cancelled' } };
    const option = request.options.find(({ kind }: PermissionOption) => kind === choice);
    return { outcome: { outcome: 'selected', optionId: option?.optionId ?? choice } };
  }
}
