import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The layer of a manifest that is the model itself. */
const MODEL_LAYER = 'application/vnd.ollama.image.model';

/** The models of Ollama's folder: a manifest for each (`manifests/HOST/OWNER/NAME/TAG`) names a GGUF file under `blobs` by its SHA-256. */
export async function ollamaModels(folder: string): Promise<{ name: string; aliases: string[]; path: string }[]> {
  const manifests = join(folder, 'manifests');
  const files = await readdir(manifests, { recursive: true, withFileTypes: true }).catch(() => []); // nothing was pulled yet
  const found = [];
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    const [, owner, name, tag] = path.slice(manifests.length + 1).split('/');
    if (!owner || !name || !tag) continue;
    const digest = digestOf(await readFile(path, 'utf8').catch(() => ''));
    if (digest === undefined) continue;
    const short = `${owner === 'library' ? '' : `${owner}/`}${name}`;
    found.push({ name: `${short}:${tag}`, aliases: tag === 'latest' ? [short] : [], path: join(folder, 'blobs', digest.replace(':', '-')) });
  }
  return found;
}

function digestOf(text: string): string | undefined {
  try {
    const { layers } = JSON.parse(text) as { layers?: unknown };
    const layer = Array.isArray(layers) ? layers.find((one: unknown) => (one as { mediaType?: unknown } | null)?.mediaType === MODEL_LAYER) : undefined;
    const digest = (layer as { digest?: unknown } | undefined)?.digest;
    return typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : undefined;
  } catch {
    return undefined; // half written, or something else
  }
}
