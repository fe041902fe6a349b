import { describe, expect, it } from 'vitest';
import { languageOf, languages, testConfigOf } from './registry.ts';

describe('the registry of languages', () => {
  it.each([['a.py', 'python'], ['a/b.mjs', 'javascript'], ['a.JSX', 'javascript'], ['a.cts', 'typescript'], ['a.tsx', 'typescript'], ['a.go', 'go'], ['py', undefined]])('%s is %s', (path, name) => {
    expect(languageOf(path)?.name).toBe(name);
  });

  it('gives every extension to one language', () => {
    const all = languages.flatMap((l) => l.extensions);
    expect(new Set(all).size).toBe(all.length);
  });

  it('asks each language for the test keys of shared files', () => {
    expect(testConfigOf('package.json', '{"scripts":{"test":"x"}}')).toEqual({ scripts: { test: 'x' } });
    expect(testConfigOf('pyproject.toml', '[tool.pytest.ini_options]\naddopts = "-q"\n')).toBeDefined();
    expect(testConfigOf('README.md', '')).toBeUndefined();
  });
});
