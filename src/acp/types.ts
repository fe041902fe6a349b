import type { AgentContext } from '@agentclientprotocol/sdk';
import type { Engine } from '../agent/types.ts';
import type { Capabilities } from '../capabilities/interfaces.ts';
import type { LoadedConfig } from '../config/schema.ts';

/** What the agent is made from: tests hand in an engine over scripted models, the command the real one. */
export interface AcpOptions {
  /** Version of the product. */
  version: string;
  /** Folder of the session records. */
  records: string;
  /** The settings of a project. */
  configFor(directory: string): Promise<LoadedConfig>;
  openEngine(config: LoadedConfig): Promise<Engine>;
  /** For `/ask`; without it the command is not offered. */
  openCapabilities?(config: LoadedConfig): Promise<Capabilities>;
  /** Told what nobody else can be told: the connection is gone, a record cannot be written. */
  onProblem?(text: string): void;
}

/** The editor at the other end, and what it said it can do. */
export interface Editor {
  client: AgentContext;
  /** `fs/read_text_file`: it can be asked for what stands in its buffers. */
  readsFiles: boolean;
}
