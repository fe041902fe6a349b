/** Where a model was found. */
export type FoundVia = 'path' | 'registered' | 'models root' | 'CODEGEN_MODEL_PATH' | 'own' | 'hugging face' | 'ollama' | 'lm studio' | 'llama.cpp';

/** What a model's files say of it; nothing was loaded to know it. */
export interface ModelFacts {
  /** `general.name` of a GGUF file, else the name of the file or folder. */
  title: string;
  /** `llama`, `qwen2`, `starcoder2`; as the files name it. */
  architecture: string;
  /** Parameters, counted from the shapes of the tensors; undefined where they are packed and cannot be counted. */
  parameters: number | undefined;
  /** `Q4_K_M`, `BF16`, `AWQ`: how the weights are stored. */
  quantization: string;
  /** Bytes of all its files together. */
  bytes: number;
  /** Tokens of context it was trained for. */
  context: number | undefined;
  /** It carries a chat template; without one it is asked to continue text. */
  chat: boolean;
  /** Absolute paths of the files with weights, in order. */
  files: readonly string[];
  /** Why it cannot generate text, although its files are whole: an embedding model, an adapter, … */
  unfit?: string;
}

/** A model on this machine whose files were looked at and are whole. */
export interface FoundModel {
  kind: 'gguf' | 'snapshot';
  /** The name under which it is listed and asked for. */
  name: string;
  /** Absolute: the GGUF file (the first of a split one), or the folder of a snapshot. */
  path: string;
  via: FoundVia;
  facts: ModelFacts;
}

/** Where to look for models. */
export interface FindOptions {
  /** The user's environment: `CODEGEN_MODEL_PATH`, `HF_HOME`, `OLLAMA_MODELS`, the data directory. */
  env: Record<string, string | undefined>;
  /** Further folders (`--models-root`), relative to the working directory. */
  roots?: readonly string[];
}
