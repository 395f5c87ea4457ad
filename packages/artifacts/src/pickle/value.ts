/** What the pickle machine knows of the values on its stack: names and shapes where a call depends on them, else nothing. */

/** Anything whose content does not matter: floats, bytes, long strings, results that cannot be called. */
export const OPAQUE = Symbol('opaque')
/** A bytes literal that holds a file of its own, which was scanned to its end and found clean. */
export const CLEAN_FILE = Symbol('clean file')
/** A string whose text was not kept; using it as a name makes the import dynamic. */
export const UNKNOWN_TEXT = Symbol('unknown text')

/** How an allowlisted name may be used: called, made by `__new__`, or only mentioned. Absent: not on the list. */
export type Use = 'call' | 'new' | 'mention' | 'unlisted'

export class GlobalValue {
  readonly module: string
  readonly name: string
  readonly use: Use
  constructor(module: string, name: string, use: Use) {
    this.module = module
    this.name = name
    this.use = use
  }
  get label(): string {
    return `${this.module}.${this.name}`
  }
}

/** The result of a call or of `__new__`. */
export class InstanceValue {
  readonly of: GlobalValue | undefined
  /** Kept where readers of array data need them (NumPy types, array wrappers), else null. */
  readonly args: Value
  state: Value = null
  /** Something callable was put in, directly or deeper. */
  tainted: boolean
  constructor(of: GlobalValue | undefined, args: Value, tainted: boolean) {
    this.of = of
    this.args = args
    this.tainted = tainted
  }
}

export class TupleValue {
  /** The first KEPT_ITEMS items; `length` counts all. */
  readonly items: readonly Value[]
  readonly length: number
  readonly tainted: boolean
  /** Steps that hashing it takes: equal parts are hashed again and again, so this can grow exponentially. */
  readonly cost: number
  constructor(items: readonly Value[], length: number, tainted: boolean, cost: number) {
    this.items = items
    this.length = length
    this.tainted = tainted
    this.cost = cost
  }
}

/** A list, set or frozenset: items are not kept. */
export class SequenceValue {
  tainted = false
  length = 0
}

export class DictValue {
  tainted = false
  /** Holds a callable under a name that the loader looks up and calls. */
  hooked = false
  /** The state of an array wrapper: what tells the length of the data behind it. */
  array: ArrayState | undefined = undefined
}

export type ArrayState = { dtype?: Value; shape?: Value; alignment?: Value }

export type Value =
  | null
  | boolean
  | number
  | string
  | typeof OPAQUE
  | typeof UNKNOWN_TEXT
  | typeof CLEAN_FILE
  | GlobalValue
  | InstanceValue
  | TupleValue
  | SequenceValue
  | DictValue

export const KEPT_ITEMS = 8
/** Longer strings cannot be a name on the list. */
export const KEPT_TEXT = 160

/**
 * What the memo gives back for a container that it did not keep, once a pickle is very large. It counts as tainted:
 * nothing is known of it, so no call may depend on it.
 */
export const FORGOTTEN = new DictValue()
FORGOTTEN.tainted = true
FORGOTTEN.hooked = true

export const isTainted = (value: Value): boolean => {
  if (typeof value !== 'object' || value === null) return false
  return value instanceof GlobalValue ? true : value.tainted
}

export const hashCost = (value: Value): number => (value instanceof TupleValue ? value.cost : 1)

export const makeTuple = (items: readonly Value[]): TupleValue => {
  let tainted = false
  let cost = 1
  for (const item of items) {
    if (typeof item !== 'object' || item === null) {
      cost += 1
      continue
    }
    cost += hashCost(item)
    tainted = tainted || isTainted(item)
  }
  return new TupleValue(
    items.length > KEPT_ITEMS ? items.slice(0, KEPT_ITEMS) : items,
    items.length,
    tainted,
    cost,
  )
}
