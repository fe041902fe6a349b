import assert from 'node:assert/strict';
import test from 'node:test';
import { formatDuration, parseDuration } from '../duration.js';

test('parses one part', () => {
  assert.equal(parseDuration('90s'), 90);
});

test('adds the parts up', () => {
  assert.equal(parseDuration('1h 30m 15s'), 5415);
});

test('refuses what is no duration', () => {
  assert.throws(() => parseDuration('soon'), RangeError);
});

test('formats what it parses', () => {
  assert.equal(formatDuration(5415), '1h 30m 15s');
});
