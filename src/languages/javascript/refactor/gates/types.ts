import ts from 'typescript6';
import type { Problem } from '../../../refactor/types.ts';
import { problemOf } from '../check/diagnostics.ts';
import { isSource } from '../project/configs.ts';
import { LIBRARY, toRelative, toVirtual } from '../project/files.ts';
import type { Project } from '../project/project.ts';
import type { Config } from '../project/configs.ts';

/** The whole project under its own configurations, each with its own options; undefined where there is no tsconfig.json. */
export function typeProblems(project: Project): Problem[] | undefined {
  const configs = project.configs.filter((c) => c.files.size && (!c.path.endsWith('jsconfig.json') || c.options.checkJs));
  if (!configs.length) return undefined;
  const found = new Map<string, Problem>();
  for (const config of configs) {
    const program = ts.createProgram([...config.files].map(toVirtual), { ...config.options, noEmit: true, composite: false, incremental: false, tsBuildInfoFile: undefined, skipLibCheck: true }, compilerHost(project, config));
    for (const tree of program.getSourceFiles()) {
      const path = toRelative(tree.fileName);
      if (path === undefined || !project.files.has(path) || !isSource(path)) continue;
      for (const d of [...program.getSyntacticDiagnostics(tree), ...program.getSemanticDiagnostics(tree)]) {
        const problem = d.category === ts.DiagnosticCategory.Error ? problemOf(d) : undefined;
        if (problem) found.set(`${problem.path}:${d.start}:${problem.code}:${problem.message}`, problem);
      }
    }
  }
  return [...found.values()];
}

const parsed = new WeakMap<Project, Map<string, { version: string; tree: ts.SourceFile }>>();

/** Trees are kept from one check to the next: a second check parses what changed. */
function compilerHost(project: Project, config: Config): ts.CompilerHost {
  const { files } = project;
  const known = parsed.get(project) ?? new Map<string, { version: string; tree: ts.SourceFile }>();
  parsed.set(project, known);
  return {
    ...project.host,
    useCaseSensitiveFileNames: () => true,
    getSourceFile: (name, languageVersion) => {
      const path = toRelative(name);
      const version = path !== undefined && files.has(path) ? files.version(path) : '1';
      const key = `${config.path}|${name}`;
      const before = known.get(key);
      if (before?.version === version) return before.tree;
      const text = files.readFile(name);
      if (text === undefined) return undefined;
      const tree = ts.createSourceFile(name, text, languageVersion, true);
      known.set(key, { version, tree });
      return tree;
    },
    getDefaultLibFileName: (options) => `${LIBRARY}/${ts.getDefaultLibFileName(options)}`,
    getDefaultLibLocation: () => LIBRARY,
    writeFile: () => {},
    getCurrentDirectory: () => '/project',
    getCanonicalFileName: (name) => name,
    getNewLine: () => '\n',
    // Packages of the workspace are read from their sources, so that a check needs no build.
    resolveModuleNameLiterals: (literals, containing, _redirected, options, tree) =>
      literals.map((literal) => {
        const mode = ts.getModeForUsageLocation(tree, literal, options);
        const from = toRelative(containing);
        const own = ts.resolveModuleName(literal.text, containing, config.options, project.host, undefined, undefined, mode).resolvedModule;
        if (own || from === undefined || !files.has(from)) return { resolvedModule: own };
        const source = project.resolve(literal.text, from, mode);
        return { resolvedModule: source === undefined || source === 'external' ? undefined : { resolvedFileName: toVirtual(source), extension: ts.Extension.Ts, isExternalLibraryImport: false } };
      }),
  };
}
