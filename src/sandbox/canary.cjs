// Runs inside a rung before it is trusted. Tries what must not be possible and prints what happened, one JSON object.
// Arguments: port of a listener on the host, a secret file of the host, a file to create outside the workspace, name of a variable,
// and the pid of a process of the host where the rung has no process numbers of its own.
'use strict';
const fs = require('node:fs');
const net = require('node:net');

const [port, secretFile, outsideFile, variable, hostPid] = process.argv.slice(2);
const attempt = (action) => {
  try {
    action();
    return 'done';
  } catch (error) {
    return error.code || String(error);
  }
};
// macOS has no /proc.
const linux = process.platform === 'linux';
const lines = (path) => (linux ? fs.readFileSync(path, 'utf8') : '');
const status = Object.fromEntries(
  lines('/proc/self/status').split('\n').filter((line) => line.includes(':')).map((line) => line.split(/:\s+/)),
);
const environments = (linux ? fs.readdirSync('/proc') : []).filter((name) => /^\d+$/.test(name)).map((pid) => {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
});
const { userLimits } = linux ? {} : process.report.getReport();
const limit = (name, otherwise) => (linux ? Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(lines('/proc/self/limits'))?.[1] ?? -1) : Number(userLimits[otherwise].soft));
// Where a cgroup is in sight it may hold the processes, and the limit of the user's then has room.
const processes = ['/sys/fs/cgroup/pids.max', '/sys/fs/cgroup/pids/pids.max'].flatMap((path) => {
  try {
    return [Number(fs.readFileSync(path, 'utf8'))].filter(Number.isInteger);
  } catch {
    return [];
  }
});
const report = {
  environment: variable in process.env || environments.some((text) => text.includes(`${variable}=`)),
  hostFile: attempt(() => fs.readFileSync(secretFile)),
  outsideWrite: attempt(() => fs.writeFileSync(outsideFile, 'x')),
  rootWrite: attempt(() => fs.writeFileSync('/untilgreen-canary', 'x')),
  usrWrite: attempt(() => fs.writeFileSync('/usr/untilgreen-canary', 'x')),
  corePattern: attempt(() => fs.closeSync(fs.openSync('/proc/sys/kernel/core_pattern', 'r+'))),
  shadow: attempt(() => fs.readFileSync('/etc/shadow')),
  workspaceWrite: attempt(() => fs.writeFileSync('inside', 'x')),
  setIdFile: attempt(() => fs.chmodSync('inside', 0o4755)),
  hostSignal: attempt(() => process.kill(Number(hostPid), 0)),
  noNewPrivs: status.NoNewPrivs,
  capEff: status.CapEff,
  capBnd: status.CapBnd,
  seccomp: status.Seccomp,
  processes: Math.min(limit('Max processes', 'max_user_processes'), ...processes),
  fileBytes: limit('Max file size', 'file_size_blocks'),
  openFiles: limit('Max open files', 'open_files'),
  descriptors: (linux ? fs.readdirSync('/proc/self/fd') : []).map(Number).filter((fd) => fd > 2).flatMap((fd) => {
    try {
      const target = fs.readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith('/') && !target.startsWith('/dev/') && !target.startsWith('/proc/') ? [target] : [];
    } catch {
      return [];
    }
  }),
};
const socket = net.connect({ port: Number(port), host: '127.0.0.1' });
const finish = (network) => {
  socket.destroy();
  process.stdout.write(JSON.stringify({ ...report, network }));
};
socket.setTimeout(1000);
socket.once('connect', () => finish('done'));
socket.once('timeout', () => finish('ETIMEDOUT'));
socket.once('error', (error) => finish(error.code));
