// Starts the worker from the built file, or from its source where a build has not been made (with the loader of the development tools).
import { existsSync } from 'node:fs';
// Loaded ahead of any loader, which would read through nine megabytes.
import 'typescript6';

const built = new URL('./worker.js', import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  const { register } = await import('tsx/esm/api');
  register();
  await import(new URL('./worker.ts', import.meta.url).href);
}
