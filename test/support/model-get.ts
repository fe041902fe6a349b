/** Downloads a model and is killed at a moment. Arguments: environment as JSON, model, folder, number of the moment. */
import { getModel } from '../../src/models/files/download/get.ts';

const [env = '{}', word = '', root = '', moment = ''] = process.argv.slice(2);
process.env['UNTILGREEN_KILL_AT'] = moment;
await getModel(word, { env: JSON.parse(env) as Record<string, string>, root });
