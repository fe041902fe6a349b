import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Whether an address means a model file that is loaded into this process. */
export const isLocal = (baseUrl: string): boolean => baseUrl.startsWith('gguf:');

/**
 * The address of a model file.
 *
 * @param path absolute
 *
 * @example
 * localUrl('/models/smol lm.gguf'); // 'gguf:///models/smol%20lm.gguf'
 */
export const localUrl = (path: string): string => pathToFileURL(path).href.replace(/^file:/, 'gguf:');

/** The path in such an address. */
export const localPath = (baseUrl: string): string => fileURLToPath(baseUrl.replace(/^gguf:/, 'file:'));

/** The name under which a model file answers: recordings hold no path. */
export const localName = (path: string): string => basename(path).replace(/(-00001-of-\d{5})?\.gguf$/i, '');
