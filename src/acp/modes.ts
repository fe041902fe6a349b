import type { SessionMode, SessionModeState } from '@agentclientprotocol/sdk';
import type { LoadedConfig } from '../config/schema.ts';

/** What may happen to the user's files without another word. */
export type Mode = 'ask' | 'green' | 'never' | 'plan';

export const MODES: readonly (SessionMode & { id: Mode })[] = [
  { id: 'ask', name: 'Ask before applying', description: 'Works until green in a private copy, then shows the change and asks.' },
  { id: 'green', name: 'Apply when green', description: 'Applies a change whose checks are green; /undo takes it back.' },
  { id: 'never', name: 'Do not apply', description: 'Works until green and leaves your files alone; the change is shown.' },
  { id: 'plan', name: 'Plan only', description: 'Runs the tests, shows a plan and stops.' },
];

export const isMode = (id: string): id is Mode => MODES.some((mode) => mode.id === id);

/** The mode a session begins in: what somebody has set, else asking, because a person sits before the editor. */
export function firstMode(config: LoadedConfig): Mode {
  const source = config.origins['apply']?.source ?? 'default';
  return source === 'default' ? 'ask' : config.settings.apply;
}

export function modeState(mode: Mode): SessionModeState {
  return { currentModeId: mode, availableModes: [...MODES] };
}

/** The settings of a run in this mode. */
export function inMode(config: LoadedConfig, mode: Mode): LoadedConfig {
  return { ...config, settings: { ...config.settings, apply: mode === 'plan' ? 'never' : mode } };
}
