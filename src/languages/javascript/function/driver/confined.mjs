// How Node runs a candidate: with this folder to read, no other file, no process and no thread. The sandbox is the wall to the machine; this one
// stands between a candidate and the processes beside it, whose memory and output lie open in /proc.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** MiB of a candidate's heap. */
const HEAP_MIB = 256;

export const HERE = dirname(fileURLToPath(import.meta.url));
// The name before Node 23.
const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
export const CONFINED = [permission, `--allow-fs-read=${HERE}/*`, `--max-old-space-size=${HEAP_MIB}`, '--no-warnings'];
