import type { Lease } from '../../store/types.ts';
import type { Once } from '../synthesis/deps.ts';

/** Steps of a job by its lease: what was finished before is given again, by this process or another. */
export async function onceBy(lease: Lease): Promise<Once> {
  const done = new Map((await lease.steps()).map(({ key, body }) => [key, body['value']]));
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    if (done.has(key)) return done.get(key) as T;
    const value = await work();
    await lease.record(key, { value });
    done.set(key, value);
    return value;
  };
}
