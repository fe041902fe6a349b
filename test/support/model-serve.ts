/** Starts a server for a snapshot, says so, and waits to be killed. Arguments: folder, command of the server. */
import { look } from '../../src/models/files/look.ts';
import { serveSnapshot } from '../../src/models/serve/serve.ts';

const [folder = '', server = ''] = process.argv.slice(2);
const served = await serveSnapshot(await look({ path: folder, name: undefined, via: 'path' }), { env: process.env, server });
console.log(served.baseUrl);
setInterval(() => {}, 1_000);
