import { blockedInGo } from '../blocked/go.ts';
import { blockedMessage } from '../blocked/message.ts';
import type { CodeLanguage } from './types.ts';

/** Where compiled packages lie in the box, so that its second run is quick (measured: 7 s without them, 0.1 s with). */
const CACHE = '.cache/go-build';
/** Not `go run`, which ends with 1 whatever code the program ended with. */
const SCRIPT = `GOCACHE="$PWD/${CACHE}" "$0" build -o ".cache/$1" "$1.go" && { name=$1; shift; exec ".cache/$name" "$@"; }`;

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
  prepare({ code, stem, blocked }, program) {
    const file = `${stem}.go`;
    const found = blockedInGo(code, blocked);
    if (found) return { refused: `${file}:${found.line}: ${blockedMessage(found)}\n`, blocked: found };
    return {
      files: { [file]: code },
      argv: ['sh', '-c', SCRIPT, program, stem],
      env: { GOPROXY: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod', GOTELEMETRY: 'off', CGO_ENABLED: '0', GOENV: 'off' },
    };
  },
};
