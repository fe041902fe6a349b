/** A model in this process. One engine holds one model; requests wait for one another. */
export interface LocalEngine {
  readonly info: {
    /** Absolute path of the GGUF file (the first of a split one). */
    path: string;
    /** `general.name`, or the file's name. */
    name: string;
    billions: number | undefined;
    /** It carries a chat template. */
    chat: boolean;
    trainedContext: number;
  };
  /** The chat template applied; `prefill` is the beginning of the reply. */
  renderChat(messages: readonly { role: 'system' | 'user' | 'assistant'; content: string }[], prefill?: string): string;
  tokenCount(text: string): number;
  generate(request: GenerateRequest): Promise<GenerateResult>;
  /** Frees the model. */
  close(): Promise<void>;
}

export interface GenerateRequest {
  prompt: string;
  /** May the prompt hold special tokens of the template. */
  special: boolean;
  n: number;
  temperature: number;
  topP: number;
  seed: number;
  maxTokens: number;
  stop: readonly string[];
  /** JSON schema that the text has to satisfy. */
  schema?: Record<string, unknown>;
  signal?: AbortSignal;
  /** Text of one of the samples, as it comes. */
  onText?: (piece: string, index: number) => void;
}

export interface GenerateResult {
  samples: { text: string; tokens: number; finish: 'stop' | 'length' }[];
  /** Tokens of the prompt, and how many of them were still known from the request before. */
  promptTokens: number;
  cachedTokens: number;
}
