import { parentPort } from 'node:worker_threads';
import { UntilgreenError } from '../../../../core/errors.ts';
import { answered } from './answer.ts';
import { Project } from '../project/project.ts';
import type { Reply, Request } from './messages.ts';

const project = new Project();

parentPort?.on('message', (request: Request) => {
  parentPort?.postMessage(replyTo(request));
});

function replyTo({ id, listing, question }: Request): Reply {
  try {
    project.sync(listing);
    return { id, answer: answered(project, question) };
  } catch (thrown) {
    if (thrown instanceof UntilgreenError) return { id, error: { code: thrown.code, what: thrown.what, data: thrown.data, ...(thrown.next !== undefined && { next: thrown.next }) } };
    const what = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return { id, error: { what, data: {} } };
  } finally {
    project.unstage();
  }
}
