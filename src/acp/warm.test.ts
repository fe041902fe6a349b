import { describe, expect, it } from 'vitest';
import { settingsSchema, type LoadedConfig } from '../config/schema.ts';
import { Warm } from './warm.ts';

const config = (apply: 'ask' | 'green' | 'never'): LoadedConfig => ({ settings: settingsSchema.parse({ apply }), origins: {}, files: [], env: {} });

/** What was opened and closed, in order; opening fails as often as it is told. */
function watched(failures = 0) {
  const log: string[] = [];
  const warm = new Warm(async ({ settings: { apply } }) => {
    if (failures-- > 0) throw new Error('busy');
    log.push(`open ${apply}`);
    return { name: apply, close: async () => void log.push(`close ${apply}`) };
  });
  return { log, warm };
}
const name = async (what: { name: string }) => what.name;

describe('Warm', () => {
  it('opens one for each configuration, and keeps the one used last', async () => {
    const { log, warm } = watched();
    for (const apply of ['ask', 'ask', 'green', 'ask'] as const) expect(await warm.use(config(apply), name)).toBe(apply);
    expect(log).toEqual(['open ask', 'open green', 'close ask', 'open ask', 'close green']);
    await warm.close();
    expect(log.at(-1)).toBe('close ask');
  });

  it('closes none that is in use, and opens none twice for users side by side', async () => {
    const { log, warm } = watched();
    let leave: () => void = () => {};
    const gate = new Promise<void>((resolve) => (leave = resolve));
    const users = [warm.use(config('ask'), () => gate), warm.use(config('ask'), () => gate)];
    await warm.use(config('green'), name);
    expect(log).toEqual(['open ask', 'open green']);
    leave();
    await Promise.all(users);
    await warm.close();
    expect(log.toSorted()).toEqual(['close ask', 'close green', 'open ask', 'open green']);
  });

  it('tries anew what could not be opened, and hands on what the work throws', async () => {
    const { log, warm } = watched(1);
    await expect(warm.use(config('ask'), name)).rejects.toThrow('busy');
    await expect(warm.use(config('ask'), () => Promise.reject(new Error('work')))).rejects.toThrow('work');
    expect(await warm.use(config('ask'), name)).toBe('ask');
    expect(log).toEqual(['open ask']);
  });
});
