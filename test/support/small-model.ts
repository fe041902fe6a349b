import { installLlama } from '../../src/models/local/install.ts';
import { fetchSmallModel, type SmallModelName } from '../../src/models/local/small-models.ts';

/**
 * The path of a tiny model for tests with a real one, fetched with the library that runs it where the cache lacks them. Without a network
 * it is undefined and the reason is printed, so that the tests are left out; on a CI machine they fail.
 *
 * @example
 * const model = await smallModel('smollm2');
 * describe.skipIf(!model)('a real model', () => …);
 */
export async function smallModel(name: SmallModelName): Promise<string | undefined> {
  try {
    await installLlama();
    return await fetchSmallModel(name);
  } catch (error) {
    if (process.env['CI']) throw error;
    console.warn(`Tests with a real model are left out: ${(error as Error).message}`);
    return undefined;
  }
}
