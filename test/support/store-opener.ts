// Opens the store with its schema as every command does, says so, and closes it again.
import { openStore } from '../../src/store/store.ts';

const store = await openStore({ directory: process.argv[2] ?? '' });
await store.runs.list({ limit: 1 });
console.log('opened');
await store.close();
console.log('closed');
