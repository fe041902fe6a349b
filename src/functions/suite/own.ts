import { fileURLToPath } from 'node:url';

/** The tasks that run when no file is named: nine small ones, to see in a minute whether a model and the job work together. */
export const OWN_TASKS: string = fileURLToPath(new URL('../../../assets/fn-suite/sanity.jsonl', import.meta.url));
