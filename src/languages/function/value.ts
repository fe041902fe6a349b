/**
 * A value of any of the languages, as cases give it and candidates return it. It travels as JSON between a driver inside the
 * sandbox and the host.
 */
export type Value =
  /** `None`, `null`, `nil`. */
  | { kind: 'null' }
  /** JavaScript's `undefined`. */
  | { kind: 'undefined' }
  | { kind: 'bool'; value: boolean }
  /** Decimal digits with an optional minus: integers of any size. JavaScript's numbers without a fraction are of this kind. */
  | { kind: 'int'; value: string }
  /** A number with a fraction or an exponent; `nan`, `inf` and `-inf` are written so. */
  | { kind: 'float'; value: number | 'nan' | 'inf' | '-inf' }
  | { kind: 'string'; value: string }
  /** Python's `bytes`, Go's `[]byte`, as lower-case hex. */
  | { kind: 'bytes'; value: string }
  | { kind: 'list'; items: Value[] }
  | { kind: 'tuple'; items: Value[] }
  /** Order does not count. */
  | { kind: 'set'; items: Value[] }
  /** Python's `dict`, a plain object, a JavaScript or Go `map`; order does not count. */
  | { kind: 'map'; entries: [Value, Value][] }
  /** Anything else: its class and how the language prints it. */
  | { kind: 'object'; type: string; text: string };

/** What a type annotation says, as far as inputs can be made from it. */
export type TypeShape =
  | { kind: 'any' | 'null' | 'bool' | 'int' | 'float' | 'string' | 'bytes' }
  | { kind: 'list' | 'set'; item: TypeShape }
  /** `Tuple[int, str]`; with `rest` any number of `items[0]`. */
  | { kind: 'tuple'; items: TypeShape[]; rest?: boolean }
  | { kind: 'map'; key: TypeShape; value: TypeShape }
  /** A struct, interface or object type with named fields. */
  | { kind: 'record'; fields: { name: string; type: TypeShape; optional?: boolean }[] }
  | { kind: 'union'; options: TypeShape[] }
  /** A function, a class, a type variable: no inputs can be made. */
  | { kind: 'other'; text: string };
