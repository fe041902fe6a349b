import type { FunctionLanguageName } from '../../languages/function/types.ts';
import { impureGo } from './purity/go.ts';
import { impureJavascript } from './purity/javascript.ts';
import { impurePython } from './purity/python.ts';

/** A line that uses what a tool has no business with. */
export interface Impurity {
  line: number;
  /** `It reads the clock (Date.now).` */
  message: string;
}

/**
 * What the text says against a tool beside what `FunctionLanguage.screen` finds: the clock, chance, identities and state. Modules are those of a
 * list of modules that compute; one that is not on it is refused, so that the list need not know them all. Go's screen goes by such a list already;
 * what those packages do beside computing is told here.
 */
export function impurityOf(language: FunctionLanguageName, name: string, code: string): Promise<Impurity | undefined> {
  switch (language) {
    case 'python':
      return impurePython(`${name}.py`, code);
    case 'javascript':
      return impureJavascript(`${name}.js`, code);
    case 'typescript':
      return impureJavascript(`${name}.ts`, code);
    case 'go':
      return Promise.resolve(impureGo(code));
  }
}
