import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab, plan, reflection, snapshot } from '../support/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());

const PROJECT = {
  'pyproject.toml': '[tool.pytest.ini_options]\npythonpath = ["."]\n',
  'utils.py': 'import re\n\n\ndef slugify(text):\n    return re.sub(r"\\W+", "-", text).strip("-").lower()\n',
  'helpers.py': 'from utils import slugify\n\n\ndef slugs(texts):\n    return [slugify(text) for text in texts]\n',
  'tests/test_text.py': 'from unittest.mock import patch\n\nfrom helpers import slugs\nfrom utils import slugify\n\n\ndef test_slugify():\n    assert slugify("A b") == "a-b"\n\n\ndef test_slugs():\n    with patch("helpers.slugify", str.upper):\n        assert slugs(["a"]) == ["A"]\n',
};
const file = (directory: string, path: string) => readFile(join(directory, path), 'utf8');

describe('a common request', { timeout: 120_000 }, () => {
  it('is planned and carried out without a model, and tests follow it without being asked about', async () => {
    const directory = await lab.project(PROJECT);
    const before = await snapshot(directory);
    const { outcome, requests, named } = await lab.play({ directory, request: 'rename slugify to slug everywhere' }, []);
    expect(outcome).toMatchObject({ outcome: 'green', exitCode: 0, iterations: 1, tokens: 0 });
    expect(requests).toEqual([]);
    expect(named('approval_requested')).toEqual([]);
    expect(await file(directory, 'tests/test_text.py')).toBe(PROJECT['tests/test_text.py'].replaceAll(/\bslugify\b/g, 'slug'));
    expect(await file(join(outcome.folder), 'report.md')).toContain('rename slugify to slug');
    await (await lab.open()).undo({ directory });
    expect(await snapshot(directory)).toEqual(before);
  });

  it('that an engine refuses goes to the model, with the reason said', async () => {
    const directory = await lab.project(PROJECT);
    const { outcome, named } = await lab.play({ directory, request: 'rename slugify to re' }, [plan(['edit_file', { path: 'utils.py', edits: [{ oldText: 'import re', newText: 'import re  # regular expressions' }] }])]);
    expect(outcome.outcome).toBe('green');
    expect(named('warning').map((e) => e.data['message'])).toContainEqual(expect.stringContaining('refused'));
  });
});

describe('tests beside a refactoring', { timeout: 120_000 }, () => {
  const rename = ['refactor_code', { operation: { kind: 'rename', symbol: 'slugify', to: 'slug' } }] as const;

  it('may change no more than it does', async () => {
    const directory = await lab.project(PROJECT);
    const sneaky = plan([...rename], ['edit_file', { path: 'tests/test_text.py', edits: [{ oldText: '    assert slug("A b") == "a-b"', newText: '    assert slug("A b")' }] }]);
    const { outcome, named } = await lab.play({ directory, request: 'call it slug' }, [sneaky, reflection(), sneaky]);
    expect(outcome.outcome).not.toBe('green');
    expect(named('verdict')[0]!.data['rules']).toContainEqual(expect.objectContaining({ rule: 'tests_untouched', ok: false, detail: expect.stringContaining('test_slugify') }));
    expect(await file(directory, 'utils.py')).toBe(PROJECT['utils.py']);
  });

  it('may not be loosened before it, so that the refactoring carries the change along', async () => {
    const directory = await lab.project(PROJECT);
    const sneaky = plan(['edit_file', { path: 'tests/test_text.py', edits: [{ oldText: '    assert slugify("A b") == "a-b"', newText: '    assert slugify("A b")' }] }], [...rename]);
    const { outcome, named } = await lab.play({ directory, request: 'call it slug' }, [sneaky, reflection(), sneaky]);
    expect(outcome.outcome).not.toBe('green');
    expect(named('verdict')[0]!.data['rules']).toContainEqual(expect.objectContaining({ rule: 'tests_untouched', ok: false }));
  });

  it('stay what they were over two attempts', async () => {
    const directory = await lab.project(PROJECT);
    const broken = plan([...rename], ['edit_file', { path: 'utils.py', edits: [{ oldText: '.lower()', newText: '' }] }]);
    const mended = plan(['edit_file', { path: 'utils.py', edits: [{ oldText: '.strip("-")', newText: '.strip("-").lower()' }] }]);
    const { outcome } = await lab.play({ directory, request: 'call it slug' }, [broken, reflection(), plan([...rename]), mended]);
    expect(outcome).toMatchObject({ outcome: 'green', iterations: 2 });
  });
});
