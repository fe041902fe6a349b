// Loaded by `node --test` in front of each test file: code under test that replaces `assert.equal` would judge itself.
import assert from 'node:assert';
import strict from 'node:assert/strict';
import * as runner from 'node:test';

for (const target of [assert, strict, assert.strict, runner.default, runner.test, runner.describe]) {
  if (typeof target !== 'function') continue;
  for (const name of Object.keys(target)) {
    // New members stay possible; what is there keeps its meaning.
    const now = Object.getOwnPropertyDescriptor(target, name);
    if (now.configurable && 'value' in now) Object.defineProperty(target, name, { ...now, writable: false, configurable: false });
  }
}
