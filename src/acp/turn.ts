import type { Engine } from '../agent/types.ts';
import type { LoadedConfig } from '../config/schema.ts';
import type { Turn } from './records.ts';
import type { Session } from './session.ts';

/** What every job of a turn works with. */
export interface AskContext {
  readonly session: Session;
  /** As the user said it, without the command. */
  readonly text: string;
  readonly signal: AbortSignal;
  /** What is remembered of the turn. */
  readonly turn: Turn;
}

/** What jobs about a directory work with besides. */
export interface TurnContext extends AskContext {
  /** In the mode of the session. */
  readonly config: LoadedConfig;
  readonly engine: Engine;
}
