import { fileURLToPath } from 'node:url';

/** Whether an address means a model file that is loaded into this process: `gguf:///models/coder.gguf`. */
export const isLocal = (baseUrl: string): boolean => baseUrl.startsWith('gguf:');

/** The path in such an address. */
export const localPath = (baseUrl: string): string => fileURLToPath(baseUrl.replace(/^gguf:/, 'file:'));
