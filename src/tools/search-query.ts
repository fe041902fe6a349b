/** Longest line text in a result, in characters. */
export const MAX_LINE = 400;
export interface SearchMatch {
  path: string;
  line: number;
  text: string;
}
export interface SearchQuery {
  root: string;
  pattern: string;
  ignoreCase: boolean;
  maxResults: number;
  /** Files in the order of the results. */
  files: readonly string[];
  signal?: AbortSignal;
}
