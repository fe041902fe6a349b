import { describe, expect, test } from 'vitest';
import { asksForPackage, hintOf, scaffoldFor, scaffolds } from './registry.ts';

describe('a project made from nothing', () => {
  test.each<[string, string | undefined]>([
    ["create files for a basic dockerized FastAPI application. The initial app should just return a JSON with 'hello'", 'fastapi'],
    ['a Flask REST API with SQLite', 'flask'],
    ['a small service in Go that answers with the time', 'go-service'],
    ['build an Express API for notes', 'node-api'],
    ['a Hono server', 'node-api'],
    ['a TypeScript library for money', 'typescript-library'],
    ['read a CSV file and sum by month', 'csv-pipeline'],
    ['a to-do list for the terminal that keeps JSON', 'cli'],
    ['a chess engine', undefined],
  ])('%s: %s', (request, name) => {
    expect(scaffoldFor(request)?.name).toBe(name);
  });

  test('every hint is there, and says how the project is tested', async () => {
    for (const scaffold of scaffolds) expect(await hintOf(scaffold)).toMatch(/test/);
  });

  test.each<[string, string, boolean]>([
    ['a FastAPI app', 'fastapi', true],
    ['a FastAPI app', 'uvicorn', true],
    ['a FastAPI app', 'requests', false],
    ['read the page with requests, then parse it', 'requests', true],
    ['handle many requests', 'request', false],
  ])('%s asks for %s: %s', (request, name, asked) => {
    expect(asksForPackage(request, name)).toBe(asked);
  });
});
