/**
 * Characterisation tests of twenty functions of released packages, by pinned version: mutation score, survivors, coverage, and failures in ten
 * runs in other orders and with other hash seeds. The wheels hold no tests of their own, so that no input comes from those.
 *
 *   npx tsx bench/mutation/functions.mts [--out FILE.json] [--only NAME]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { languages } from '../../src/languages/registry.ts';
import { characterise, type CharacterisedFunction } from '../../src/mutation/characterise.ts';
import { mutationOf } from '../../src/mutation/registry.ts';
import { openToolSession } from '../../src/tools/session.ts';

const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string' } } });
const RUNS = 10;
const FUNCTIONS: { wheel: string; path: string; functions: string[] }[] = [
  { wheel: 'humanize==4.13.0', path: 'humanize/filesize.py', functions: ['naturalsize'] },
  { wheel: 'humanize==4.13.0', path: 'humanize/number.py', functions: ['ordinal', 'intcomma', 'intword', 'apnumber', 'fractional', 'scientific', 'clamp', 'metric'] },
  { wheel: 'humanize==4.13.0', path: 'humanize/time.py', functions: ['naturaldelta', 'precisedelta'] },
  { wheel: 'python-slugify==8.0.4 text-unidecode==1.3', path: 'slugify/slugify.py', functions: ['smart_truncate', 'slugify'] },
  { wheel: 'inflection==0.5.1', path: 'inflection/__init__.py', functions: ['camelize', 'dasherize', 'ordinal', 'parameterize', 'pluralize', 'titleize', 'underscore'] },
];

const work = mkdtempSync(join(tmpdir(), 'untilgreen-bench-'));
const scored: (CharacterisedFunction & { package: string })[] = [];
const rows: Record<string, unknown>[] = [];
for (const { wheel, path, functions } of FUNCTIONS) {
  if (values.only && !path.includes(values.only)) continue;
  const project = join(work, path.replaceAll(/\W/g, '-'));
  const wheels = join(work, 'wheels', path.replaceAll(/\W/g, '-'));
  mkdirSync(project, { recursive: true });
  execFileSync('python3', ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary', ':all:', '-d', wheels, ...wheel.split(' ')], { stdio: 'inherit' });
  for (const file of readdirSync(wheels)) execFileSync('python3', ['-m', 'zipfile', '-e', join(wheels, file), project]);
  const session = await openToolSession({ directory: project });
  const begun = performance.now();
  await session.work(async ({ bench, sandbox }) => {
    const made = await characterise({ paths: [path], functions, bench, sandbox, languages, maxMutants: 600, onProgress: (text) => process.stderr.write(`${text}\n`) });
    const seconds = (performance.now() - begun) / 1000;
    let flaky = 0;
    let tests = 0;
    for (const file of made.files) {
      await bench.write([{ kind: 'write', path: file.path, content: file.text }]);
      const place = { bench, sandbox, path, source: (await bench.readText(path)).text, files: new Set((await bench.list()).map((one) => one.path)) };
      const failed = new Set<string>();
      for (let run = 0; run < RUNS; run += 1) {
        const { results } = await mutationOf('python')!.runTests(place, { tests: [file.path], seed: 100 + run });
        tests = Object.keys(results).length;
        for (const [id, outcome] of Object.entries(results)) if (outcome !== 'passed') failed.add(id);
      }
      flaky += failed.size;
    }
    scored.push(...made.functions.map((one) => ({ ...one, package: wheel })));
    rows.push({ wheel, path, seconds, tests, flaky, lines: made.files.map((file) => file.text.split('\n').length), coverage: made.sources.map((one) => one.coverage), skipped: made.skipped, files: made.files });
    for (const one of made.functions) console.log(`| \`${path}\` | \`${one.name}\` | ${one.score.toFixed(2)} | ${one.killed} of ${one.mutants} | ${one.cases} | ${one.timeouts} | ${one.survivors.length} |`);
    console.log(`  ${path}: ${seconds.toFixed(0)} s, ${tests} tests, ${flaky} flaky, coverage ${JSON.stringify(made.sources.map((one) => one.coverage))}, left out ${JSON.stringify(made.skipped)}`);
    return { ok: false };
  });
  await session.close();
}
const wanted = FUNCTIONS.filter(({ path }) => !values.only || path.includes(values.only)).flatMap(({ functions }) => functions);
const all = wanted.map((name) => scored.find((one) => one.name === name)?.score ?? 0);
console.log(`mean mutation score ${(all.reduce((sum, one) => sum + one, 0) / all.length).toFixed(3)} over ${all.length} functions, ${all.filter((one) => one >= 0.8).length} at 0.8 or above, flaky ${rows.reduce((sum, row) => sum + Number(row['flaky']), 0)} in ${RUNS} runs`);
if (values.out) writeFileSync(values.out, JSON.stringify({ scored, rows }, undefined, 2));
rmSync(work, { recursive: true, force: true });
