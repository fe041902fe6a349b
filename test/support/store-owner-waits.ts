// Owns the store, and when told to asks it with nothing else left to stay alive for.
import { once } from 'node:events';
import { openEmbedded } from '../../src/store/embedded/open.ts';

const db = await openEmbedded(process.argv[2] ?? '');
console.log(await db.role());
await once(process.stdin, 'data');
process.stdin.destroy();
const waiting = db.query('select 1');
console.log('waiting');
await waiting;
console.log('done');
