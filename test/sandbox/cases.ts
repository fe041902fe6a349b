import { AGENT } from './cases/agent.ts';
import { CONTAINERS } from './cases/containers.ts';
import { HOST } from './cases/host.ts';
import { RESOURCES } from './cases/resources.ts';
import { WALLS } from './cases/walls.ts';
import { WORKS } from './cases/works.ts';
import type { Case } from './arena.ts';
import type { Rung } from '../../src/sandbox/types.ts';

/** The threat table, in the order of its numbers. 48 is at greater length in compatible.test.ts. */
const CASES: readonly Case[] = [...RESOURCES, ...WALLS, ...HOST, ...AGENT, ...WORKS, ...CONTAINERS].toSorted((a, b) => a.number - b.number);

/** The cases that say something about a rung. `asRoot`: does root drive. */
export function casesOn(rung: Rung, asRoot: boolean): readonly Case[] {
  return CASES.filter(({ expected, rootOnly }) => (expected instanceof RegExp || expected[rung] !== undefined) && (asRoot || !rootOnly));
}
