// Tries for the lock of a store at every line of its input, and says what came of it.
import { createInterface } from 'node:readline';
import { lockStore } from '../../src/store/embedded/lock.ts';

const directory = process.argv[2] ?? '';
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const result = await lockStore(directory, (socket) => socket.destroy());
  console.log(`${line} ${result.held ? 'held' : `refused ${result.owner.pid}`}`);
}
