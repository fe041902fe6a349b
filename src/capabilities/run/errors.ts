import type { Contract } from '../types.ts';

/** Classes of exceptions and the class that each is one of, as far as code without own classes raises them: `except ValueError` catches a `JSONDecodeError`. */
const PARENTS: Readonly<Record<string, string>> = {
  // Python's, and those of its standard library that pure code meets
  ZeroDivisionError: 'ArithmeticError', OverflowError: 'ArithmeticError', FloatingPointError: 'ArithmeticError', InvalidOperation: 'ArithmeticError', DivisionByZero: 'ZeroDivisionError',
  IndexError: 'LookupError', KeyError: 'LookupError',
  UnicodeError: 'ValueError', UnicodeDecodeError: 'UnicodeError', UnicodeEncodeError: 'UnicodeError', UnicodeTranslateError: 'UnicodeError',
  JSONDecodeError: 'ValueError', StatisticsError: 'ValueError', AddressValueError: 'ValueError', NetmaskValueError: 'ValueError',
  NotImplementedError: 'RuntimeError', RecursionError: 'RuntimeError', ModuleNotFoundError: 'ImportError', UnboundLocalError: 'NameError', IndentationError: 'SyntaxError',
};
/** Every exception of JavaScript is an `Error`, and every one of Python an `Exception`. */
const ROOTS = new Set(['Error', 'Exception', 'BaseException']);
/** What Go's runner calls an error that was returned; panics have names of their own. */
const RETURNED = 'error';

/** Is a raised exception of the wanted class, or of one below it. */
export function isA(raised: string, wanted: string): boolean {
  if (ROOTS.has(wanted)) return true;
  for (let name: string | undefined = raised; name !== undefined; name = Object.hasOwn(PARENTS, name) ? PARENTS[name] : undefined) if (name === wanted) return true;
  return false;
}

/** Does a contract name this exception? Where it names no class, in Go, it names every error that is returned; a panic never. */
export function isDeclared(raised: string, { language, errors }: Pick<Contract, 'language' | 'errors'>): boolean {
  if (language === 'go') return errors.length > 0 && raised === RETURNED;
  return errors.some(({ error }) => error === undefined || isA(raised, error));
}
