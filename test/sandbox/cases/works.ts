import { simple } from '../arena.ts';
import type { Case } from '../arena.ts';

/** 48: what scripts take for granted and a wall may not take away. */
export const WORKS: readonly Case[] = [
  simple(48, 'pools, managers, shared memory, terminals, perl and awk work', /^exited 0 \[3, 'shm', 2, 'pty', \['hi', 'b', '7', 'sandbox', '[12]'\]\]$/, 'compatible'),
];
