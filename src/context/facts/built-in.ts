/**
 * Names of attributes that the language's own values have. One of them after a dot says nothing of the symbol of the same name that a
 * project happens to define.
 */
const PYTHON = `append extend insert remove pop clear index count sort reverse copy keys values items get setdefault update popitem fromkeys add discard union
intersection difference issubset issuperset join split rsplit splitlines strip lstrip rstrip startswith endswith replace format format_map encode decode lower upper
title capitalize casefold swapcase center ljust rjust zfill find rfind partition rpartition isdigit isalpha isalnum isspace isupper islower isnumeric isidentifier
translate maketrans expandtabs read write close readline readlines writelines flush seek tell send throw real imag group groups groupdict start end span
match search sub fullmatch finditer findall name value args stdout stderr returncode`.split(/\s+/);

const SCRIPT = [Array, String, Object, Function, Map, Set, Promise, RegExp, Number, Date, JSON, Math, Symbol, Error, Uint8Array].flatMap((of) => [
  ...Object.getOwnPropertyNames(of), ...('prototype' in of ? Object.getOwnPropertyNames(of.prototype) : []),
]);

const GO = ['Error', 'String', 'Close', 'Read', 'Write', 'Len', 'Less', 'Swap', 'Lock', 'Unlock'];

const NAMES: Record<string, ReadonlySet<string>> = { python: new Set(PYTHON), javascript: new Set([...SCRIPT, 'log', 'error', 'warn', 'value']), go: new Set(GO) };

/** @param family  a language; TypeScript counts as `javascript` */
export const isBuiltIn = (family: string, name: string): boolean => NAMES[family]?.has(name) ?? false;
