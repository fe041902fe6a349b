import { packCalls, type PackedCalls } from './packed.ts';
import type { CallFact, SymbolFact } from './types.ts';

/** A symbol with the range of its text, while a file is read. */
export interface Ranged extends SymbolFact {
  from: number;
  to: number;
}

/** Gathers symbols and calls in the order of the text, and knows at each position what encloses it. */
export class Scopes {
  readonly symbols: Ranged[] = [];
  readonly #calls = new Map<string, CallFact>();
  readonly #open: number[] = [];

  /** The innermost symbol around a position, -1 for the module. Positions must not go back. */
  enclosing(at: number): number {
    while (this.#open.length > 0 && this.symbols[this.#open.at(-1)!]!.to <= at) this.#open.pop();
    return this.#open.at(-1) ?? -1;
  }

  /** Names from the outermost symbol around a position to the innermost. */
  parents(at: number): string[] {
    this.enclosing(at);
    return this.#open.map((index) => this.symbols[index]!.name);
  }

  /** @param opens  whether what stands inside belongs to it */
  add(symbol: Ranged, opens: boolean): number {
    const index = this.symbols.push(symbol) - 1;
    if (opens) this.#open.push(index);
    return index;
  }

  call(name: string, on: string, at: number, line: number): void {
    if (name === '') return;
    const from = this.enclosing(at);
    const key = `${from} ${on}.${name}`;
    const known = this.#calls.get(key);
    if (known) known.count += 1;
    else this.#calls.set(key, { name, on, from, line, count: 1 });
  }

  get calls(): PackedCalls {
    return packCalls(this.#calls.values());
  }

  /** The symbols without their ranges, which only counted while the file was read. */
  get facts(): SymbolFact[] {
    return this.symbols.map(({ from: _from, to: _to, ...fact }) => fact);
  }
}
