#!/usr/bin/env -S npx tsx
// Renews what follows from a seed's code, head and cases: schemas, hashes, test file, SKILL.md, and the evidence of the gate.
//
//   npx tsx scripts/seed-tools.mts [--check] [--again] [NAME…]
//
// A folder of assets/tools is the truth: edit its code, cases or tool.json by hand, then run this. A tool passes the gate where its content has
// changed, and each with --again. --check writes nothing: it says what would be written, and every tool passes the gate. Exit code 1 where a tool does not pass, or
// something differs.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { productVersion } from '../src/core/product.ts';
import { functionLanguage } from '../src/languages/function/registry.ts';
import { openSandbox } from '../src/sandbox/open.ts';
import type { Sandbox } from '../src/sandbox/types.ts';
import { SEEDS, seedNames } from '../src/capabilities/exchange/seeds.ts';
import { admit } from '../src/capabilities/gate/admit.ts';
import { EVIDENCE_FILE, evidenceText, filesOf, readFolder } from '../src/capabilities/library/files.ts';
import { contentHash, contractHash } from '../src/capabilities/library/hash.ts';
import { schemasOf } from '../src/capabilities/run/schemas.ts';
import { GATES, type Capability, type Evidence, type GateName, type JsonSchema } from '../src/capabilities/types.ts';

const { values: flags, positionals } = parseArgs({ options: { check: { type: 'boolean', default: false }, again: { type: 'boolean', default: false }, only: { type: 'string' } }, allowPositionals: true });
/** For work on a tool: some gates only, and no evidence. */
const only = flags.only?.split(',').map((name) => name.trim()) as GateName[] | undefined;

/** Whether the folder is as it is to be. */
async function renew(name: string, others: readonly Capability[], sandbox: Sandbox, product: string): Promise<boolean> {
  const folder = join(SEEDS, name);
  const { tool: found, evidence } = await readFolder(folder);
  let tool = await withSchemas(found);
  const proven = evidence?.hash === tool.hash && isWhole(evidence);
  let fresh: Evidence | undefined;
  if (flags.check || flags.again || only || !proven) {
    const report = await admit({ draft: tool, candidates: [tool.code], vouched: true, tools: others, product, sandbox, ...(only && { only }) });
    const stopped = report.gates.find(({ ok }) => !ok);
    const figures = report.gates.filter(({ gate }) => gate === 'mutation').map(({ says }) => says).join('');
    console.log(`${stopped ? 'REFUSED' : 'passed '} ${name}: ${stopped ? `${stopped.gate}: ${stopped.says} ${JSON.stringify(stopped.data).slice(0, 1500)}` : figures} (${Math.round(report.gates.reduce((sum, { ms }) => sum + ms, 0) / 1000)} s)`);
    // Cases that the gate found stay: they are what notices a change of the code.
    if (!stopped && !flags.check) tool = await withSchemas({ ...tool, cases: report.cases });
    if (stopped) return false;
    fresh = report.evidence;
  }
  const files = filesOf(tool);
  if (fresh && !only && !flags.check) files.push({ name: EVIDENCE_FILE, text: evidenceText(fresh) });
  return sync(folder, files, flags.check && !proven ? [`${name}/${EVIDENCE_FILE}`] : []);
}

/** Schemas are those of the signature, with the descriptions and bounds that `tool.json` has. */
async function withSchemas(tool: Capability): Promise<Capability> {
  const signature = await functionLanguage(tool.language).parseSignature(tool.signature, tool.name);
  const said = (tool.parameters['properties'] ?? {}) as Record<string, JsonSchema>;
  const { parameters, returns } = schemasOf(signature);
  const properties = Object.entries(parameters['properties'] as Record<string, JsonSchema>).map(([name, schema]) => {
    const { description, minimum, maximum } = said[name] ?? {};
    return [name, { ...schema, ...(description !== undefined && { description }), ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) }];
  });
  const whole = { ...tool, parameters: { ...parameters, properties: Object.fromEntries(properties) }, returns };
  return { ...whole, hash: contentHash(whole), contractHash: contractHash(whole) };
}

const isWhole = ({ gates }: Evidence): boolean => GATES.every((gate) => gates.some((each) => each.gate === gate && each.ok));

/** Writes what differs; with `--check` says so. */
async function sync(folder: string, files: readonly { name: string; text: string }[], stale: string[]): Promise<boolean> {
  const differing: string[] = [...stale];
  for (const { name, text } of files) {
    const path = join(folder, name);
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) continue;
    if (flags.check) differing.push(path);
    else await writeFile(path, text);
  }
  for (const path of differing) console.log(`differs ${path}`);
  return differing.length === 0;
}

const [sandbox, product, all] = await Promise.all([openSandbox(), productVersion(), seedNames()]);
const known = new Map<string, Capability>();
for (const name of all) known.set(name, await withSchemas((await readFolder(join(SEEDS, name))).tool));
let good = true;
for (const name of positionals.length > 0 ? positionals : all) {
  try {
    good = (await renew(name, [...known.values()].filter((tool) => tool.name !== name), sandbox, product)) && good;
  } catch (error) {
    good = false;
    console.log(`FAILED  ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
process.exitCode = good ? 0 : 1;
