/** Pickles in a file: one or several, with joblib's array data, nested pickles in literals, and PyTorch's legacy stream. */
import { memorySource } from '../byte-source.ts'
import { ByteCursor, type ByteStream, MalformedError, streamOf } from '../byte-stream.ts'
import type { Content } from '../content.ts'
import { allowedGlobals } from '../pickle/allowed-globals.ts'
import { arrayDataOf, isArrayWrapper, storageElementBytes } from '../pickle/array-data.ts'
import type { PickleDialect, PickleHooks, PickleMachine } from '../pickle/machine.ts'
import { CLEAN_FILE, OPAQUE, type Value } from '../pickle/value.ts'
import { runMachine, walkPickle } from '../pickle/walk-pickle.ts'
import { RULES, type RuleId } from '../rules.ts'
import type { ScanContext } from '../scan-context.ts'

const MAX_STACKED = 100_000
const MAX_NESTING = 8
const PROBE_BYTES = 1 << 16
const MAX_PROBE_MEMO = 200_000
const IDENTIFIER = /^imports "[A-Za-z_][\w.]*"/

export type PickleOptions = {
  readonly persistentIds: PickleDialect['persistentIds']
  /** Called for each PyTorch storage: key, bytes (undefined when its type is unknown). */
  readonly onStorage?: (key: string, bytes: number | undefined) => void
}

type Told = { readonly rule: RuleId; readonly message: string; readonly location: string }

const PLAIN: PickleOptions = { persistentIds: 'refuse' }

/** A literal that starts as a pickle does. Most such bytes are not one: `probe` decides. */
const looksLikePickle = (bytes: Buffer): boolean => {
  const first = bytes[0]
  if (bytes.length < 4) return false
  if (first === 0x80) return (bytes[1] ?? 255) <= 5
  return /^[(]?[ci][\w.]{1,80}\n[\w.]{1,80}\n/.test(bytes.toString('latin1', 0, 170))
}

const collecting = (told: Told[], checkTime: () => void, nesting: number): PickleHooks => ({
  report: (rule, message, location) => void told.push({ rule, message, location }),
  literal: (bytes, offset) => {
    nested(bytes, offset, told, checkTime, nesting + 1)
    return OPAQUE
  },
  built: () => undefined,
  checkTime,
})

/** Bytes inside of a literal only run if something unpickles them: a finding needs a danger, or a whole pickle. */
const nested = (
  bytes: Buffer,
  offset: number,
  into: Told[],
  checkTime: () => void,
  nesting: number,
): void => {
  if (nesting > MAX_NESTING || !looksLikePickle(bytes)) return
  const told: Told[] = []
  let whole = true
  try {
    const copy = Buffer.from(bytes)
    walkPickle(new ByteCursor(streamOf(memorySource(copy))), collecting(told, checkTime, nesting), {
      persistentIds: 'torch',
      allowed: allowedGlobals,
    })
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    whole = false
  }
  for (const one of told)
    if (whole || RULES[one.rule].verdict === 'blocked')
      into.push({
        ...one,
        message: `nested pickle ${one.message}`,
        location: `offset ${Math.max(0, offset)}`,
      })
}

/** What `pickle.load` would do where joblib reads array data: findings need a danger or a readable import. */
const probeArrayData = (
  machine: PickleMachine,
  report: PickleHooks['report'],
  checkTime: () => void,
): void => {
  const { cursor } = machine
  if (machine.memo.length > MAX_PROBE_MEMO) return
  cursor.need(PROBE_BYTES)
  const bytes = Buffer.from(
    cursor.buffer.subarray(cursor.position, Math.min(cursor.limit, cursor.position + PROBE_BYTES)),
  )
  const told: Told[] = []
  try {
    runMachine(
      machine.fork(
        new ByteCursor(streamOf(memorySource(bytes)), cursor.offset),
        collecting(told, checkTime, 1),
      ),
    )
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
  }
  for (const one of told) {
    const plausible = one.rule === 'pickle-unknown-global' && IDENTIFIER.test(one.message)
    if (plausible || one.rule === 'pickle-dangerous-global')
      report(one.rule, `${one.message} in what joblib would read as array data`, one.location)
  }
}

const readArrayData = (
  machine: PickleMachine,
  hooks: PickleHooks,
  dialect: PickleDialect,
  nesting: number,
): void => {
  const wrapper = machine.top()
  if (typeof wrapper !== 'object' || wrapper === null || !('of' in wrapper) || !isArrayWrapper(wrapper))
    return
  const data = arrayDataOf(wrapper)
  if (data.kind === 'pickle') {
    if (nesting > MAX_NESTING) throw new MalformedError('arrays of objects are nested too deep')
    walkPickle(machine.cursor, hooksFor(hooks, dialect, nesting + 1), dialect)
  } else {
    probeArrayData(machine, hooks.report, hooks.checkTime)
    const padding = data.padded ? (machine.cursor.take(1)[0] ?? 0) : 0
    machine.cursor.skip(padding + data.bytes)
  }
  machine.stack[machine.stack.length - 1] = OPAQUE
}

const hooksFor = (base: PickleHooks, dialect: PickleDialect, nesting: number): PickleHooks => ({
  ...base,
  built: (_instance, machine) => readArrayData(machine, base, dialect, nesting),
})

const MAGIC = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex')

const isTorchStream = (bytes: Buffer): boolean => MAGIC.equals(bytes.subarray(0, MAGIC.length))

/** A storage that was pickled without PyTorch's own writer is a whole file inside of a literal. */
const scanNestedTorch = (context: ScanContext, bytes: Buffer, offset: number): Value => {
  if (context.depth >= context.limits.maxDepth) {
    context.report('pickle-limit', 'files are nested too deep in literals', `offset ${offset}`)
    return OPAQUE
  }
  let clean = true
  const inner: ScanContext = {
    ...context,
    depth: context.depth + 1,
    setFormat: () => undefined,
    report: (rule, message) => {
      clean = false
      context.report(rule, `nested file: ${message}`, `offset ${offset}`)
    },
  }
  scanTorchStream(inner, new ByteCursor(streamOf(memorySource(Buffer.from(bytes)))))
  return clean ? CLEAN_FILE : OPAQUE
}

const baseHooks = (context: ScanContext, options: PickleOptions): PickleHooks => ({
  report: (rule, message, location) => context.report(rule, message, location),
  literal: (bytes, offset) => {
    if (isTorchStream(bytes)) return scanNestedTorch(context, bytes, offset)
    if (!looksLikePickle(bytes)) return OPAQUE
    const told: Told[] = []
    nested(bytes, offset, told, context.budget.checkTime, 1)
    for (const { rule, message, location } of told) context.report(rule, message, location)
    return OPAQUE
  },
  built: () => undefined,
  storage: ([, type, key, , elements]) => {
    const each = storageElementBytes(type)
    const count = typeof elements === 'number' ? elements : undefined
    options.onStorage?.(String(key), each === undefined || count === undefined ? undefined : each * count)
  },
  checkTime: context.budget.checkTime,
})

/** Walks one pickle and gives its result; undefined when it broke, which is reported. */
export const readPickle = (
  context: ScanContext,
  cursor: ByteCursor,
  options: PickleOptions = PLAIN,
): PickleMachine | undefined => {
  const dialect: PickleDialect = { persistentIds: options.persistentIds, allowed: allowedGlobals }
  const start = cursor.offset
  try {
    return walkPickle(cursor, hooksFor(baseHooks(context, options), dialect, 0), dialect)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    const trailing = start > 0 && cursor.offset - start < 16
    if (trailing)
      context.report('trailing-data', 'bytes after the last pickle are not a pickle', `offset ${start}`)
    else context.report('pickle-malformed', error.message, `offset ${cursor.offset}`)
    return undefined
  }
}

/** The stream that PyTorch wrote before 1.6: magic, version, system, data, storage keys, then the storages. */
const scanTorchStream = (context: ScanContext, cursor: ByteCursor): void => {
  context.setFormat('pytorch-legacy')
  const storages = new Map<string, number | undefined>()
  const options: PickleOptions = {
    persistentIds: 'torch',
    onStorage: (key, bytes) => void storages.set(key, bytes),
  }
  for (let index = 0; index < 5; index += 1) if (readPickle(context, cursor, options) === undefined) return
  const sizes = [...storages.values()]
  if (sizes.some((size) => size === undefined)) {
    context.report('torch-layout', 'a storage has an unknown type', `offset ${cursor.offset}`)
    return
  }
  const expected = sizes.reduce<number>((sum, size) => sum + 8 + (size ?? 0), 0)
  const start = cursor.offset
  try {
    cursor.skip(expected)
  } catch {
    context.report('torch-layout', 'the file ends before its storages do', `offset ${start}`)
    return
  }
  if (!cursor.atEnd())
    context.report('trailing-data', 'bytes follow the last storage', `offset ${cursor.offset}`)
}

/** Everything in a stream of pickles. What follows the last one must be a pickle too, else it is told. */
export const scanPickles = (
  context: ScanContext,
  stream: ByteStream,
  options: PickleOptions = PLAIN,
): void => {
  const cursor = new ByteCursor(stream)
  if (cursor.need(MAGIC.length) && isTorchStream(cursor.buffer.subarray(0, MAGIC.length))) {
    scanTorchStream(context, cursor)
    return
  }
  for (let count = 0; count < MAX_STACKED; count += 1) {
    if (readPickle(context, cursor, options) === undefined || cursor.atEnd()) return
  }
  context.report('pickle-limit', `more than ${MAX_STACKED} pickles in one file`)
}

/** Whether bytes without a signature are a pickle: they run to STOP, or import something dangerous before they break. */
export const probePickle = (context: ScanContext, content: Content): boolean => {
  const told: Told[] = []
  const cursor = new ByteCursor(content.open())
  let limit = 0
  const hooks = collecting(told, context.budget.checkTime, 1)
  const bounded: PickleHooks = {
    ...hooks,
    literal: () => OPAQUE,
    report: (rule, message, location) => {
      limit += 1
      if (limit < 1000) hooks.report(rule, message, location)
    },
  }
  try {
    walkPickle(cursor, bounded, { persistentIds: 'torch', allowed: allowedGlobals })
    // Two bytes of anything may happen to push and stop.
    return told.length > 0 || cursor.offset > 256 || cursor.atEnd()
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
  }
  return told.some(({ rule }) => rule === 'pickle-dangerous-global')
}
