import { blockedInGo } from '../blocked/go.ts';
import { blockedMessage } from '../blocked/message.ts';
import { GO_ENV, goCache } from './go-cache.ts';
import type { CodeLanguage } from './types.ts';

/**
 * The box keeps what was compiled, so that its second run is quick. Measured on two busy cores: 18 s for the first program with an
 * empty cache, 0.6 s for the next. Not `go run`, which ends with 1 whatever code the program ended with.
 */
const SCRIPT = `stem=$1; shift
mkdir -p .cache
if [ -n "$SEED" ] && [ ! -d .cache/go-build ]; then
  cp -r "$SEED" ".cache/$stem.seed" && mv -T ".cache/$stem.seed" .cache/go-build 2>/dev/null || rm -rf ".cache/$stem.seed"
fi
GOCACHE="$PWD/.cache/go-build" "$0" build -o ".cache/$stem" "$stem.go" || exit
unset SEED
exec ".cache/$stem" "$@"`;

/** Go, from the standard library alone. A snippet is a whole file with `package main`. */
export const go: CodeLanguage = {
  name: 'go',
  aliases: ['golang'],
  extensions: ['.go'],
  program: 'go',
  install: 'Install Go: https://go.dev/dl/, or `apt-get install golang-go`.',
  // The compiler runs one process a core, each with threads, and takes more than most snippets.
  defaults: { timeoutSeconds: 120, maxMemoryMb: 2048, maxProcesses: 512 },
  leastMemoryMb: 256,
  blocksImports: true,
  shared: goCache,
  async prepare({ code, stem, blocked, shared }, program) {
    const file = `${stem}.go`;
    const found = blockedInGo(code, blocked);
    if (found) return { refused: `${file}:${found.line}: ${blockedMessage(found)}\n`, blocked: found };
    const seed = await shared();
    return {
      files: { [file]: code },
      argv: ['sh', '-c', SCRIPT, program, stem],
      env: { ...GO_ENV, SEED: seed ?? '' },
      mounts: seed === undefined ? [] : [{ source: seed, target: seed }],
    };
  },
};
