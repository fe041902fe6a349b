import { isBuiltin } from 'node:module';
import type { ToolContext } from '../../tools/types.ts';
import { outputOf, reportsIn } from '../judge.ts';
import type { Fallback } from './types.ts';

/** Modules whose package has another name: the ones that appear in the docs of the packages themselves. */
const PYTHON_PACKAGES: Readonly<Record<string, string>> = {
  yaml: 'PyYAML', PIL: 'Pillow', cv2: 'opencv-python', sklearn: 'scikit-learn', bs4: 'beautifulsoup4', dotenv: 'python-dotenv', dateutil: 'python-dateutil', jwt: 'PyJWT', serial: 'pyserial',
};

export interface MissingModule {
  module: string;
  /** As the registry names it. */
  name: string;
  language: 'python' | 'javascript';
}

/** The first module that an output says is not installed; undefined where it names none, or one of the project or the platform. */
export function missingModuleIn(text: string, files: readonly string[]): MissingModule | undefined {
  const python = /No module named '?([A-Za-z_]\w*)/.exec(text)?.[1];
  if (python) {
    // A module of the project that is not found is a wrong path or import, and a package of its name from a registry would hide that.
    const own = files.some((path) => path.endsWith('.py') && path.split('/').some((part) => part === python || part === `${python}.py`));
    return own ? undefined : { module: python, name: PYTHON_PACKAGES[python] ?? python, language: 'python' };
  }
  const node = /(?:Cannot find (?:module|package)|Failed to resolve import) ['"]([^'"]+)['"]/.exec(text)?.[1];
  const name = node && /^(@[a-z0-9][\w.-]*\/[\w.-]+|[a-z0-9][\w.-]*)(?:\/|$)/i.exec(node)?.[1];
  // `src/util` by a base folder of the settings looks like a package called src.
  const own = files.some((path) => path === name || path.startsWith(`${name}/`) || new RegExp(`^${name?.replaceAll('.', '\\.')}\\.[cm]?[jt]sx?$`).test(path));
  return node && name && !own && !isBuiltin(node) ? { module: node, name, language: 'javascript' } : undefined;
}

/** What runs with the project's packages; a snippet of `run_code` would not see one that is added. */
const SEES_PACKAGES: ReadonlySet<string> = new Set(['run_tests', 'shell']);

/** What the failed step printed, with all that its tests say. */
function said(message: string, data: unknown): string {
  const reports = reportsIn(data).flatMap((r) => [...r.errors.map((e) => e.message), ...r.tests.map((t) => t.message ?? ''), r.output]);
  return [message, outputOf(data), ...reports].join('\n');
}

async function projectFiles(context: ToolContext): Promise<string[]> {
  return (await context.bench.list()).map((file) => file.path);
}

/** A module that is not installed: `add_dependency` asks for approval, installs it where it is given, and the step is tried again. */
export const missingModule: Fallback = {
  name: 'missing_module',
  async recover({ step, code, message, data, context }) {
    if (code !== 'step_failed' || !SEES_PACKAGES.has(step.action)) return undefined;
    const missing = missingModuleIn(said(message, data), await projectFiles(context));
    if (!missing) return undefined;
    const { module, name, language } = missing;
    return {
      step: { name: 'dependency', action: 'add_dependency', args: { name, language }, why: `${module} is not installed.` },
      next: (result) =>
        result.ok
          ? { kind: 'again', args: step.args, note: `with ${name} installed` }
          : { kind: 'say', text: `The module ${module} is missing: ${result.message}`, ...(result.code === 'approval_needed' ? { code: result.code } : {}) },
    };
  },
};
