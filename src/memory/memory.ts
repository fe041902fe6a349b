import { sha256 } from '../core/hash.ts';
import type { LoadedConfig } from '../config/schema.ts';
import type { Emit } from '../core/events.ts';
import { openEmbedder } from '../models/embedding/open.ts';
import type { Embedder } from '../models/types.ts';
import { addFailure, anyFixed, countFailure, embedFailure, failuresOf, failuresToEmbed, fixFailure, nearestFailures, type NearFailure } from '../store/queries/failures.ts';
import type { Db } from '../store/types.ts';
import type { FailureNote, Lesson, Memory } from './types.ts';

/**
 * Cosine below which an earlier failure is not shown. A wrong lesson costs more than none, so it stands well above the mean
 * likeness of unrelated texts (0.04 for MiniLM by our measurement); the counters say later whether it is right.
 */
const NEAR_ENOUGH = 0.6;
const LESSON_CHARS = 600;
/** Older failures that get a vector of the present model in one go, so that a change of model costs a little each time. */
const REEMBED_AT_ONCE = 20;
/** A lesson that misled more often than it helped is not shown again. */
const misleads = (f: Pick<NearFailure, 'confirmed' | 'contradicted'>) => f.contradicted > f.confirmed && f.contradicted + f.confirmed >= 3;

/**
 * Opens the memory over the store's failure table. The embedder is opened on the first failure, not before.
 *
 * @param options.embedder  in place of the configured one
 */
export async function openMemory(options: { db: Db; config: LoadedConfig; emit: Emit; embedder?: Embedder }): Promise<Memory> {
  const { db, emit } = options;
  let opening: Promise<Embedder> | undefined = options.embedder && Promise.resolve(options.embedder);
  let ended = false;
  const shown = new Map<string, Set<string>>();

  /** Memory is a help: when it fails the run goes on without it, and says so once. */
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      // Vectors that were not ready when the run ended are made the next time something is recalled.
      if (ended) return undefined;
      emit('warning', { message: `Memory could not ${what}: ${(error as Error).message}` }, 'warn');
      return undefined;
    }
  };

  /** Vectors of the notes, kept with their failures; failures of another model or without a vector are embedded too. */
  const embed = async (notes: readonly FailureNote[], ids: readonly string[]) => {
    const embedder = await (opening ??= openEmbedder(options.config, emit));
    const vectors = await embedder.embed(notes.map(textOf));
    for (const [i, id] of ids.entries()) await embedFailure(db, id, { vector: vectors[i]!, model: embedder.model });
    const others = await failuresToEmbed(db, embedder.model, REEMBED_AT_ONCE);
    const anew = await embedder.embed(others.map((f) => textOf({ errorClass: f.errorClass, message: f.message })));
    for (const [i, failure] of others.entries()) await embedFailure(db, failure.id, { vector: anew[i]!, model: embedder.model });
    return { vectors, model: embedder.model };
  };

  return {
    recall: (notes) =>
      attempt('recall', async () => {
        const first = notes[0];
        if (!first) return undefined;
        const ids: string[] = [];
        for (const note of notes) {
          // The same failure of the same iteration again (a resumed run) is not a second one.
          ids.push(await addFailure(db, {
            id: sha256(`${note.run}\n${note.iteration}\n${signature(note)}`).slice(0, 32), taskId: note.run, signature: signature(note), language: note.language ?? '',
            errorClass: note.errorClass ?? '', message: note.message, context: { test: note.test, iteration: note.iteration },
          }));
        }
        const embedded = embed(notes, ids);
        // With nothing to compare with, nobody waits for the vectors: the model answers meanwhile.
        if (!(await anyFixed(db, first.run))) {
          void attempt('embed failures', () => embedded);
          return undefined;
        }
        const { vectors, model } = await embedded;
        let best: NearFailure | undefined;
        for (const [i, note] of notes.entries()) {
          const near = await nearestFailures(db, { embedding: vectors[i]!, embeddingModel: model, language: note.language, limit: 5, fixed: true });
          const found = near.find((f) => f.taskId !== note.run && f.similarity >= NEAR_ENOUGH && !misleads(f));
          if (found && (!best || found.similarity > best.similarity)) best = found;
        }
        if (!best) return undefined;
        shown.set(first.run, (shown.get(first.run) ?? new Set()).add(best.id));
        return lesson(best);
      }),
    async fixed(run, by) {
      ended = true;
      await attempt('note what fixed the failures', async () => {
        for (const failure of await failuresOf(db, run)) await fixFailure(db, failure.id, { summary: by.summary, diff: by.diff.slice(0, 4_000), iteration: by.iteration });
        for (const id of shown.get(run) ?? []) await countFailure(db, id, 'confirmed');
      });
    },
    async unfixed(run) {
      ended = true;
      await attempt('note that a lesson did not help', async () => {
        for (const id of shown.get(run) ?? []) await countFailure(db, id, 'contradicted');
      });
    },
  };
}

const textOf = (note: Pick<FailureNote, 'errorClass' | 'message'>) => `${note.errorClass ?? ''}: ${note.message}`;
const signature = (note: FailureNote) => [note.language ?? '', note.errorClass ?? '', note.message.slice(0, 200)].join('|');

function lesson(f: NearFailure): Lesson {
  const by = f.fixedBy as { summary?: string; diff?: string } | null;
  const changed = (by?.diff ?? '').split('\n').filter((l) => /^[+-](?![+-]{2})/.test(l)).join('\n');
  const head = `A similar failure (${f.errorClass}: ${f.message.split('\n', 1)[0]!.slice(0, 160)}) was fixed by: ${by?.summary ?? 'a change'}\n`;
  return { id: f.id, text: (head + changed).slice(0, LESSON_CHARS), similarity: f.similarity, confirmed: f.confirmed, contradicted: f.contradicted };
}
