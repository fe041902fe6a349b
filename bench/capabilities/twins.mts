// The same words in the opposite sense: what is decided for a request when only the tool of the opposite is in the library, and when both are.
//
//   npx tsx bench/capabilities/twins.mts [--vectors FILE]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nearTools } from '../../src/capabilities/catalogue/near.ts';
import { find } from '../../src/capabilities/find/find.ts';
import { probabilityOf } from '../../src/capabilities/find/probability.ts';
import { featuresOf } from '../../src/capabilities/find/features.ts';
import type { Query } from '../../src/capabilities/types.ts';
import { cacheDir } from '../../src/config/paths.ts';
import { minilmEmbedder } from '../../src/models/embedding/minilm.ts';
import { ngramEmbedder } from '../../src/models/embedding/ngram.ts';
import { memoryOf, remembering, toolOf } from './find-or-make-data.mts';
import { table } from './find-or-make-tables.mts';

const { values: options } = parseArgs({ options: { vectors: { type: 'string' } } });
type Twins = [name: string, description: string, request: string, other: string, description: string, request: string];
const twins = JSON.parse(readFileSync(join(import.meta.dirname, 'twins.json'), 'utf8')) as Twins[];
const tool = (name: string, description: string) => toolOf({ name, description, parameters: { type: 'object', properties: {} } });
const tools = twins.flatMap(([a, says, , b, other]) => [tool(a, says), tool(b, other)]);
const THRESHOLD = 0.75;

const rows: string[][] = [];
for (const embedder of [minilmEmbedder(cacheDir(process.env)), ngramEmbedder].map((one) => remembering(one, options.vectors))) {
  // As the request stands, and as a model would have read it.
  for (const read of [false, true]) {
    let [bare, taken, right, unsure] = [0, 0, 0, 0];
    for (const [a, saysA, askA, b, saysB, askB] of twins) {
      for (const [name, description, request, sibling] of [[a, saysA, askA, b], [b, saysB, askB, a]] as const) {
        const query: Query = read ? { request, description, name } : { request };
        const decide = async (library: typeof tools) => {
          const memory = await memoryOf(library, embedder);
          const near = () => nearTools({ memory, embedder, contents: async (names) => library.filter((one) => names.includes(one.name)).map((one) => ({ name: one.name, content: one as never })) }, query);
          const best = Math.max(...(await near()).filter((one) => one.tool.name === sibling).map((one) => probabilityOf(featuresOf(query, one), embedder.model).probability));
          return { best, ...(await find(query, { catalogue: { near }, threshold: THRESHOLD, embedderModel: embedder.model, run: () => Promise.reject(new Error('nothing is run')) })) };
        };
        const alone = await decide(tools.filter((one) => one.name !== name));
        if (alone.best >= THRESHOLD) bare += 1;
        if (alone.decision === 'reuse') {
          taken += 1;
          console.log(`${embedder.model}: takes ${alone.matches[0]!.tool.name} for "${request}"${read ? ', read' : ''}`);
        }
        const both = await decide(tools);
        if (both.decision === 'reuse' && both.matches[0]!.tool.name === name) right += 1;
        else if (both.decision === 'reuse') console.log(`${embedder.model}: takes ${both.matches[0]!.tool.name} instead of ${name}`);
        else if (both.decision === 'unsure' && both.matches[0]!.tool.name === name) unsure += 1;
      }
    }
    rows.push([embedder.model, read ? 'with name and description' : 'request alone', String(bare), String(taken), String(right), String(unsure)]);
  }
  embedder.save();
}
console.log(table(['model', `of ${2 * twins.length} requests`, 'opposite alone: by probability taken', 'taken', 'both there: right one taken', 'right one first, but unsure'], rows));
process.exit(0);
