/** UBJSON as XGBoost writes its models (.ubj): the whole tree is walked, lengths are bounded by the file. */
import { ByteCursor, MalformedError } from '../byte-stream.ts'
import type { Reader, ScanTask } from '../reader.ts'

const FIXED: Readonly<Record<string, number>> = {
  Z: 0,
  T: 0,
  F: 0,
  i: 1,
  U: 1,
  C: 1,
  I: 2,
  l: 4,
  d: 4,
  L: 8,
  D: 8,
}
const MAX_DEPTH = 100
const MAX_KEY = 4096

type Walk = {
  readonly cursor: ByteCursor
  readonly checkTime: () => void
  readonly keys: Set<string>
  steps: number
}

const marker = ({ cursor }: Walk): string => String.fromCharCode(cursor.take(1)[0] as number)

const length = (walk: Walk, kind = marker(walk)): number => {
  const { cursor } = walk
  const value =
    kind === 'U'
      ? cursor.take(1).readUInt8(0)
      : kind === 'i'
        ? cursor.take(1).readInt8(0)
        : kind === 'I'
          ? cursor.take(2).readInt16BE(0)
          : kind === 'l'
            ? cursor.take(4).readInt32BE(0)
            : kind === 'L'
              ? Number(cursor.take(8).readBigInt64BE(0))
              : -1
  if (!(value >= 0) || !Number.isSafeInteger(value)) throw new MalformedError('ubjson: a length is not one')
  return value
}

const readKey = (walk: Walk, first: string | undefined, depth: number): void => {
  const size = length(walk, first)
  if (size > MAX_KEY) throw new MalformedError('ubjson: a key is too long')
  const key = walk.cursor.take(size).toString('utf8')
  if (depth < 4) walk.keys.add(key)
}

type Shape = {
  readonly type: string | undefined
  readonly count: number | undefined
  readonly next: string | undefined
}

/** `$` type and `#` count in front of a container's content. */
const containerShape = (walk: Walk): Shape => {
  let next = marker(walk)
  let type: string | undefined
  if (next === '$') {
    type = marker(walk)
    next = marker(walk)
    if (next !== '#') throw new MalformedError('ubjson: a typed container has no count')
  }
  return next === '#' ? { type, count: length(walk), next: undefined } : { type, count: undefined, next }
}

const readArray = (walk: Walk, depth: number): void => {
  const { type, count, next } = containerShape(walk)
  const fixed = type === undefined ? undefined : FIXED[type]
  if (count !== undefined && fixed !== undefined) {
    walk.cursor.skip(count * fixed)
    return
  }
  if (count !== undefined) {
    for (let index = 0; index < count; index += 1) readValue(walk, type ?? marker(walk), depth)
    return
  }
  for (let kind = next ?? marker(walk); kind !== ']'; kind = marker(walk)) readValue(walk, kind, depth)
}

const readObject = (walk: Walk, depth: number): void => {
  const { type, count, next } = containerShape(walk)
  if (count !== undefined) {
    for (let index = 0; index < count; index += 1) {
      readKey(walk, undefined, depth)
      readValue(walk, type ?? marker(walk), depth)
    }
    return
  }
  for (let kind = next ?? marker(walk); kind !== '}'; kind = marker(walk)) {
    readKey(walk, kind, depth)
    readValue(walk, marker(walk), depth)
  }
}

const readValue = (walk: Walk, kind: string, depth: number): void => {
  walk.steps += 1
  if ((walk.steps & 0xffff) === 0) walk.checkTime()
  if (depth > MAX_DEPTH) throw new MalformedError('ubjson: nested too deep')
  const fixed = FIXED[kind]
  if (fixed !== undefined) walk.cursor.skip(fixed)
  else if (kind === 'S' || kind === 'H') walk.cursor.skip(length(walk))
  else if (kind === '[') readArray(walk, depth + 1)
  else if (kind === '{') readObject(walk, depth + 1)
  else if (kind !== 'N') throw new MalformedError('ubjson: an unknown marker')
}

const readDocument = ({ context, content }: ScanTask): void => {
  const cursor = new ByteCursor(content.open())
  const walk: Walk = { cursor, checkTime: context.budget.checkTime, keys: new Set(), steps: 0 }
  readValue(walk, marker(walk), 0)
  if (!cursor.atEnd()) context.report('trailing-data', 'bytes follow the document', `offset ${cursor.offset}`)
  if (walk.keys.has('learner') && walk.keys.has('version')) context.setFormat('xgboost-ubjson')
  else context.report('unknown-format', 'a UBJSON document that is no XGBoost model')
}

export const scanUbjson: Reader = (task) => {
  task.context.setFormat('ubjson')
  try {
    readDocument(task)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    task.context.report('xgboost-malformed', error.message)
  }
}
