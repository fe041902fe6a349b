/** One line of the event log: the same record feeds the terminal, `--json`, the log file, the store and later the server. */
export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Phase =
  | 'init' | 'planning' | 'coding' | 'testing' | 'reflecting' | 'done'
  /** Of the function job. */
  | 'design' | 'generate' | 'check' | 'repair' | 'output'
  /** Of the ask job. */
  | 'reading' | 'finding' | 'making' | 'answering';

export interface RunEvent {
  /** ISO 8601, UTC. */
  timestamp: string;
  level: Level;
  /** The run's id. */
  task_id: string;
  iteration: number;
  phase: Phase;
  /** What happened, snake_case: `plan_ready`, `step_started`, `check_finished`, … */
  event: string;
  data: Record<string, unknown>;
}

/** Where a room reports progress. Must not throw. */
export type Emit = (event: string, data?: Record<string, unknown>, level?: Level) => void;
export const silent: Emit = () => {};
