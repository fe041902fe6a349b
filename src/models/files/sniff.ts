/** What a file that is no model turns out to be, and what to do about it. */
export interface Sniffed {
  /** The end of a sentence that begins with the file: `is a web page`. */
  is: string;
  next: string;
}

const AGAIN = 'Download it again (`untilgreen models get` does, and checks what it got).';

/** Tells by the first bytes what lies where a model was expected; undefined where they say nothing. */
export function sniff(bytes: Buffer, size: number): Sniffed | undefined {
  if (size === 0) return { is: 'is empty', next: AGAIN };
  const head = bytes.subarray(0, 512).toString('latin1');
  if (head.startsWith('version https://git-lfs.github.com/spec/')) {
    const whole = /^size (\d+)$/m.exec(head)?.[1];
    return {
      is: `is a Git LFS pointer, ${size} bytes that stand for a file${whole ? ` of ${whole} bytes` : ''}`,
      next: 'Fetch the file itself: `git lfs pull` in its repository, or `untilgreen models get owner/repo/file.gguf`.',
    };
  }
  if (/^\s*(<!doctype html|<html|<\?xml|<head)/i.test(head)) {
    return { is: 'is a web page and no model: a login or error page was saved in its place', next: 'Download it again from its address with `/resolve/` in place of `/blob/`; a gated model needs HF_TOKEN.' };
  }
  if (/^\s*\{\s*"(error|message|detail)"/.test(head)) return { is: `is the error message of a server: ${head.replaceAll(/\s+/g, ' ').slice(0, 120)}`, next: AGAIN };
  // The names that llama.cpp's files had before GGUF, as little-endian words.
  if (/^(lmgg|fmgg|tjgg|algg)/.test(head)) return { is: 'is a GGML file, the form that came before GGUF and that nothing reads any more', next: 'Download the model as GGUF.' };
  if (head.startsWith('PK\u0003\u0004')) return { is: 'is a ZIP archive (perhaps a PyTorch checkpoint)', next: 'Give the folder of its snapshot (with config.json), or download the model as GGUF.' };
  if (/^.{8}\{"/s.test(head)) return { is: 'is a safetensors file, one part of a snapshot', next: 'Give the folder that it lies in, with its config.json.' };
  return undefined;
}
