import { z } from 'zod';
import { checkFromCommand } from '../../verify/baseline.ts';
import { TaskPlan } from '../task-plan.ts';
import { defineTemplate } from './types.ts';

/** Commands that run tests in other frameworks than the ones whose results are read. */
const RUNNERS = /^(?:(?:npm|pnpm|yarn|bun)(?: run)? test|make (?:test|check)|(?:go|cargo|mvn|gradle|deno|mix|dotnet) test|tox|nox)\b/;
const ASKS_FOR_TESTS = /^\s*(?:run|execute|check)\b.*\btests?\b/i;

/** Reads a file, runs a command, or both. Tests are run as tests, so that each one is reported. */
export const readRun = defineTemplate({
  name: 'read-run',
  says: 'Read a file (“read” in the task), run a command or the tests, or both; nothing is changed.',
  keys: z.strictObject({ path: z.string().min(1).optional(), command: z.string().min(1).optional() }),
  means: (task, { path, command }) => command !== undefined || (path === undefined ? ASKS_FOR_TESTS : /^\s*(read|show|print|open)\b/i).test(task),
  async plan({ path, command }, _project, task) {
    const plan = new TaskPlan(task.trim() || 'Read and run');
    if (path !== undefined) plan.addStep('file_read', { path });
    const tests = ASKS_FOR_TESTS.test(task) || (command !== undefined && (RUNNERS.test(command.trim()) || checkFromCommand(command).framework !== 'command'));
    if (command !== undefined) plan.addStep(tests ? 'run_tests' : 'shell', { command });
    else if (path === undefined) plan.addStep('run_tests');
    return plan;
  },
});
