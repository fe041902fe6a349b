import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { changesOf } from './changes.ts';

function folder() {
  const state = { revision: 1, looks: 0, tell: (): void => {} };
  const library = { revision: async () => ((state.looks += 1), String(state.revision)), list: async () => ({ tools: [], broken: [] }), read: async () => undefined };
  const onChange = (listener: () => void) => ((state.tell = listener), () => (state.tell = () => {}));
  return { state, changes: changesOf({ library, onChange }, 5) };
}
const eventually = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await sleep(1);
};

it('what another process does in the folder is told, once', async () => {
  const { state, changes } = folder();
  let told = 0;
  changes.onChange(() => (told += 1));
  await eventually(() => state.looks > 2);
  expect(told).toBe(0);
  state.revision = 2;
  await eventually(() => told > 0);
  const { looks } = state;
  await eventually(() => state.looks > looks + 2);
  expect(told).toBe(1);
  changes.close();
});

it('what this process does is told at once, and not again when it is seen in the folder', async () => {
  const { state, changes } = folder();
  let told = 0;
  changes.onChange(() => (told += 1));
  await eventually(() => state.looks > 0);
  state.revision = 2;
  state.tell();
  expect(told).toBe(1);
  const { looks } = state;
  await eventually(() => state.looks > looks + 3);
  expect(told).toBe(1);
  changes.close();
});

it('nobody is told any more who has ended it, and then nothing is looked at', async () => {
  const { state, changes } = folder();
  let told = 0;
  const end = changes.onChange(() => (told += 1));
  await eventually(() => state.looks > 0);
  end();
  const { looks } = state;
  state.tell();
  await sleep(20);
  expect([told, state.looks - looks]).toEqual([0, 1]);
});
