/** Registers a model and is killed when the new entry is written and not yet in its place. Arguments: environment as JSON, name, path. */
import { register } from '../../src/models/files/registry.ts';

const [env = '{}', name = '', path = ''] = process.argv.slice(2);
process.env['UNTILGREEN_KILL_AT'] = '1';
await register(JSON.parse(env) as Record<string, string>, name, path);
console.log('it was not killed');
