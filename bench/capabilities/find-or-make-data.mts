// The requests and tools of the benchmark, as the product sees them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Embedder } from '../../src/models/types.ts';
import { emptyMemory, type IndexMemory } from '../../src/capabilities/catalogue/memory.ts';
import { viewsOf } from '../../src/capabilities/catalogue/views.ts';
import type { Capability, JsonSchema } from '../../src/capabilities/types.ts';

export interface Asked {
  id: string;
  request: string;
  /** Name of the tool that serves it. */
  tool: string;
}

interface GivenTool {
  name: string;
  description: string;
  parameters: JsonSchema;
}

function lines<T>(file: string): T[] {
  return readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as T);
}

export function readData(folder: string): { tools: Capability[]; requests: Asked[] } {
  const tools = lines<GivenTool>(join(folder, 'find-or-make-tools.jsonl')).map(toolOf);
  return { tools, requests: lines<Asked>(join(folder, 'find-or-make-requests.jsonl')) };
}

/** Only what tools are found by; nothing of them is run. */
export function toolOf(given: GivenTool): Capability {
  return {
    name: given.name, description: given.description, parameters: schemaOf(given.parameters), language: 'python', signature: '', returns: {}, effects: 'pure', errors: [],
    answer: '', version: '1.0.0', code: '', cases: [], properties: [], uses: [], aliases: [], requests: [], status: 'active',
    made: { at: '2026-01-01T00:00:00Z', by: 'import' }, hash: given.name, contractHash: given.name,
  };
}

const TYPES: Readonly<Record<string, string>> = { dict: 'object', float: 'number', tuple: 'array', double: 'number', long: 'integer' };

/** The data's types are Python's. */
function schemaOf(value: unknown): JsonSchema {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) => (key === 'type' && typeof inner === 'string' ? (TYPES[inner] ?? inner) : inner)) as JsonSchema;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

/** Embeds each text once, over all runs where a file is given: the benchmark asks for the same ones again and again. */
export function remembering(embedder: Embedder, file?: string): Embedder & { save(): void } {
  const path = file && `${file}.${embedder.model}.json`;
  const known = new Map<string, number[]>(path && existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as [string, number[]][]) : []);
  return {
    model: embedder.model,
    dimensions: embedder.dimensions,
    async embed(texts) {
      const missing = [...new Set(texts)].filter((text) => !known.has(text));
      for (const [i, vector] of (await embedder.embed(missing)).entries()) known.set(missing[i]!, vector);
      return texts.map((text) => known.get(text)!);
    },
    save() {
      if (path) writeFileSync(path, JSON.stringify([...known]));
    },
  };
}

/** The index of some tools. */
export async function memoryOf(tools: readonly Capability[], embedder: Embedder): Promise<IndexMemory> {
  const memory = emptyMemory();
  for (const tool of tools) await putTool(memory, tool, embedder);
  return memory;
}

export async function putTool(memory: IndexMemory, tool: Capability, embedder: Embedder): Promise<void> {
  const views = viewsOf(tool);
  const vectors = await embedder.embed(views.map(({ text }) => text));
  memory.tools.set(tool.name, { digest: tool.hash, status: tool.status });
  memory.words.set(tool.name, views.map(({ text }) => text).join('\n'));
  memory.vectors.set(tool.name, views.map(({ kind }, i) => ({ kind, vector: Float32Array.from(vectors[i]!) })));
}
