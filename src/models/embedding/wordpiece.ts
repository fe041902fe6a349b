/**
 * BERT's uncased tokenizer: basic tokens, then greedy longest-match word pieces.
 * Source: Devlin et al. 2018 (arXiv 1810.04805) and the vocabulary in the model's `tokenizer.json`.
 */
export class WordPiece {
  /** MiniLM-L6 was trained on at most 256 pieces; longer texts are cut. */
  static readonly MAX_PIECES = 256;
  /** Longer words are unknown, as in the reference tokenizer. */
  private static readonly MAX_WORD = 100;

  constructor(private readonly vocabulary: ReadonlyMap<string, number>) {}

  static fromTokenizerJson(text: string): WordPiece {
    const parsed = JSON.parse(text) as { model: { type?: string; vocab: Record<string, number> } };
    return new WordPiece(new Map(Object.entries(parsed.model.vocab)));
  }

  /** Piece ids with `[CLS]` and `[SEP]`. */
  encode(text: string): number[] {
    const ids = [this.id('[CLS]')];
    for (const word of words(text)) {
      for (const id of this.pieces(word)) {
        if (ids.length === WordPiece.MAX_PIECES - 1) return [...ids, this.id('[SEP]')];
        ids.push(id);
      }
    }
    return [...ids, this.id('[SEP]')];
  }

  private pieces(word: string): number[] {
    const unknown = [this.id('[UNK]')];
    if (word.length > WordPiece.MAX_WORD) return unknown;
    const ids: number[] = [];
    for (let start = 0; start < word.length; ) {
      let end = word.length;
      let id: number | undefined;
      while (end > start && (id = this.vocabulary.get((start > 0 ? '##' : '') + word.slice(start, end))) === undefined) end -= 1;
      if (id === undefined) return unknown;
      ids.push(id);
      start = end;
    }
    return ids;
  }

  private id(token: string): number {
    const id = this.vocabulary.get(token);
    if (id === undefined) throw new TypeError(`the vocabulary has no ${token}`);
    return id;
  }
}

const PUNCTUATION = /[\p{P}\p{S}]/u;
const CJK = /[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\u{20000}-\u{2fa1f}]/u;

function words(text: string): string[] {
  const clean = text.toLowerCase().normalize('NFD').replace(/\p{Mn}/gu, '').replace(/[\p{Cc}\p{Cf}]/gu, ' ');
  const result: string[] = [];
  let word = '';
  const close = () => {
    if (word) result.push(word);
    word = '';
  };
  for (const char of clean) {
    if (/\s/.test(char)) close();
    else if (PUNCTUATION.test(char) || CJK.test(char)) {
      close();
      result.push(char);
    } else word += char;
  }
  close();
  return result;
}
