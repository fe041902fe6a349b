import { randomUUID } from 'node:crypto';
import { UntilgreenError } from '../../core/errors.ts';
import type { Db } from '../types.ts';
import { jsonText } from '../values.ts';

export type Answer = 'approved' | 'refused';

/** A question to a person: whether a change, a dependency or an edited test may stand. */
export interface Approval {
  id: string;
  taskId: string;
  /** What is asked about: `apply`, `dependency`, `test_edit`, `finding`, … */
  kind: string;
  subject: string;
  detail: Record<string, unknown>;
  answer: Answer | null;
  reason: string | null;
  at: string;
  answeredAt: string | null;
}

const COLUMNS = 'id, task_id as "taskId", kind, subject, detail, answer, reason, at, answered_at as "answeredAt"';

/** Asks; gives the id of the question. A second question with the same id is the same one, so that a resumed run may ask again. */
export async function addApproval(
  db: Pick<Db, 'query'>,
  question: { id?: string; taskId: string; kind: string; subject: string; detail?: Record<string, unknown> },
): Promise<string> {
  const id = question.id ?? randomUUID();
  const sql = `insert into untilgreen.approvals (id, task_id, kind, subject, detail) values ($1, $2, $3, $4, $5::jsonb) on conflict (id) do nothing`;
  await db.query(sql, [id, question.taskId, question.kind, question.subject, jsonText(question.detail ?? {})]);
  return id;
}

/** Answers an open question. Errors: `not_found` when there is none with this id or it has its answer. */
export async function answerApproval(db: Pick<Db, 'query'>, id: string, answer: Answer, reason: string | null = null): Promise<Approval> {
  const sql = `update untilgreen.approvals set answer = $2, reason = $3, answered_at = now() where id = $1 and answer is null returning ${COLUMNS}`;
  const [row] = await db.query<Approval>(sql, [id, answer, reason]);
  if (!row) throw new UntilgreenError('not_found', `There is no open question ${id}.`, { approval: id });
  return row;
}

/** The questions of a run, or of all, in the order they were asked. */
export function listApprovals(db: Pick<Db, 'query'>, filter: { taskId?: string; open?: boolean } = {}): Promise<Approval[]> {
  const sql = `select ${COLUMNS} from untilgreen.approvals
    where ($1::text is null or task_id = $1) and ($2::boolean is null or (answer is null) = $2::boolean) order by at, id`;
  return db.query<Approval>(sql, [filter.taskId, filter.open]);
}
