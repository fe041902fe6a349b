/** A model that `untilgreen models get` knows by a short name. */
export interface Listed {
  name: string;
  /** On Hugging Face. */
  repository: string;
  file: string;
  /** Billions of parameters. */
  billions: number;
  /** Gigabytes on disk, about. */
  gigabytes: number;
  /** A base model continues code; the others take instructions. */
  base?: true;
  licence: string;
}

/**
 * Coding models for laptops. Repositories and file names as their publishers give them; what is downloaded is checked against the
 * hash that the hub names, none is written down here.
 */
export const CATALOGUE: readonly Listed[] = [
  { name: 'qwen2.5-coder-0.5b', repository: 'Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF', file: 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf', billions: 0.5, gigabytes: 0.5, licence: 'Apache-2.0' },
  { name: 'qwen2.5-coder-1.5b', repository: 'Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF', file: 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf', billions: 1.5, gigabytes: 1.1, licence: 'Apache-2.0' },
  { name: 'qwen2.5-coder-3b', repository: 'Qwen/Qwen2.5-Coder-3B-Instruct-GGUF', file: 'qwen2.5-coder-3b-instruct-q4_k_m.gguf', billions: 3, gigabytes: 2.1, licence: 'Qwen Research' },
  { name: 'qwen2.5-coder-7b', repository: 'Qwen/Qwen2.5-Coder-7B-Instruct-GGUF', file: 'qwen2.5-coder-7b-instruct-q4_k_m.gguf', billions: 7, gigabytes: 4.7, licence: 'Apache-2.0' },
  { name: 'deepseek-coder-1.3b', repository: 'TheBloke/deepseek-coder-1.3b-instruct-GGUF', file: 'deepseek-coder-1.3b-instruct.Q4_K_M.gguf', billions: 1.3, gigabytes: 0.9, licence: 'DeepSeek' },
  { name: 'deepseek-coder-6.7b', repository: 'TheBloke/deepseek-coder-6.7B-instruct-GGUF', file: 'deepseek-coder-6.7b-instruct.Q4_K_M.gguf', billions: 6.7, gigabytes: 4.1, licence: 'DeepSeek' },
  { name: 'codellama-7b', repository: 'TheBloke/CodeLlama-7B-Instruct-GGUF', file: 'codellama-7b-instruct.Q4_K_M.gguf', billions: 7, gigabytes: 4.1, licence: 'Llama 2' },
  { name: 'starcoder2-3b', repository: 'second-state/StarCoder2-3B-GGUF', file: 'starcoder2-3b-Q4_K_M.gguf', billions: 3, gigabytes: 1.9, base: true, licence: 'BigCode OpenRAIL-M' },
];
