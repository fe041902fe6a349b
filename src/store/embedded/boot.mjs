// Entry of the store's worker thread, for both forms of the package: built (worker.js) and from source (worker.ts,
// where the loader must be registered by this file because a worker does not inherit vitest's).
import { existsSync } from 'node:fs';

if (existsSync(new URL('./worker.js', import.meta.url))) {
  await import('./worker.js');
} else {
  const { register } = await import('tsx/esm/api');
  register();
  await import('./worker.ts');
}
