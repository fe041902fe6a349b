// Tells for each test of node:test whether it passed, under the name of its outermost suite, as a line of JSON.
export default async function* report(source) {
  let leaves = [];
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const suite = data.details?.type === 'suite';
    const outcome = data.skip !== undefined || data.todo !== undefined ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    if (data.nesting > 0) {
      if (!suite) leaves.push(outcome);
      else if (type === 'test:fail' && !leaves.includes('failed')) leaves.push('failed');
      continue;
    }
    yield `${JSON.stringify({ group: data.name, outcomes: suite && leaves.length > 0 ? leaves : [outcome], error: type === 'test:fail' ? String(data.details?.error?.cause?.message ?? data.details?.error?.message ?? '').slice(0, 400) : undefined })}\n`;
    leaves = [];
  }
}
