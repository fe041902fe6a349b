/** Milliseconds of silence after which a sign of life is sent; clients give up after minutes of it. */
const SIGN_MS = 10_000;

/**
 * A streamed answer. It begins with the first event, so that what is refused before has a status of its own; or with a sign of life, for a
 * model may be loaded or other requests be answered first, which can take longer than a client waits for a server.
 */
export class EventStream {
  readonly #encoder = new TextEncoder();
  readonly #timer: NodeJS.Timeout;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #stream: ReadableStream<Uint8Array>;
  #begun = false;
  #over = false;

  /**
   * @param answered   is given the response when it begins
   * @param cancelled  called when the reader puts the stream away
   */
  constructor(
    readonly answered: (response: Response) => void,
    cancelled: (reason: unknown) => void,
    signMs: number = SIGN_MS,
  ) {
    this.#stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      cancel: (reason) => {
        this.#finish();
        cancelled(reason);
      },
    });
    // A comment, which every reader of event streams leaves out.
    this.#timer = setInterval(() => this.#write(': at work\n\n'), signMs).unref();
  }

  get begun(): boolean {
    return this.#begun;
  }

  send(event: unknown): void {
    this.#write(`data: ${JSON.stringify(event)}\n\n`);
  }

  /** The end of a whole answer. */
  done(): void {
    this.#write('data: [DONE]\n\n');
    if (!this.#over) this.#controller.close();
    this.#finish();
  }

  /** The end of an answer that cannot be completed: as an event that says why. */
  refuse(event: unknown): void {
    this.send(event);
    if (!this.#over) this.#controller.close();
    this.#finish();
  }

  /** As a connection that is cut. */
  cut(reason: unknown): void {
    if (!this.#over) this.#controller.error(reason);
    this.#finish();
  }

  #write(text: string): void {
    if (this.#over) return;
    if (!this.#begun) {
      this.#begun = true;
      this.answered(new Response(this.#stream, { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' } }));
    }
    this.#controller.enqueue(this.#encoder.encode(text));
  }

  #finish(): void {
    this.#over = true;
    clearInterval(this.#timer);
  }
}
