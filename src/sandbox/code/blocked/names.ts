import { builtinModules } from 'node:module';

const BUILTIN = new Set(builtinModules);

/**
 * A module or an attribute of one as a dotted path, so that `node:fs/promises`, `fs/promises` and `fs.promises` are one thing. Packages
 * keep their slashes: `@scope/pkg/sub`.
 */
export function jsPath(module: string): string {
  const name = module.replace(/^node:/, '');
  return BUILTIN.has(name) || BUILTIN.has(name.split(/[/.]/)[0] ?? '') ? name.replaceAll('/', '.') : name;
}

/** The blocked name that `path` is, or lies below; a package's modules lie below it. */
export function blockedName(path: string, blocked: readonly string[]): string | undefined {
  return blocked.find((name) => {
    const canonical = jsPath(name);
    return path === canonical || path.startsWith(`${canonical}.`) || path.startsWith(`${canonical}/`);
  });
}
