import type { Socket } from 'node:net';
import type { SqlProblem } from '../failure.ts';

/** Counted up when a change makes two versions of the package misunderstand each other. */
export const PROTOCOL = 1;

/** What a joined process asks of the owner, `hello` first. `begin` gives it the lane until `commit`, `rollback` or its end; `tx` is the id of that request. */
export type Ask =
  | { id: number; op: 'hello'; protocol: number }
  | { id: number; op: 'query'; sql: string; parameters: (string | null)[]; tx?: number }
  | { id: number; op: 'begin' }
  | { id: number; op: 'commit' | 'rollback'; tx: number };

/** `closing`: the owner is going and has not carried the request out. */
export type Answer = { id: number; rows: unknown[] } | { id: number; problem: SqlProblem } | { id: number; closing: true } | { id: number; refused: string };

// Four bytes hold the length; a larger frame than this is a stranger, not a query.
const LARGEST_FRAME = 512 * 2 ** 20;

/** Writes one message: four bytes of length, big-endian, and JSON in UTF-8. */
export function writeFrame(socket: Socket, message: Ask | Answer): void {
  const body = Buffer.from(JSON.stringify(message));
  const head = Buffer.allocUnsafe(4);
  head.writeUInt32BE(body.length);
  socket.write(Buffer.concat([head, body]));
}

/** Calls `onMessage` for every whole message; a broken stream destroys the socket. */
export function readFrames<Message>(socket: Socket, onMessage: (message: Message) => void): void {
  let pieces: Buffer[] = [];
  let held = 0;
  socket.on('data', (piece: Buffer) => {
    pieces.push(piece);
    held += piece.length;
    for (;;) {
      if (held < 4) return;
      let first = pieces[0] as Buffer;
      if (first.length < 4) {
        first = Buffer.concat(pieces);
        pieces = [first];
      }
      const length = first.readUInt32BE();
      if (length > LARGEST_FRAME) return void socket.destroy(new Error(`a frame of ${length} bytes`));
      if (held < 4 + length) return;
      const all = pieces.length === 1 ? first : Buffer.concat(pieces);
      const rest = all.subarray(4 + length);
      pieces = rest.length > 0 ? [rest] : [];
      held = rest.length;
      let message: Message;
      try {
        message = JSON.parse(all.toString('utf8', 4, 4 + length)) as Message;
      } catch (error) {
        return void socket.destroy(error as Error);
      }
      onMessage(message);
    }
  });
}
