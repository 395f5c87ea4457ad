/**
 * The unpickler as an abstract machine: the same stack, marks and memo as CPython's, but values are only what calls
 * depend on. It never imports or calls anything. Source: CPython Modules/_pickle.c and Lib/pickletools.py.
 */
import { type ByteCursor, MalformedError } from '../byte-stream.ts'
import type { RuleId } from '../rules.ts'
import type { AllowedGlobals } from './allowed-globals.ts'
import { type InstanceValue, makeTuple, OPAQUE, type Value } from './value.ts'

export type PickleHooks = {
  report(rule: RuleId, message: string, location: string): void
  /** A bytes or string literal that may itself be a file; `bytes` is valid until the hook returns. Gives its value. */
  literal(bytes: Buffer, offset: number): Value
  /** After BUILD: joblib puts raw array data behind its wrapper objects. */
  built(instance: InstanceValue, machine: PickleMachine): void
  /** A PyTorch storage: ('storage', type, key, device, elements, …). */
  storage?(id: readonly Value[]): void
  checkTime(): void
}

export type PickleDialect = {
  /** PyTorch storages come in through persistent ids; elsewhere they are not verified. */
  readonly persistentIds: 'torch' | 'refuse'
  readonly allowed: AllowedGlobals
}

const MAX_STACK = 1_000_000
const MAX_MEMO = 16_000_000
/** From here on only objects and strings that may be names are kept, so that huge vocabularies fit in memory. */
const SPARSE_MEMO = 300_000
const MAX_SPARSE_ENTRIES = 1_000_000

export class PickleMachine {
  readonly cursor: ByteCursor
  readonly hooks: PickleHooks
  readonly dialect: PickleDialect
  stack: Value[] = []
  marks: number[] = []
  readonly memo: Value[] = []
  /** Entries written out of order; ordinary pickles number theirs from zero. */
  readonly #sparse = new Map<number, Value>()
  memoCount = 0
  protocol = 0
  /** Offset of the opcode being executed. */
  at = 0
  stopped = false
  /** What STOP left. */
  result: Value = null

  constructor(cursor: ByteCursor, hooks: PickleHooks, dialect: PickleDialect) {
    this.cursor = cursor
    this.hooks = hooks
    this.dialect = dialect
  }

  report(rule: RuleId, message: string): void {
    this.hooks.report(rule, message, `offset ${this.at}`)
  }

  push(value: Value): void {
    if (this.stack.length >= MAX_STACK)
      throw new MalformedError('the stack of the pickle grows beyond all models')
    this.stack.push(value)
  }

  pop(): Value {
    const value = this.stack.pop()
    const fence = this.marks.length === 0 ? 0 : (this.marks[this.marks.length - 1] ?? 0)
    if (value === undefined || this.stack.length < fence)
      throw new MalformedError('the stack of the pickle is empty')
    return value
  }

  top(): Value {
    const value = this.stack[this.stack.length - 1]
    const fence = this.marks.length === 0 ? 0 : (this.marks[this.marks.length - 1] ?? 0)
    if (value === undefined || this.stack.length <= fence)
      throw new MalformedError('the stack of the pickle is empty')
    return value
  }

  mark(): void {
    if (this.marks.length >= MAX_STACK) throw new MalformedError('too many marks')
    this.marks.push(this.stack.length)
  }

  /** Position of the topmost mark, which is removed. */
  popMark(): number {
    const mark = this.marks.pop()
    if (mark === undefined) throw new MalformedError('the pickle has no mark where it needs one')
    return mark
  }

  /** Everything above the mark, taken from the stack. */
  popToMark(): Value[] {
    return this.stack.splice(this.popMark())
  }

  /** As CPython: on a mark POP removes the mark. */
  discard(): void {
    const mark = this.marks[this.marks.length - 1]
    if (mark !== undefined && mark === this.stack.length) this.marks.pop()
    else this.pop()
  }

  put(index: number, value: Value): void {
    if (!(index >= 0 && index <= 0xffff_ffff)) throw new MalformedError('a memo index is out of range')
    const kept = this.memoCount > SPARSE_MEMO ? this.dialect.allowed.condense(value) : value
    if (index < this.memo.length) {
      this.memo[index] = kept
      return
    }
    if (!this.#sparse.has(index)) this.memoCount += 1
    if (index === this.memo.length && index < MAX_MEMO) {
      this.#sparse.delete(index)
      this.memo.push(kept)
      return
    }
    if (this.#sparse.size >= MAX_SPARSE_ENTRIES)
      throw new MalformedError('the memo of the pickle grows beyond all models')
    this.#sparse.set(index, kept)
  }

  get(index: number): Value {
    const value = index < this.memo.length ? this.memo[index] : this.#sparse.get(index)
    if (value === undefined) throw new MalformedError(`memo entry ${index} was never written`)
    return value
  }

  tuple(items: Value[]): void {
    this.push(makeTuple(items))
  }

  /** A copy that may run ahead on other bytes without changing this one. */
  fork(cursor: ByteCursor, hooks: PickleHooks): PickleMachine {
    const copy = new PickleMachine(cursor, hooks, this.dialect)
    copy.stack = this.stack.slice()
    copy.marks = this.marks.slice()
    for (const value of this.memo) copy.memo.push(value)
    copy.memoCount = this.memoCount
    return copy
  }

  /** The rest of a literal: gathered and shown to the hook while small, passed over otherwise. */
  literal(length: number, maxShown: number): void {
    const { cursor } = this
    if (length > maxShown) {
      cursor.skip(length)
      this.push(OPAQUE)
      return
    }
    const offset = cursor.offset
    this.push(this.hooks.literal(cursor.take(length), offset))
  }
}
