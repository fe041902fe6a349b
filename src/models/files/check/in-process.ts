import { UntilgreenError } from '../../../core/errors.ts';
import { openEngine } from '../../local/engine.ts';
import { installLlama } from '../../local/install.ts';
import { QUESTION, type Checked } from './types.ts';

/**
 * Loads a GGUF file into this process and asks it one question; the library is installed first where it is not.
 *
 * Errors: those of `openEngine`; `model_refused` for a model that answers nothing, `cancelled`.
 */
export async function checkInProcess(path: string, options: { signal?: AbortSignal; onProgress?: (text: string) => void } = {}): Promise<Checked> {
  await installLlama(options.onProgress ? { onProgress: options.onProgress } : {});
  const { signal } = options;
  const started = performance.now();
  const engine = await openEngine(path, { sequences: 1, ...(signal ? { signal } : {}) });
  try {
    const common = { special: true, n: 1, temperature: 0, topP: 1, seed: 1, stop: [], ...(signal ? { signal } : {}) };
    // The context is made for the first request: it belongs to the loading.
    await engine.generate({ ...common, prompt: 'x', special: false, maxTokens: 1 });
    const loaded = performance.now();
    const { chat } = engine.info;
    const prompt = chat ? engine.renderChat([{ role: 'system', content: QUESTION.system }, { role: 'user', content: QUESTION.user }]) : QUESTION.start;
    let first: number | undefined;
    const { samples, promptTokens } = await engine.generate({ ...common, prompt, special: chat, maxTokens: QUESTION.maxTokens, onText: () => void (first ??= performance.now()) });
    const ended = performance.now();
    const sample = samples[0];
    if (!sample || sample.text.trim() === '') throw new UntilgreenError('model_refused', `${path} was loaded and answered nothing.`, { path }, 'It may be damaged: check its hash, or download it again.');
    return {
      form: chat ? 'chat' : 'completion', text: sample.text, loadSeconds: (loaded - started) / 1000, promptTokens, promptSeconds: ((first ?? ended) - loaded) / 1000,
      replyTokens: sample.tokens, replySeconds: (ended - (first ?? loaded)) / 1000, peakBytes: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    await engine.close();
  }
}
