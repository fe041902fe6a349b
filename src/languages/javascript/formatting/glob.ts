/** A glob of a formatter's configuration as a regular expression over relative paths; a pattern without `/` matches at any depth. */
export function globRegExp(glob: string): RegExp {
  const source = glob
    .replace(/^\.\//, '')
    .replace(/[.+^$()|\\]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*|\?|\{([^{}]*)\}/g, (token, list: string | undefined) => {
      if (token === '**/') return '(?:.*/)?';
      if (token === '**') return '.*';
      if (token === '*') return '[^/]*';
      if (token === '?') return '[^/]';
      return `(?:${(list ?? '').split(',').map((part) => part.replaceAll('*', '[^/]*')).join('|')})`;
    });
  return new RegExp(`${glob.includes('/') ? '^' : '(?:^|/)'}${source}$`);
}
