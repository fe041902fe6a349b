/** What this product reads of a package.json. Unknown or malformed parts are absent. */
export interface PackageJson {
  name?: string;
  type?: string;
  packageManager?: string;
  scripts: Record<string, string>;
  /** dependencies, devDependencies, peerDependencies and optionalDependencies in one. */
  dependencies: Record<string, string>;
  workspaces: string[];
  /** The whole object, for keys that only one tool reads. */
  raw: Record<string, unknown>;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function strings(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((e): e is [string, string] => typeof e[1] === 'string'));
}

/** Reads a package.json; undefined where it is not a JSON object. */
export function readPackageJson(source: string): PackageJson | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(source.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  if (!isObject(raw)) return undefined;
  const workspaces = Array.isArray(raw['workspaces']) ? raw['workspaces'] : isObject(raw['workspaces']) ? raw['workspaces']['packages'] : [];
  const text = (key: string) => (typeof raw[key] === 'string' ? raw[key] : undefined);
  return {
    name: text('name'),
    type: text('type'),
    packageManager: text('packageManager'),
    scripts: strings(raw['scripts']),
    dependencies: {
      ...strings(raw['optionalDependencies']), ...strings(raw['peerDependencies']),
      ...strings(raw['devDependencies']), ...strings(raw['dependencies']),
    },
    workspaces: (Array.isArray(workspaces) ? workspaces : []).filter((w): w is string => typeof w === 'string'),
    raw,
  };
}

/** Keys of package.json that hold a test tool's settings. */
const TEST_KEYS = ['jest', 'vitest', 'mocha', 'ava', 'tap', 'nyc', 'c8'] as const;

/**
 * The part of a shared file that steers the tests: of package.json the test scripts and the test tools' keys.
 *
 * @returns undefined for any other file, and for a package.json that has no such keys or does not parse
 */
export function testConfigOf(path: string, source: string): unknown {
  if (!/(^|\/)package\.json$/.test(path)) return undefined;
  const json = readPackageJson(source);
  if (!json) return undefined;
  const steering = new Set(Object.keys(json.scripts).filter((name) => /^(pre|post)?test(:|$)/.test(name)));
  // Scripts that those run, and so on: a set grows while it is walked.
  for (const name of steering) {
    const words = json.scripts[name]!.split(/[\s;&|'"]+/);
    for (const other of Object.keys(json.scripts)) if (words.includes(other.replace(/^(pre|post)(?=.)/, '')) || words.includes(other)) steering.add(other);
  }
  const scripts = Object.fromEntries(Object.entries(json.scripts).filter(([name]) => steering.has(name)));
  const keys = Object.fromEntries(TEST_KEYS.filter((k) => json.raw[k] !== undefined).map((k) => [k, json.raw[k]]));
  const found = { ...(Object.keys(scripts).length ? { scripts } : {}), ...keys };
  return Object.keys(found).length ? found : undefined;
}
