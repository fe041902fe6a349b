import type { OpenWorkbench } from '../workspace/types.ts';

/**
 * The workbench with something done about some of its methods.
 *
 * @param names the methods
 * @param around what becomes of a call; `call` makes it
 */
export function watchedBench(bench: OpenWorkbench, names: ReadonlySet<PropertyKey>, around: (call: () => unknown) => unknown): OpenWorkbench {
  return new Proxy(bench, {
    get(target, name) {
      // Private fields ask for the real object as `this`.
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (!names.has(name)) return value.bind(target) as unknown;
      return (...args: unknown[]) => around(() => Reflect.apply(value, target, args));
    },
  });
}
