#!/usr/bin/env node
// Holds the order of the rooms: a file may import from its own room and from rooms above it in this list only.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const rooms = [
  'core', 'config', 'models', 'sandbox', 'store', 'edit', 'workspace', 'languages', 'context', 'verify', 'memory',
  'selection', 'mutation', 'refactor', 'tools', 'plan', 'agent', 'functions', 'capabilities', 'fleet', 'server', 'mcp', 'acp', 'cli',
];
// Jobs that know nothing of each other.
const apart = ['agent', 'functions', 'capabilities'];
// Only these rooms may know these packages.
const owners = {
  ai: ['models'], '@ai-sdk': ['models'], pg: ['store'], '@electric-sql': ['store'], 'node-llama-cpp': ['models'], commander: ['cli'],
  '@clack/prompts': ['cli'], picocolors: ['cli'], hono: ['server', 'mcp'], '@hono': ['server', 'mcp'],
  '@modelcontextprotocol/server': ['mcp'], '@agentclientprotocol': ['acp'],
};

function* files(directory) {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (path.endsWith('.ts')) yield path;
  }
}

const src = resolve(import.meta.dirname, '../src');
let problems = 0;
const report = (file, text) => {
  problems += 1;
  console.error(`${relative(process.cwd(), file)}: ${text}`);
};
for (const file of files(src)) {
  const parts = relative(src, file).split(sep);
  const room = parts.length > 1 ? parts[0] : undefined; // src/index.ts may import everything
  if (room && !rooms.includes(room)) report(file, `'${room}' is not a room; add it to scripts/layers.mjs and docs/ARCHITECTURE.md`);
  if (!room) continue;
  const isTest = /\.(test|prop)\.ts$/.test(file);
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)) {
    if (specifier.startsWith('.')) {
      const target = relative(src, resolve(dirname(file), specifier)).split(sep)[0];
      if (isTest && target === '..') continue;
      if (!rooms.includes(target)) continue;
      if (rooms.indexOf(target) > rooms.indexOf(room)) report(file, `'${room}' may not import '${target}', which stands below it`);
      if (target !== room && apart.includes(target) && apart.includes(room)) report(file, `'${room}' and '${target}' know nothing of each other`);
    } else {
      const name = Object.keys(owners).find((o) => specifier === o || specifier.startsWith(`${o}/`));
      if (name && !owners[name].includes(room)) report(file, `only ${owners[name].join(', ')} may import '${name}'`);
    }
  }
}
if (problems) process.exit(1);
console.log('rooms in order');
