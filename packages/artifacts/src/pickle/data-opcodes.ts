/** Opcodes that only move data: literals, containers, memo and stack. Argument forms: CPython Lib/pickletools.py. */
import { type ByteCursor, MAX_GATHER_BYTES, MalformedError } from '../byte-stream.ts'
import type { PickleMachine } from './machine.ts'
import {
  DictValue,
  GlobalValue,
  hashCost,
  InstanceValue,
  isTainted,
  KEPT_TEXT,
  OPAQUE,
  SequenceValue,
  UNKNOWN_TEXT,
  type Value,
} from './value.ts'

export type Opcode = (machine: PickleMachine) => void

const MAX_NUMBER_LINE = 1 << 16
const MAX_SHOWN_LITERAL = MAX_GATHER_BYTES
/** Hashing a tuple of more steps than this takes minutes. */
const MAX_HASH_COST = 5_000_000
const ENDED = 'the pickle ends in the middle of an instruction'

export const u8 = (cursor: ByteCursor): number => {
  if (cursor.position >= cursor.limit && !cursor.need(1)) throw new MalformedError(ENDED)
  return cursor.buffer[cursor.position++] as number
}

export const u16 = (cursor: ByteCursor): number => {
  if (!cursor.need(2)) throw new MalformedError(ENDED)
  const value = cursor.buffer.readUInt16LE(cursor.position)
  cursor.position += 2
  return value
}

export const i32 = (cursor: ByteCursor): number => {
  if (!cursor.need(4)) throw new MalformedError(ENDED)
  const value = cursor.buffer.readInt32LE(cursor.position)
  cursor.position += 4
  return value
}

export const u32 = (cursor: ByteCursor): number => i32(cursor) >>> 0

export const u64 = (cursor: ByteCursor): number => {
  const low = u32(cursor)
  const value = u32(cursor) * 2 ** 32 + low
  if (!Number.isSafeInteger(value)) throw new MalformedError('a length is beyond any file')
  return value
}

/** Decimal text of INT, GET and PUT; what Python's int() takes and we do not is malformed here. */
export const decimalLine = (cursor: ByteCursor): number => {
  const text = cursor.line(MAX_NUMBER_LINE).toString('latin1')
  if (!/^[+-]?\d+$/.test(text)) throw new MalformedError('a number is not written in decimal')
  return Number(text)
}

const text = (machine: PickleMachine, length: number): void => {
  const { cursor } = machine
  if (length > KEPT_TEXT) {
    machine.literal(length, MAX_SHOWN_LITERAL)
    return
  }
  if (!cursor.need(length)) throw new MalformedError(ENDED)
  const start = cursor.position
  cursor.position = start + length
  // Names on the allowlist are ASCII; other bytes read as Latin-1 can match none of them.
  machine.push(cursor.buffer.toString('latin1', start, start + length))
}

const bytes = (machine: PickleMachine, length: number): void => machine.literal(length, MAX_SHOWN_LITERAL)

const quotedLine: Opcode = (machine) => {
  const line = machine.cursor.longLine(MAX_SHOWN_LITERAL)
  if (line === undefined) {
    machine.push(OPAQUE)
    return
  }
  const shown = line.toString('latin1').trim()
  const quote = shown[0]
  if (shown.length < 2 || (quote !== '"' && quote !== "'") || shown.at(-1) !== quote)
    throw new MalformedError('a string is not quoted')
  if (shown.length > 64) machine.hooks.literal(unescapeBytes(shown.slice(1, -1)), machine.at)
  machine.push(shown.includes('\\') || shown.length > KEPT_TEXT ? UNKNOWN_TEXT : shown.slice(1, -1))
}

/** Python string escapes, as far as they matter to see a file inside of a literal. */
const unescapeBytes = (escaped: string): Buffer => {
  const plain: Readonly<Record<string, string>> = {
    n: '\n',
    r: '\r',
    t: '\t',
    '\\': '\\',
    "'": "'",
    '"': '"',
  }
  const replaced = escaped.replaceAll(
    /\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[nrt\\'"])/g,
    (_all, code: string) =>
      plain[code] ??
      String.fromCharCode(
        (code.startsWith('x') ? Number.parseInt(code.slice(1), 16) : Number.parseInt(code, 8)) & 255,
      ),
  )
  return Buffer.from(replaced, 'latin1')
}

const unicodeLine: Opcode = (machine) => {
  const line = machine.cursor.longLine(MAX_SHOWN_LITERAL)
  const shown = line?.toString('latin1')
  machine.push(shown === undefined || shown.length > KEPT_TEXT || shown.includes('\\') ? UNKNOWN_TEXT : shown)
}

const intLine: Opcode = (machine) => {
  const line = machine.cursor.line(MAX_NUMBER_LINE).toString('latin1').trim()
  if (line === '00' || line === '01') machine.push(line === '01')
  else if (/^[+-]?\d+L?$/.test(line)) machine.push(Number.parseInt(line, 10))
  else throw new MalformedError('a number is not written in decimal')
}

const longLine: Opcode = (machine) => {
  const line = machine.cursor.longLine(MAX_NUMBER_LINE)
  const shown = line?.toString('latin1')
  machine.push(shown !== undefined && /^[+-]?\d{1,15}L?$/.test(shown) ? Number.parseInt(shown, 10) : OPAQUE)
}

const shortLong = (machine: PickleMachine, length: number): void => {
  if (length < 0) throw new MalformedError('a number has a negative length')
  if (length > 6) {
    machine.cursor.skip(length)
    machine.push(OPAQUE)
    return
  }
  machine.push(length === 0 ? 0 : machine.cursor.take(length).readIntLE(0, length))
}

const isHookName = (key: string): boolean =>
  key === 'append' || key === 'extend' || key === 'add' || (key.startsWith('__') && key.endsWith('__'))

const isCallable = (value: Value): boolean =>
  value instanceof GlobalValue ||
  (value instanceof InstanceValue && (value.of?.name === 'partial' || value.of?.name === 'itemgetter'))

const checkHash = (machine: PickleMachine, key: Value): void => {
  if (hashCost(key) > MAX_HASH_COST)
    machine.report('pickle-bomb', 'a key is a tuple of tuples that takes exponential time to hash')
}

/** The keys of joblib's array wrapper. */
const keepArrayState = (target: DictValue, key: string, value: Value): void => {
  if (key !== 'dtype' && key !== 'shape' && key !== 'numpy_array_alignment_bytes') return
  target.array ??= {}
  if (key === 'dtype') target.array.dtype = value
  else if (key === 'shape') target.array.shape = value
  else target.array.alignment = value
}

const setItem = (machine: PickleMachine, target: Value, key: Value, value: Value): void => {
  checkHash(machine, key)
  const callable = isCallable(value)
  if (target instanceof DictValue) {
    if (callable && (typeof key === 'string' ? isHookName(key) : typeof key !== 'number'))
      target.hooked = true
    if (typeof key === 'string') keepArrayState(target, key, value)
    if (isTainted(value)) target.tainted = true
  } else if (target instanceof InstanceValue) {
    if (isTainted(value)) target.tainted = true
  } else if (target instanceof GlobalValue)
    machine.report('pickle-class-tampering', `items are set on ${target.label} itself`)
}

const setItems: Opcode = (machine) => {
  const items = machine.popToMark()
  const target = machine.top()
  if (items.length % 2 === 1) throw new MalformedError('a key has no value')
  for (let index = 0; index < items.length; index += 2)
    setItem(machine, target, items[index] as Value, items[index + 1] as Value)
}

const addItem = (machine: PickleMachine, target: Value, item: Value): void => {
  if (target instanceof SequenceValue) {
    target.length += 1
    if (isTainted(item)) target.tainted = true
  } else if (target instanceof InstanceValue) {
    if (isTainted(item)) target.tainted = true
  } else if (target instanceof GlobalValue)
    machine.report('pickle-class-tampering', `items are added to ${target.label} itself`)
}

const addItems =
  (hashes: boolean): Opcode =>
  (machine) => {
    const items = machine.popToMark()
    const target = machine.top()
    for (const item of items) {
      if (hashes) checkHash(machine, item)
      addItem(machine, target, item)
    }
  }

const fill = (target: SequenceValue, machine: PickleMachine, items: readonly Value[]): SequenceValue => {
  for (const item of items) addItem(machine, target, item)
  return target
}

const skipPush =
  (length: number): Opcode =>
  (machine) => {
    machine.cursor.skip(length)
    machine.push(OPAQUE)
  }

const tupleOf =
  (count: number): Opcode =>
  (machine) => {
    const items: Value[] = []
    for (let index = 0; index < count; index += 1) items.unshift(machine.pop())
    machine.tuple(items)
  }

const constant =
  (value: Value): Opcode =>
  (machine) =>
    machine.push(value)

const code = (character: string): number => character.charCodeAt(0)

export const DATA_OPCODES: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  [code('('), (m) => m.mark()],
  [code('0'), (m) => m.discard()],
  [code('1'), (m) => void m.popToMark()],
  [code('2'), (m) => m.push(m.top())],
  [
    code('F'),
    (m) => {
      m.cursor.line(MAX_NUMBER_LINE)
      m.push(OPAQUE)
    },
  ],
  [code('G'), skipPush(8)],
  [code('I'), intLine],
  [code('J'), (m) => m.push(i32(m.cursor))],
  [code('K'), (m) => m.push(u8(m.cursor))],
  [code('M'), (m) => m.push(u16(m.cursor))],
  [code('L'), longLine],
  [0x8a, (m) => shortLong(m, u8(m.cursor))],
  [0x8b, (m) => shortLong(m, i32(m.cursor))],
  [code('N'), constant(null)],
  [0x88, constant(true)],
  [0x89, constant(false)],
  [code('S'), quotedLine],
  [
    code('T'),
    (m) => {
      const length = i32(m.cursor)
      if (length < 0) throw new MalformedError('a string has a negative length')
      text(m, length)
    },
  ],
  [code('U'), (m) => text(m, u8(m.cursor))],
  [code('V'), unicodeLine],
  [code('X'), (m) => text(m, u32(m.cursor))],
  [0x8c, (m) => text(m, u8(m.cursor))],
  [0x8d, (m) => text(m, u64(m.cursor))],
  [code('B'), (m) => bytes(m, u32(m.cursor))],
  [code('C'), (m) => bytes(m, u8(m.cursor))],
  [0x8e, (m) => bytes(m, u64(m.cursor))],
  [0x96, (m) => bytes(m, u64(m.cursor))],
  [code('}'), (m) => m.push(new DictValue())],
  [code(']'), (m) => m.push(new SequenceValue())],
  [0x8f, (m) => m.push(new SequenceValue())],
  [code(')'), (m) => m.tuple([])],
  [code('t'), (m) => m.tuple(m.popToMark())],
  [0x85, tupleOf(1)],
  [0x86, tupleOf(2)],
  [0x87, tupleOf(3)],
  [code('l'), (m) => m.push(fill(new SequenceValue(), m, m.popToMark()))],
  [0x91, (m) => m.push(fill(new SequenceValue(), m, m.popToMark()))],
  [
    code('d'),
    (m) => {
      const items = m.popToMark()
      const dict = new DictValue()
      for (let index = 0; index + 1 < items.length; index += 2)
        setItem(m, dict, items[index] as Value, items[index + 1] as Value)
      m.push(dict)
    },
  ],
  [
    code('a'),
    (m) => {
      const item = m.pop()
      addItem(m, m.top(), item)
    },
  ],
  [code('e'), addItems(false)],
  [0x90, addItems(true)],
  [
    code('s'),
    (m) => {
      const value = m.pop()
      const key = m.pop()
      setItem(m, m.top(), key, value)
    },
  ],
  [code('u'), setItems],
  [code('g'), (m) => m.push(m.get(decimalLine(m.cursor)))],
  [code('h'), (m) => m.push(m.get(u8(m.cursor)))],
  [code('j'), (m) => m.push(m.get(u32(m.cursor)))],
  [code('p'), (m) => m.put(decimalLine(m.cursor), m.top())],
  [code('q'), (m) => m.put(u8(m.cursor), m.top())],
  [code('r'), (m) => m.put(u32(m.cursor), m.top())],
  [0x94, (m) => m.put(m.memoCount, m.top())],
])
