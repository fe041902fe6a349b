/**
 * Characterisation tests of twenty Python, five JavaScript and nine Go functions of released packages, by pinned version: mutation score,
 * survivors, coverage, and failures in ten runs in other orders and with other hash seeds. Neither wheels nor npm packages hold tests of their
 * own and those of Go modules are left out, so that no input comes from those; the READMEs of npm packages hold calls.
 *
 *   npx tsx bench/mutation/functions.mts [--out FILE.json] [--only NAME]
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { languages } from '../../src/languages/registry.ts';
import { characterise, type CharacterisedFunction } from '../../src/mutation/characterise.ts';
import { mutationOf } from '../../src/mutation/registry.ts';
import { openToolSession } from '../../src/tools/session.ts';

const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string' } } });
const RUNS = 10;
const FUNCTIONS: { wheel: string; path: string; functions: string[]; integrity?: string }[] = [
  { wheel: 'humanize==4.13.0', path: 'humanize/filesize.py', functions: ['naturalsize'] },
  { wheel: 'humanize==4.13.0', path: 'humanize/number.py', functions: ['ordinal', 'intcomma', 'intword', 'apnumber', 'fractional', 'scientific', 'clamp', 'metric'] },
  { wheel: 'humanize==4.13.0', path: 'humanize/time.py', functions: ['naturaldelta', 'precisedelta'] },
  { wheel: 'python-slugify==8.0.4 text-unidecode==1.3', path: 'slugify/slugify.py', functions: ['smart_truncate', 'slugify'] },
  { wheel: 'inflection==0.5.1', path: 'inflection/__init__.py', functions: ['camelize', 'dasherize', 'ordinal', 'parameterize', 'pluralize', 'titleize', 'underscore'] },
  { wheel: 'npm ms@2.1.3', path: 'ms.js', functions: ['default'], integrity: 'sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==' },
  { wheel: 'npm bytes@3.1.2', path: 'bytes.js', functions: ['format', 'parse'], integrity: 'sha512-/Nf7TyzTx6S3yRJObOAV7956r8cr2+Oj8AC5dt8wSP3BQAoeX58NoHyCU8P8zGkNXStjTSi6fzO6F0pBdcYbEg==' },
  { wheel: 'npm camelcase@8.0.0', path: 'camelcase.js', functions: ['camelCase'], integrity: 'sha512-8WB3Jcas3swSvjIeA2yvCJ+Miyz5l1ZmB6HFb9R1317dt9LCQoswg/BGrmAmkWVEszSrrg4RwmO46qIm2OEnSA==' },
  { wheel: 'npm pretty-bytes@6.1.1', path: 'pretty-bytes.js', functions: ['prettyBytes'], integrity: 'sha512-mQUvGU6aUFQ+rNvTIAcZuWGRT9a6f6Yrg9bHs4ImKF+HZCEK+plBvnAZYSIQztknZF2qnzNtr6F8s0+IuptdlQ==' },
  { wheel: 'go github.com/mitchellh/go-wordwrap@v1.0.1', path: 'wordwrap.go', functions: ['WrapString'], integrity: 'h1:TLuKupo69TCn6TQSyGxwI1EblZZEsQ0vMlAFQflz0v0=' },
  ...[['ordinals.go', 'Ordinal'], ['comma.go', 'Comma Commaf'], ['bytes.go', 'Bytes IBytes ParseBytes'], ['ftoa.go', 'Ftoa FtoaWithDigits']].map(([path, names]) => ({ wheel: 'go github.com/dustin/go-humanize@v1.0.1', path: path!, functions: names!.split(' '), integrity: 'h1:GzkhY7T5VNhEkwH0PVJgjz+fX1rhBrR7pRT3mDkpeCY=' })),
];

/** A module as the Go proxy has it, without its tests. */
function downloadModule(name: string, integrity: string, project: string): void {
  const { Dir, Sum } = JSON.parse(execFileSync('go', ['mod', 'download', '-json', name], { cwd: work, encoding: 'utf8' })) as { Dir: string; Sum: string };
  if (Sum !== integrity) throw new Error(`${name} is not the pinned one: ${Sum}`);
  for (const file of readdirSync(Dir)) if (/\.go$|^go\.(mod|sum)$/.test(file) && !file.endsWith('_test.go')) writeFileSync(join(project, file), readFileSync(join(Dir, file)));
}

/** A package as npm has it, its one module under the name of the package. */
function unpack(name: string, integrity: string, project: string, path: string): void {
  const folder = mkdtempSync(join(work, 'npm-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, name], { stdio: ['ignore', 'ignore', 'inherit'] });
  const file = join(folder, readdirSync(folder)[0]!);
  const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (found !== integrity) throw new Error(`${name} is not the pinned one: ${found}`);
  execFileSync('tar', ['-xzf', file, '-C', project, '--strip-components=1']);
  renameSync(join(project, 'index.js'), join(project, path));
}

const work = mkdtempSync(join(tmpdir(), 'untilgreen-bench-'));
const scored: (CharacterisedFunction & { package: string })[] = [];
const rows: Record<string, unknown>[] = [];
for (const { wheel, path, functions, integrity } of FUNCTIONS) {
  if (values.only && !path.includes(values.only)) continue;
  const project = join(work, path.replaceAll(/\W/g, '-'));
  const wheels = join(work, 'wheels', path.replaceAll(/\W/g, '-'));
  mkdirSync(project, { recursive: true });
  if (integrity !== undefined && wheel.startsWith('go ')) downloadModule(wheel.slice('go '.length), integrity, project);
  else if (integrity !== undefined) unpack(wheel.slice('npm '.length), integrity, project, path);
  else execFileSync('python3', ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary', ':all:', '-d', wheels, ...wheel.split(' ')], { stdio: 'inherit' });
  for (const file of integrity === undefined ? readdirSync(wheels) : []) execFileSync('python3', ['-m', 'zipfile', '-e', join(wheels, file), project]);
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
        const { results } = await mutationOf(path.endsWith('.js') ? 'javascript' : path.endsWith('.go') ? 'go' : 'python')!.runTests(place, { tests: [file.path], seed: 100 + run });
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
