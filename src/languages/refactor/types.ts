import type { Sandbox } from '../../sandbox/types.ts';
import type { RelativePath, Workbench } from '../../workspace/types.ts';
import type { LanguageName } from '../types.ts';

/**
 * A thing that code declares: `area` (function, class, constant or type at the top of a module), `Circle.area` (a member),
 * `outer.inner` (a function in a function).
 */
export type SymbolName = string;

/** Gives a symbol, or one of its parameters, another name wherever it is meant. */
export interface Rename {
  kind: 'rename';
  /** The file that declares it. Absent: the only one that does; else `ambiguous`. */
  path?: RelativePath;
  symbol: SymbolName;
  /** A parameter of the function `symbol`; callers that give it by name follow. */
  parameter?: string;
  /** The new last part of the name. */
  to: string;
  /** Leaves `old = new` (or its like) where others may import the old name. Default false. */
  keepOld?: boolean;
}

/** Moves symbols of the top of a module into another, existing or new one. */
export interface MoveSymbols {
  kind: 'move_symbols';
  from: RelativePath;
  symbols: SymbolName[];
  to: RelativePath;
  /** Leaves a re-export in the old module. Default false. */
  keepOld?: boolean;
}

/** Moves or renames a file, or a folder with all that is in it (a package). */
export interface MoveModule {
  kind: 'move_module';
  from: RelativePath;
  to: RelativePath;
  /** Leaves a module in the old place that re-exports everything. Default false. */
  keepOld?: boolean;
}

/** Puts the content of modules into one and removes them. `into` may be one of them, or new. */
export interface MergeModules {
  kind: 'merge_modules';
  from: RelativePath[];
  into: RelativePath;
  keepOld?: boolean;
}

/** Moves symbols of one module into several others in one go. What is named in no part stays. */
export interface SplitModule {
  kind: 'split_module';
  path: RelativePath;
  parts: { to: RelativePath; symbols: SymbolName[] }[];
  keepOld?: boolean;
}

/** Makes a function of whole statements, or of one expression, and calls it in their place. */
export interface ExtractFunction {
  kind: 'extract_function';
  path: RelativePath;
  /** 1-based, inclusive. */
  fromLine: number;
  toLine: number;
  /** 1-based columns in UTF-16 units, `toColumn` exclusive: for a part of a line. */
  fromColumn?: number;
  toColumn?: number;
  name: string;
}

/** Puts the body of a function where it is called, everywhere, and removes it. */
export interface InlineFunction {
  kind: 'inline_function';
  path: RelativePath;
  symbol: SymbolName;
}

/** Adds, drops and reorders parameters; every call follows. Carried out in the order drop, add, order. */
export interface ChangeSignature {
  kind: 'change_signature';
  path: RelativePath;
  symbol: SymbolName;
  /** Parameters whose argument goes too; one that the body still uses is refused. */
  drop?: string[];
  /** `value` is what calls give, in the language's own words; a default keeps them as they are. */
  add?: { name: string; type?: string; default?: string; value?: string }[];
  /** All parameters that are left, in the new order (without `self`). */
  order?: string[];
}

/** Removes unused imports, and private functions, classes and constants that nothing names. */
export interface RemoveUnused {
  kind: 'remove_unused';
  /** Default: every file of the language. */
  paths?: RelativePath[];
  /** `imports` alone, or `symbols` too (default): what is exported, registered, tested or overridden is never one. */
  what?: 'imports' | 'symbols';
}

/**
 * Repairs imports that point to nothing, after files or symbols were moved by hand, where the project says in exactly one way what is meant;
 * then drops unused ones and sorts, in the files that changed or in `paths`.
 */
export interface UpdateImports {
  kind: 'update_imports';
  /** Where something went: a file, a folder, or a module as imports spell it. Absent: found out. */
  moved?: { from: string; to: string }[];
  /** Files whose imports are also put in order. Default: those that had to be repaired. */
  paths?: RelativePath[];
}

/** One refactoring. Carried out whole, or refused with the reason. */
export type Operation =
  | Rename | MoveSymbols | MoveModule | MergeModules | SplitModule | ExtractFunction | InlineFunction | ChangeSignature | RemoveUnused | UpdateImports;
export type OperationKind = Operation['kind'];

/** Why an engine would not do it. */
export type RefusalReason =
  /** The new name is taken where it would have to stand. */
  | 'name_clash'
  /** `getattr`, `eval`, computed names, star imports: what means it cannot be known. */
  | 'dynamic_use'
  /** Others outside the project rely on it (an entry point, `__all__` of a published package) and no `keepOld` was asked for. Only where the refactoring would break them silently. */
  | 'exported_api'
  /** It would make modules import each other in a circle. */
  | 'import_cycle'
  /** The project holds no such symbol, module or lines. */
  | 'not_found'
  /** Several things have the name. */
  | 'ambiguous'
  /** A file concerned does not parse. */
  | 'broken_file'
  /** The code is of a form that this engine does not treat. */
  | 'unsupported'
  /** The result would do something else. */
  | 'behaviour'
  /** A program that it needs is not on this machine. */
  | 'missing_tool'
  /** What it made broke something that held before; it was taken back. */
  | 'gate';

/** What a refactoring does to one file. `moved` keeps the file's mode and, without `text`, its bytes. */
export type FileEdit =
  | { kind: 'write'; path: RelativePath; text: string }
  | { kind: 'delete'; path: RelativePath }
  | { kind: 'moved'; from: RelativePath; path: RelativePath; text?: string };

/** Something that a person should look at, or that went along. */
export interface Note {
  /** `mention`: prose that names it; `string`: a string that may mean it and stays; `dynamic`: a use by a computed name; `also`: moved or changed along, with the reason; `kept`: left as it was, with the reason. */
  kind: 'mention' | 'string' | 'dynamic' | 'also' | 'kept';
  path: RelativePath;
  /** 1-based, in the file as it was before. */
  line: number;
  text: string;
}

export interface Refactoring {
  /** Each path at most once. Empty: there was nothing to do (`remove_unused`, `update_imports`). */
  edits: FileEdit[];
  notes: Note[];
  /** `Renamed area to surface: 12 places in 4 files.` */
  summary: string;
}

/** A fault that a gate found. Two are the same where path, code and message are. */
export interface Problem {
  path: RelativePath;
  /** 1-based; of no weight when problems are compared. */
  line: number;
  /** `F821`, `TS2304`, `ImportError`, … */
  code: string;
  message: string;
}

/** What an engine may touch: the copy for reading, the sandbox for whatever runs the project or its toolchain. */
export interface RefactorContext {
  bench: Workbench;
  sandbox: Sandbox;
  signal?: AbortSignal;
}

/**
 * The refactorings of one language family. Deterministic: no model, no clock, no order of the directory. Everything is computed from the copy
 * and nothing is written; the caller writes, runs the gates, and takes back.
 */
export interface RefactorEngine {
  readonly languages: readonly LanguageName[];
  /** What it can do. The others are refused as `unsupported`. */
  readonly operations: ReadonlySet<OperationKind>;
  /**
   * Computes an operation over the whole project.
   *
   * @throws `refactoring_refused` with `data.reason` a `RefusalReason` (see `refuse`); `cancelled`
   */
  compute(operation: Operation, context: RefactorContext): Promise<Refactoring>;
  /** Undefined names, unused imports and the like in the given files as they stand now; static, executes nothing of the project. */
  lint(paths: readonly RelativePath[], context: RefactorContext): Promise<Problem[]>;
  /** Loads each of the given files alone in a fresh process in the sandbox (import, compile); what fails, with the reason. Test files are not loaded. */
  load(paths: readonly RelativePath[], context: RefactorContext): Promise<Problem[]>;
  /** The project's own type check; undefined where it has none or it cannot run here. */
  types(context: RefactorContext): Promise<Problem[] | undefined>;
}
