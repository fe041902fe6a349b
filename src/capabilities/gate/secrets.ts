/** Forms of keys that their makers document, and assignments that say of themselves what they are. */
const SECRETS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['an access key of AWS', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a token of GitHub', /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})\b/],
  ['a token of GitLab', /\bglpat-[\w-]{20,}/],
  ['a token of Slack', /\bxox[abeoprs]-[\w-]{10,}/],
  ['a key of Google', /\bAIza[\w-]{35}\b/],
  ['a key of a model provider', /\bsk-(?:ant-|proj-)?[\w-]{20,}/],
  ['a key of Stripe', /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/],
  ['a signed web token', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/],
  ['a password in an address', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@'"]+:[^\s/:@'"]{3,}@[\w.-]+/i],
  ['a password', /\b(?:password|passwd|secret|api_?key|access_?token|auth_?token)\w*['"]?\s*(?::\s*\w+\s*)?(?::=|[:=])\s*(['"`])[^'"`\s]{8,}\1/i],
];

/** The first line that holds what looks like a secret. */
export function secretIn(text: string): { line: number; what: string } | undefined {
  for (const [at, line] of text.split('\n').entries()) {
    const found = SECRETS.find(([, pattern]) => pattern.test(line));
    if (found) return { line: at + 1, what: found[0] };
  }
  return undefined;
}
