import type { Contract } from '../types.ts';

/** snake_case, 3 to 64 characters: a name that is a function's in four languages and a folder's on every system. */
export const TOOL_NAME = /^(?=.{3,64}$)[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
export const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

const EXTENSION = { python: '.py', javascript: '.js', typescript: '.ts', go: '.go' } as const;
/** Go builds files of such names on one system or processor only, or as tests. Source: cmd/go "Build constraints", internal/syslist. */
const GO_SUFFIX =
  /_(test|aix|android|darwin|dragonfly|freebsd|hurd|illumos|ios|js|linux|nacl|netbsd|openbsd|plan9|solaris|wasip1|windows|zos|386|amd64|arm|arm64|loong64|mips|mips64|mips64le|mipsle|ppc64|ppc64le|riscv64|s390x|sparc64|wasm|unix)$/;
/** pytest takes files of such names for tests. */
const PYTEST_NAME = /^test_|_test$/;

/** The stem of the files of a tool: its name, but where a language would read something into that. */
export function stemOf({ name, language }: Pick<Contract, 'name' | 'language'>): string {
  if (language === 'go' && GO_SUFFIX.test(name)) return `${name}_tool`;
  if (language === 'python' && PYTEST_NAME.test(name)) return `tool_${name}_`;
  return name;
}

/** `calculate_percentage.py` */
export const codeFileName = (tool: Pick<Contract, 'name' | 'language'>): string => stemOf(tool) + EXTENSION[tool.language];

/** Compares two versions, the older first. */
export function byVersion(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (const [index, number] of left!.entries()) {
    const difference = number - (right![index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
