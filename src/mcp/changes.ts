import type { Tools } from './types.ts';

/** How often the folder is looked at: other processes and people change it too. */
const LOOK_MS = 3_000;

export interface Changes {
  /** Called after tools came, went or changed, whoever did it. Gives a function that ends it. */
  onChange(listener: () => void): () => void;
  close(): void;
}

/** Changes of the library: those of this process at once, those of others within seconds. The folder is looked at while somebody listens. */
export function changesOf({ library, onChange }: Pick<Tools, 'library' | 'onChange'>, lookMs: number = LOOK_MS): Changes {
  const listeners = new Set<() => void>();
  let seen: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const look = async (told: boolean): Promise<void> => {
    // A folder that cannot be read now is looked at again.
    const now = await library.revision().catch(() => seen);
    if (!told && seen !== undefined && now !== seen) tell();
    seen = now;
  };
  const stop = onChange(() => {
    tell();
    void look(true);
  });

  return {
    onChange(listener) {
      listeners.add(listener);
      if (!timer) {
        void look(true);
        timer = setInterval(() => void look(false), lookMs).unref();
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    close() {
      stop();
      clearInterval(timer);
      listeners.clear();
    },
  };
}
