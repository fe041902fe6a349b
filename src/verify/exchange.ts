import type { Receipt } from './receipt.ts';

/** Safety findings and touched tests as SARIF 2.1.0 (OASIS standard), for code scanning views. */
export function sarif(receipt: Receipt): Record<string, unknown> {
  const findings = receipt.verdict?.findings ?? [];
  const changes = receipt.verdict?.protectedChanges ?? [];
  const location = (uri: string, line?: number) => [
    { physicalLocation: { artifactLocation: { uri: uri.split('/').map(encodeURIComponent).join('/') }, ...(line ? { region: { startLine: line } } : {}) } },
  ];
  const rules = new Map<string, string>();
  for (const f of findings) rules.set(f.rule, f.message);
  for (const c of changes) rules.set(`test-${c.kind}`, `An existing test was ${c.kind}.`);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'untilgreen', version: receipt.versions['untilgreen'], rules: [...rules].map(([id, text]) => ({ id, shortDescription: { text } })) } },
        results: [
          ...findings.map((f) => ({ ruleId: f.rule, level: f.severity === 'block' ? 'error' : 'warning', message: { text: `${f.message}: ${f.excerpt}` }, locations: location(f.path, f.line) })),
          ...changes.map((c) => ({ ruleId: `test-${c.kind}`, level: 'warning', message: { text: `${c.test ?? c.path}: ${c.detail}` }, locations: location(c.path) })),
        ],
      },
    ],
  };
}

const xml = (text: string) =>
  text
    // Control characters have no place in XML 1.0, not even escaped.
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[<>&"']/g, (c) => `&#${c.codePointAt(0)};`);

/** The last checks in the JUnit XML form that CI servers read. */
export function junit(receipt: Receipt): string {
  const suites = new Map<string, Receipt['tests']>();
  for (const t of receipt.tests) if (t.after !== 'absent') suites.set(t.check, [...(suites.get(t.check) ?? []), t]);
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="untilgreen">'];
  for (const [name, tests] of suites) {
    const failures = tests.filter((t) => t.after === 'failed').length;
    const errors = tests.filter((t) => t.after === 'error').length;
    const skipped = tests.filter((t) => t.after === 'skipped' || t.after === 'xfailed').length;
    lines.push(`  <testsuite name="${xml(name)}" tests="${tests.length}" failures="${failures}" errors="${errors}" skipped="${skipped}">`);
    for (const t of tests) {
      const [file, ...rest] = t.id.split(/::| > /);
      const open = `    <testcase classname="${xml(file ?? '')}" name="${xml(rest.join(' > ') || t.id)}"`;
      if (t.after === 'failed' || t.after === 'error') {
        const tag = t.after === 'failed' ? 'failure' : 'error';
        lines.push(`${open}><${tag} message="${xml((t.message ?? t.after).split('\n', 1)[0]!)}">${xml(t.message ?? '')}</${tag}></testcase>`);
      } else if (t.after === 'skipped' || t.after === 'xfailed') lines.push(`${open}><skipped/></testcase>`);
      else lines.push(`${open}/>`);
    }
    lines.push('  </testsuite>');
  }
  lines.push('</testsuites>', '');
  return lines.join('\n');
}
