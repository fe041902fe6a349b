'use strict';
// Preloaded for a snippet that is to do without some modules and attributes, which stand in UNTILGREEN_GUARD. Its text was looked at
// before; this is for names that only show themselves at run time. Only what the snippet itself does is judged: a library that loads a
// blocked module for its own ends may do so. None of this is a wall, a snippet that wants to can step over it; the wall is the sandbox.
const fs = require('node:fs');
const Module = require('node:module');
const { join, sep } = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');

const HERE = process.cwd() + sep;
const { blocked, report } = JSON.parse(process.env.UNTILGREEN_GUARD ?? '{"blocked":[],"report":""}');
const { writeFileSync } = fs;
const builtin = new Set(Module.builtinModules);

/** As `jsPath` on the other side of the sandbox: one dotted path for `node:fs/promises`, `fs/promises` and `fs.promises`. */
function canonical(name) {
  const plain = name.replace(/^node:/, '');
  return builtin.has(plain) || builtin.has(plain.split(/[/.]/)[0]) ? plain.replaceAll('/', '.') : plain;
}
const names = blocked.map((name) => ({ name, path: canonical(name) }));
const blockedName = (path) => names.find((n) => path === n.path || path.startsWith(`${n.path}.`) || path.startsWith(`${n.path}/`))?.name;

const fileOf = (site) => {
  const file = site.getFileName() ?? '';
  return file.startsWith('file:') ? fileURLToPath(file) : file;
};
const isOwn = (file) => file.startsWith(HERE) && !file.includes(`${sep}node_modules${sep}`);

/** The call sites above this one, whatever the snippet did to `Error`. */
function callSites() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.stackTraceLimit = 100;
    const { stack } = new Error('where');
    return Array.isArray(stack) ? stack : [];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The snippet's call on whose behalf something happens; undefined while a module is being loaded. */
function caller() {
  for (const site of callSites()) {
    const file = fileOf(site);
    if (file === __filename) continue;
    if (file.startsWith('node:internal/modules/')) return undefined;
    if (isOwn(file)) return site;
  }
  return undefined;
}

/** The snippet's line, through the source map where it was TypeScript. */
function lineOf(site) {
  const line = site.getLineNumber();
  const entry = Module.findSourceMap(fileOf(site))?.findEntry(line - 1, site.getColumnNumber() - 1);
  return entry?.originalLine === undefined ? line : entry.originalLine + 1;
}

/** @param above  the guard's function under which the snippet's part of the stack begins */
function refuse(name, site, above) {
  const line = site && lineOf(site);
  try {
    // Only the first name met is told.
    writeFileSync(join(HERE, report), JSON.stringify({ name, line }), { flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const error = new Error(`${name} is blocked here${line === undefined ? '' : ` (line ${line})`}; do without it.`);
  Error.captureStackTrace(error, above);
  throw Object.assign(error, { name: 'BlockedImport', code: 'ERR_BLOCKED_IMPORT' });
}

const load = Module._load;
Module._load = function guardedLoad(request, parent, ...rest) {
  const name = typeof request === 'string' && parent && isOwn(parent.filename ?? '') ? blockedName(canonical(request)) : undefined;
  if (name !== undefined) refuse(name, callSites().find((site) => isOwn(fileOf(site))), Module._load);
  const loaded = load.call(this, request, parent, ...rest);
  if (typeof request === 'string' && !builtin.has(request.replace(/^node:/, ''))) replaceIn(loaded, canonical(request));
  return loaded;
};

if (process.getBuiltinModule) {
  const getBuiltinModule = process.getBuiltinModule;
  process.getBuiltinModule = function guardedGetBuiltinModule(id) {
    const name = blockedName(canonical(String(id)));
    const site = name === undefined ? undefined : caller();
    if (site) refuse(name, site, process.getBuiltinModule);
    return getBuiltinModule.call(this, id);
  };
}

function resolving(specifier, parent) {
  if (!parent?.startsWith('file:') || !isOwn(fileURLToPath(parent))) return;
  const name = blockedName(canonical(specifier));
  if (name !== undefined) refuse(name, callSites().find((site) => isOwn(fileOf(site))), resolving);
}

if (Module.registerHooks) {
  Module.registerHooks({
    resolve(specifier, context, next) {
      resolving(specifier, context.parentURL);
      return next(specifier, context);
    },
  });
} else if (require('node:worker_threads').isMainThread) {
  // Older Node asks its loader hooks in a thread of theirs, where this very file is loaded as a module.
  Module.register(pathToFileURL(__filename), { parentURL: pathToFileURL(HERE) });
}
exports.resolve = async function resolve(specifier, context, next) {
  resolving(specifier, context.parentURL);
  return next(specifier, context);
};

/** What each object has replaced already: a package is loaded more than once. */
const replaced = new WeakMap();

function replaceIn(root, path) {
  for (const { name, path: whole } of names) {
    if (!whole.startsWith(`${path}.`)) continue;
    const keys = whole.slice(path.length + 1).split('.');
    const last = keys.pop();
    const holder = keys.reduce((inner, key) => (inner === null || inner === undefined ? undefined : inner[key]), root);
    if (Object(holder) !== holder || !(last in holder)) continue;
    const before = replaced.get(holder) ?? new Set();
    if (before.has(last)) continue;
    replaced.set(holder, before.add(last));
    const described = Object.getOwnPropertyDescriptor(holder, last);
    if (described && !described.configurable && !described.writable) continue;
    const real = holder[last];
    const check = (above) => {
      const site = caller();
      if (site) refuse(name, site, above);
    };
    if (typeof real === 'function') {
      // A proxy, so that classes can still be derived from and asked with `instanceof`.
      const value = new Proxy(real, {
        apply: function apply(target, self, args) {
          check(apply);
          return Reflect.apply(target, self, args);
        },
        construct: function construct(target, args, made) {
          check(construct);
          return Reflect.construct(target, args, made);
        },
      });
      Object.defineProperty(holder, last, { value, writable: true, configurable: true, enumerable: described?.enumerable ?? true });
    } else {
      const get = () => {
        check(get);
        return real;
      };
      Object.defineProperty(holder, last, { get, configurable: true, enumerable: described?.enumerable ?? true });
    }
  }
}

for (const module of new Set(names.map(({ path }) => path.split('.')[0]))) {
  if (module === 'globalThis') replaceIn(globalThis, module);
  else if (builtin.has(module)) replaceIn(require(module), module);
}
Module.syncBuiltinESMExports();
