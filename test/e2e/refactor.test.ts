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

  const GUARDED = { ...PROJECT, 'hooks.py': 'def pytest_report_header():\n    return "hooks"\n\n\ndef ready():\n    return None\n', 'tests/test_ready.py': 'from hooks import ready\nfrom utils import slugify\n\n\ndef teardown_function(function):\n    assert slugify("A") == "a"\n\n\ndef test_ready():\n    ready()\n' };
  it.each<[string, object[], [string, string, string]?]>([
    ['are not renamed away where something else becomes a test', [{ kind: 'rename', symbol: 'test_slugify', to: 'slugifies' }, { kind: 'rename', symbol: 'ready', to: 'test_it' }]],
    ['keep what runs after them', [{ kind: 'rename', symbol: 'teardown_function', to: 'later' }]],
    ['get no code by way of a parameter', [{ kind: 'change_signature', path: 'utils.py', symbol: 'slugify', add: [{ name: 'more', value: '0) or (True' }] }]],
    ['do not follow a function whose name another one takes', [{ kind: 'rename', symbol: 'slugify', to: 'old' }], ['utils.py', 'def old(', 'def slugify(text):\n    return text\n\n\ndef old(']],
    ['get no settings by a move', [{ kind: 'move_module', from: 'hooks.py', to: 'conftest.py' }]],
  ])('%s', async (_title, operations, edit) => {
    const directory = await lab.project(GUARDED);
    const steps = operations.map((operation): [string, Record<string, unknown>] => ['refactor_code', { operation }]);
    if (edit) steps.push(['edit_file', { path: edit[0], edits: [{ oldText: edit[1], newText: edit[2] }] }]);
    const { outcome, named } = await lab.play({ directory, request: 'tidy it a little' }, [plan(...steps), reflection('none', { giveUp: true })]);
    expect(outcome.outcome).not.toBe('green');
    expect(named('verdict')[0]!.data['rules']).toContainEqual(expect.objectContaining({ rule: 'tests_untouched', ok: false }));
  });

  it('beside it in a folder move with it', async () => {
    const directory = await lab.project({ 'pyproject.toml': PROJECT['pyproject.toml'], 'pkg/__init__.py': '', 'pkg/utils.py': PROJECT['utils.py'], 'pkg/test_utils.py': 'from pkg.utils import slugify\n\n\ndef test_slugify():\n    assert slugify("A b") == "a-b"\n' });
    const { outcome } = await lab.play({ directory, request: 'call the folder lib' }, [plan(['refactor_code', { operation: { kind: 'move_module', from: 'pkg', to: 'lib' } }]), reflection('none', { giveUp: true })]);
    expect(outcome.outcome).toBe('green');
  });

  it('stay what they were over two attempts', async () => {
    const directory = await lab.project(PROJECT);
    const broken = plan([...rename], ['edit_file', { path: 'utils.py', edits: [{ oldText: '.lower()', newText: '' }] }]);
    const mended = plan(['edit_file', { path: 'utils.py', edits: [{ oldText: '.strip("-")', newText: '.strip("-").lower()' }] }]);
    const { outcome } = await lab.play({ directory, request: 'call it slug' }, [broken, reflection(), plan([...rename]), mended]);
    expect(outcome).toMatchObject({ outcome: 'green', iterations: 2 });
  });
});
