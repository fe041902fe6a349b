export interface DownloadProgress {
  step: 'download' | 'verify';
  /** Bytes there are, those of earlier commands included. */
  received: number;
  total: number | undefined;
  bytesPerSecond: number;
  secondsLeft: number | undefined;
}

/** Milliseconds between two reports. */
const TELL_MS = 200;

/** Speed over the whole of a step, and what is left of it. */
export class Meter {
  private readonly tell: ((progress: DownloadProgress) => void) | undefined;
  private step: DownloadProgress['step'] = 'download';
  private from = 0;
  private received = 0;
  private total: number | undefined;
  private started = 0;
  private told = 0;

  constructor(tell: ((progress: DownloadProgress) => void) | undefined) {
    this.tell = tell;
  }

  begin(from: number, total: number | undefined, step: DownloadProgress['step'] = 'download'): void {
    Object.assign(this, { step, from, received: from, total, started: performance.now(), told: 0 });
  }

  add(bytes: number): void {
    this.received += bytes;
    const now = performance.now();
    if (!this.tell || (now - this.told < TELL_MS && this.received !== this.total)) return;
    this.told = now;
    const bytesPerSecond = (this.received - this.from) / Math.max(0.001, (now - this.started) / 1000);
    this.tell({ step: this.step, received: this.received, total: this.total, bytesPerSecond, secondsLeft: this.total === undefined ? undefined : (this.total - this.received) / Math.max(1, bytesPerSecond) });
  }
}
