// Opens a store and does what each line of its input says.
import { createInterface } from 'node:readline';
import { openEmbedded } from '../../src/store/embedded/open.ts';

const db = await openEmbedded(process.argv[2] ?? '');
console.log(await db.role());
for await (const line of createInterface({ input: process.stdin })) {
  const [what, ...rest] = line.split(' ');
  const sql = rest.join(' ');
  if (what === 'query') console.log(JSON.stringify(await db.query(sql)));
  else if (what === 'leave') break; // without closing
  else if (what === 'close') {
    await db.close();
    console.log('closed');
  } else if (what === 'role') console.log(await db.role());
  else if (what === 'hang') {
    // In a transaction that never ends by itself.
    void db.transaction(async (tx) => {
      await tx.query(sql);
      console.log('in transaction');
      await new Promise(() => {});
    });
  }
}
process.stdin.destroy();
