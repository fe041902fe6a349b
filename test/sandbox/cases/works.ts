import { told } from '../arena.ts';
import type { Case } from '../arena.ts';

const ALL = /^exited 0 \[3, 'shm', 2, 'pty', \['hi', 'b', '7', 'sandbox', '[12]'\]\]$/;

/** 48: what scripts take for granted and a wall may not take away. */
export const WORKS: readonly Case[] = [
  {
    number: 48, title: 'pools, shared memory, managers, terminals, perl and awk work',
    expected: {
      A: ALL, B: ALL, C: /^exited 0 \[3, 'shm', 2, 'pty', \['hi', 'b', '7', '\w+', '[12]'\]\]$/,
      // Unix sockets are the host's there, and so are shared memory and terminals where the uid is somebody's.
      D: /^exited 0 \[(3, 'shm', 'EOFError', 'pty'|'PermissionError', 'PermissionError', 'EOFError', 'OSError'), \['hi', 'b', '7'(, '\w+')?, '[012]'\]\]$/,
    },
    run: async (arena) => told(await arena.attack('compatible')),
  },
];
