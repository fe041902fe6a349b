import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { languages } from '../../../src/languages/registry.ts';
import { readNoFollow, safeGit, stripTerminalEscapes } from '../../../src/sandbox/host.ts';
import { toolPaths } from '../../../src/sandbox/tool-paths.ts';
import { openWorkbench } from '../../../src/workspace/open.ts';
import type { Bench } from '../../../src/workspace/bench.ts';
import { codeOf, MiB, told } from '../arena.ts';
import type { Arena, Case } from '../arena.ts';

/** A workbench whose copy lies beside the arena's workspace, as a run has one; `run` is a command in it. */
async function benchOf(arena: Arena, files: Record<string, string>): Promise<{ bench: Bench; run(script: string, wallMs?: number): ReturnType<Arena['sh']>; close(): void }> {
  const source = join(arena.base, 'source');
  mkdirSync(source, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(source, name), text);
  arena.own(source);
  const bench = await openWorkbench({ source, root: join(arena.base, 'bench'), blobs: join(arena.base, 'blobs') });
  return {
    bench,
    run: (script, wallMs = 10_000) => arena.sandbox.run({ argv: ['sh', '-c', script, arena.mark], workspace: bench.root, limits: { wallMs } }),
    close: () => {
      for (const name of ['source', 'bench', 'bench.json', 'bench.tmp', 'blobs']) rmSync(join(arena.base, name), { recursive: true, force: true });
    },
  };
}

/** Runs a loop of the attacker inside while the agent does its rounds outside. */
async function race(start: (signal: AbortSignal) => Promise<unknown>, rounds: number, round: (index: number) => unknown): Promise<void> {
  const abort = new AbortController();
  const pending = start(abort.signal);
  for (let index = 0; index < rounds; index += 1) {
    await round(index);
    if (index % 5 === 0) await sleep(1);
  }
  abort.abort();
  await pending;
}

const SWAP = 'mkdir -p real; echo inside > real/outside-secret; while :; do rm -f d; ln -s .. d; rm -f d; mv real d; mv d real; done';

/** 37 to 43 and 49: what the agent itself does with files and repositories that were in the attacker's hands. */
export const HOST: readonly Case[] = [
  {
    number: 37, title: 'links and a fifo planted for the agent, which reads', expected: /^path_unsafe path_unsafe not_a_file$/,
    async run(arena) {
      await arena.sh('ln -sf /etc/passwd l; ln -sfn / r; mkfifo f');
      const got = [];
      for (const path of ['l', 'r/etc/passwd', 'f']) got.push(await codeOf(() => readNoFollow(arena.workspace, path)));
      return got.join(' ');
    },
  },
  {
    number: 37, title: 'links and a fifo planted in the copy, where the agent writes', expected: /^exited path_unsafe path_unsafe not_a_file; outside as it was$/,
    async run(arena) {
      const outside = join(arena.base, 'outside');
      mkdirSync(outside, { recursive: true });
      writeFileSync(join(outside, 'kept'), 'kept');
      const { bench, run, close } = await benchOf(arena, { 'a.txt': 'a' });
      const { status } = await run(`ln -sf '${outside}/kept' l; ln -sfn '${outside}' r; mkfifo f`);
      const got = [];
      for (const path of ['l', 'r/kept', 'f']) got.push(await codeOf(async () => (await bench.write([{ kind: 'write', path, content: 'new' }]), 'WRITTEN')));
      const kept = readFileSync(join(outside, 'kept'), 'utf8') === 'kept' ? 'outside as it was' : 'OUTSIDE CHANGED';
      close();
      return `${status} ${got.join(' ')}; ${kept}`;
    },
  },
  {
    number: 38, title: 'a folder swapped for a link while the agent reads', expected: /^never outside$/,
    async run(arena) {
      const secret = join(arena.base, 'outside-secret');
      writeFileSync(secret, 'SECRET');
      let got = 'never outside';
      await race(
        (signal) => arena.sandbox.run({ argv: ['sh', '-c', SWAP, arena.mark], workspace: arena.workspace, signal, limits: { wallMs: 8_000 } }),
        300,
        async () => {
          if ((await codeOf(() => readNoFollow(arena.workspace, 'd/outside-secret'))) === 'SECRET') got = 'READ THE SECRET';
        },
      );
      rmSync(secret);
      return got;
    },
  },
  {
    number: 38, title: 'a folder swapped for a link while the agent writes, 100 times', expected: /^never outside$/,
    async run(arena) {
      const { bench, close } = await benchOf(arena, { 'a.txt': 'a' });
      const secret = join(arena.base, 'outside-secret');
      writeFileSync(secret, 'kept');
      await race(
        (signal) => arena.sandbox.run({ argv: ['sh', '-c', SWAP, arena.mark], workspace: bench.root, signal, limits: { wallMs: 20_000 } }),
        100,
        () => codeOf(() => bench.write([{ kind: 'write', path: 'd/outside-secret', content: 'WRITTEN' }])),
      );
      const got = readFileSync(secret, 'utf8') === 'kept' ? 'never outside' : 'WROTE OUTSIDE';
      rmSync(secret);
      close();
      return got;
    },
  },
  {
    number: 38, title: 'a hard link to a file outside', expected: /^exited 0 refused$/,
    run: async (arena) => told(await arena.sh('for f in /etc/passwd /usr/bin/env ../drive.log; do ln "$f" hard 2>/dev/null && echo LINKED; done; echo refused')),
  },
  {
    number: 39, title: 'odd names, a sparse terabyte, a device, a fifo', expected: /^exited EFBIG EPERM too_large odd left over: "-rf" "a\\nb" "sparse"; then ""$/,
    async run(arena) {
      const { bench, run, close } = await benchOf(arena, { 'a.txt': 'a' });
      const script = [
        'truncate -s 1T huge 2>/dev/null || echo EFBIG; rm -f huge',
        'mknod dev c 1 3 2>&1 | grep -qiE "not permitted|denied" && echo EPERM',
        'truncate -s 60M sparse; printf odd > "a\nb"; touch -- -rf "$(printf "\\377")"; mkfifo pipe',
      ].join('\n');
      const { status, stdout } = await run(script);
      const big = await codeOf(() => readNoFollow(bench.root, 'sparse', MiB));
      const odd = (await bench.readText('a\nb')).text;
      // Neither the fifo nor the names keep the agent from keeping and restoring its copy.
      const before = await bench.leftovers();
      await bench.checkpoint();
      await bench.restore(bench.base);
      const after = await bench.leftovers();
      close();
      return `${status} ${stdout.trim().split('\n').join(' ')} ${big} ${odd} left over: ${before.map((name) => JSON.stringify(name)).join(' ')}; then "${after.join(' ')}"`;
    },
  },
  {
    number: 40, title: 'a repository made to start programs', expected: /^exited nothing started EROFS$/,
    async run(arena) {
      const marker = join(arena.workspace, 'marker');
      const evil = `touch ${marker};cat`;
      const script = [
        'git init -q .',
        ...['core.fsmonitor', 'filter.x.clean', 'filter.x.smudge', 'filter.x.process', 'diff.x.textconv', 'diff.external', 'core.pager', 'core.sshCommand', 'gpg.program', 'alias.status'].map((key) => `git config ${key} '${evil}'`),
        "git config filter.x.required true; git config include.path ../included; git config 'includeIf.gitdir:**.path' ../included",
        `printf '[core]\\n\\tfsmonitor = "${evil}"\\n[diff "y"]\\n\\ttextconv = "${evil}"\\n[submodule "s"]\\n\\tupdate = "!${evil}"\\n\\turl = "ext::sh -c ${evil}"\\n' > included`,
        `printf '[submodule "s"]\\n\\tpath = s\\n\\turl = ext::sh -c ${evil}\\n\\tupdate = !${evil}\\n' > .gitmodules`,
        "echo '* filter=x diff=x' > .gitattributes; echo '*.py filter=x diff=y' > .git/info/attributes",
        `mkdir -p .git/hooks; for h in post-index-change post-checkout pre-commit fsmonitor-watchman reference-transaction; do printf '#!/bin/sh\\ntouch ${marker}' > .git/hooks/$h; done; chmod +x .git/hooks/*`,
        'echo a > tracked; echo b > code.py',
      ].join('\n');
      const { status } = await arena.sh(script);
      for (const args of [['add', 'tracked', 'code.py'], ['status'], ['diff'], ['diff', '--cached'], ['checkout', '--', '.'], ['submodule', 'update', '--init'], ['log'], ['ls-files', '-z']]) await safeGit(args, arena.workspace);
      const started = existsSync(marker) ? 'STARTED' : 'nothing started';
      const again = await arena.sh('(echo x >> .git/config) 2>&1 | grep -oE "Read-only file system|Permission denied"');
      return `${status} ${started} ${again.stdout.trim() === '' ? 'WRITABLE' : 'EROFS'}`;
    },
  },
  {
    number: 40, title: 'a .git file that points to a repository elsewhere', expected: /^exited nothing started$/,
    async run(arena) {
      const marker = join(arena.workspace, 'marker');
      const { status } = await arena.sh(
        `git init -q --bare evil; cp -r evil evil2; for k in core.fsmonitor core.pager diff.external; do git --git-dir evil config $k 'touch ${marker}'; done; git --git-dir evil config core.bare false; git --git-dir evil config core.worktree '${arena.workspace}'; printf '#!/bin/sh\\ntouch ${marker}' > evil/hooks/post-index-change; chmod +x evil/hooks/*; echo 'gitdir: evil' > .git; echo a > tracked`,
      );
      for (const args of [['add', 'tracked'], ['status'], ['diff'], ['log']]) await safeGit(args, arena.workspace);
      return `${status} ${existsSync(marker) ? 'STARTED' : 'nothing started'}`;
    },
  },
  {
    number: 41, title: 'files that tools obey by themselves are only read on the host', expected: /^nothing started$/,
    async run(arena) {
      const marker = join(arena.base, 'obeyed');
      const python = `open(${JSON.stringify(marker)}, "w")\n`;
      const files: Record<string, string> = {
        'conftest.py': python, 'sitecustomize.py': python, 'usercustomize.py': python, 'setup.py': python, 'json.py': python, 'test_a.py': 'def test_a(): pass\n',
        'package.json': JSON.stringify({ scripts: { test: `touch ${marker}`, preinstall: `touch ${marker}`, prepare: `touch ${marker}` } }),
        '.npmrc': `script-shell=/bin/sh\nnode-options=--require ${join(arena.base, 'source', 'evil.cjs')}\n`, 'evil.cjs': `require("fs").writeFileSync(${JSON.stringify(marker)}, "")`,
        '.envrc': `touch ${marker}`, 'vitest.config.ts': `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(marker)}, '');`, '.python-version': 'evil', 'pyproject.toml': '[build-system]\nbuild-backend = "setup"\nbackend-path = ["."]\n',
      };
      const { bench, close } = await benchOf(arena, files);
      const back = process.cwd();
      process.chdir(bench.root);
      try {
        for (const language of languages) {
          for (const { checks } of await language.detect(bench)) for (const check of checks) await (await language.prepareCheck(check, bench)).cleanup();
          await language.toolchain(bench);
        }
        await toolPaths(['python3', 'node', 'npm']);
        await safeGit(['status'], bench.root);
      } finally {
        process.chdir(back);
        close();
      }
      return existsSync(marker) ? 'STARTED' : 'nothing started';
    },
  },
  {
    number: 42, title: 'a workspace with an odd name, or behind a link', expected: /^7 of 7$/,
    async run(arena) {
      let right = 0;
      for (const name of ['a b', 'new\nline', '--', '-rf', "q'\"$(x)", 'ü-漢']) {
        const odd = join(arena.base, 'odd', name);
        mkdirSync(odd, { recursive: true });
        arena.own(odd);
        const result = await arena.sandbox.run({ argv: ['sh', '-c', 'echo x > made; pwd', arena.mark], workspace: odd });
        if (result.stdout === `${arena.sandbox.guarantees.filesystem === 'image' ? result.stdout.slice(0, -1) : odd}\n` && existsSync(join(odd, 'made'))) right += 1;
      }
      symlinkSync(arena.workspace, join(arena.base, 'odd', 'link'));
      await arena.sandbox.run({ argv: ['sh', '-c', 'echo x > made-behind-link', arena.mark], workspace: join(arena.base, 'odd', 'link') });
      if (existsSync(join(arena.workspace, 'made-behind-link'))) right += 1;
      rmSync(join(arena.base, 'odd'), { recursive: true });
      return `${right} of 7`;
    },
  },
  {
    number: 42, title: 'the root, the home directory and /tmp are refused', expected: /^directory_refused directory_refused directory_refused directory_refused$/,
    async run(arena) {
      const got = [];
      for (const workspace of ['/', homedir(), '/tmp', '/usr']) got.push(await codeOf(() => arena.sandbox.run({ argv: ['touch', 'x'], workspace })));
      return got.join(' ');
    },
  },
  {
    number: 43, title: 'root, and the workspace is somebody else\'s', expected: /^(exited 0 written by its owner|sandbox_error .*)$/,
    rootOnly: true,
    async run(arena) {
      const foreign = join(arena.base, 'foreign');
      mkdirSync(foreign);
      execFileSync('chown', ['65534:65534', foreign]);
      chmodSync(foreign, 0o755);
      const result = await arena.sandbox.run({ argv: ['sh', '-c', 'echo x > made', arena.mark], workspace: foreign });
      const uid = existsSync(join(foreign, 'made')) ? statSync(join(foreign, 'made')).uid : undefined;
      rmSync(foreign, { recursive: true });
      return `${told(result)}${uid === 65534 ? 'written by its owner' : (uid ?? '')}`;
    },
  },
  {
    number: 49, title: 'terminal escapes in what is shown', expected: /^exited red text title$/,
    async run(arena) {
      const result = await arena.sh("printf '\\033[31mred\\033[0m \\033]8;;http://x\\033\\\\text\\033]8;;\\033\\\\ \\033]0;evil\\007title\\033[2J\\033]52;c;AAAA'");
      return `${result.status} ${stripTerminalEscapes(result.stdout)}`;
    },
  },
];
