/** NumPy .npy (NEP 1, format versions 1 to 3): the header must be what NumPy writes; arrays of objects are pickles. */
import { ByteCursor, MalformedError } from '../byte-stream.ts'
import { elementOf } from '../pickle/array-data.ts'
import type { Reader, ScanTask } from '../reader.ts'
import { quoted } from '../scan-context.ts'
import { readPickle } from './pickle-file.ts'

const MAGIC = Buffer.from('934e554d5059', 'hex')
const MAX_HEADER = 1 << 20
const MAX_ARRAY_BYTES = 2 ** 50

type Header = { readonly bytes: number; readonly objects: boolean }

const readHeaderText = (cursor: ByteCursor): string => {
  const start = Buffer.from(cursor.take(8))
  if (!MAGIC.equals(start.subarray(0, 6))) throw new MalformedError('npy: no magic')
  const major = start[6] ?? 0
  if (major < 1 || major > 3 || start[7] !== 0)
    throw new MalformedError(`npy: version ${major}.${start[7]} does not exist`)
  const length = major === 1 ? cursor.take(2).readUInt16LE(0) : cursor.take(4).readUInt32LE(0)
  if (length > MAX_HEADER) throw new MalformedError('npy: the header is too long')
  return cursor.take(length).toString(major === 3 ? 'utf8' : 'latin1')
}

type Elements = { readonly bytes: number; readonly objects: boolean }

/** `'<f8'`, or a list of fields `[('a', '<f8'), ('b', '|O', (2,))]`; fields may be lists themselves. */
const elementsOf = (descr: string): Elements | undefined => {
  const simple = /^'([^'\\]{1,40})'$/.exec(descr)
  if (simple !== null) {
    const written = simple[1] ?? ''
    return elementOf(written === '|O' || written === 'O' ? 'O8' : written)
  }
  if (!/^\[.*\]$/s.test(descr) || /[^\w\s'"<>|=()[\],:.-]/.test(descr.replaceAll(/'[^'\\]*'/g, "''")))
    return undefined
  let bytes = 0
  let objects = false
  const field =
    /\(\s*(?:'[^'\\]*'|\('[^'\\]*',\s*'[^'\\]*'\))\s*,\s*'([^'\\]{1,40})'\s*(?:,\s*\(([\d,\s]*)\)\s*)?\)/g
  const rest = descr.slice(1, -1).replaceAll(field, (_all, type: string, shape: string | undefined) => {
    const element = elementOf(type === '|O' ? 'O8' : type)
    const times = (shape ?? '')
      .split(',')
      .filter((part) => part.trim() !== '')
      .reduce((product, part) => product * Number(part), 1)
    bytes += (element?.bytes ?? Number.NaN) * times
    objects ||= element?.objects ?? false
    return ''
  })
  return /^[\s,]*$/.test(rest) && (objects || Number.isFinite(bytes)) ? { bytes, objects } : undefined
}

const HEADER =
  /^\{\s*'descr':\s*(?<descr>'[^']*'|\[.*\])\s*,\s*'fortran_order':\s*(?:True|False)\s*,\s*'shape':\s*\((?<shape>[\d,\sL]*)\)\s*,?\s*\}\s*$/s

const parseHeader = (text: string): Header => {
  const match = HEADER.exec(text)
  const elements = match === null ? undefined : elementsOf(match.groups?.descr ?? '')
  if (match === null || elements === undefined)
    throw new MalformedError(`npy: unusual header ${quoted(text.trim())}`)
  const sizes = (match.groups?.shape ?? '')
    .split(',')
    .map((part) => part.trim().replace(/L$/, ''))
    .filter((part) => part !== '')
  const bytes = sizes.reduce((product, size) => product * Number(size), elements.bytes)
  if (!elements.objects && !(bytes <= MAX_ARRAY_BYTES))
    throw new MalformedError('npy: the array is larger than any file')
  return { bytes, objects: elements.objects }
}

/** Arrays may be written one behind another; anything else behind an array is told. */
const scanArrays = ({ context, content }: ScanTask): void => {
  const stream = content.open()
  const cursor = new ByteCursor(stream)
  do {
    const header = parseHeader(readHeaderText(cursor))
    if (header.objects) {
      context.setFormat('numpy-objects')
      if (readPickle(context, cursor) === undefined) return
    } else {
      const start = cursor.offset
      try {
        cursor.skip(header.bytes)
      } catch {
        context.report('numpy-header', 'the array is shorter than its header says', `offset ${start}`)
        return
      }
    }
    if (cursor.atEnd()) return
  } while (cursor.need(6) && MAGIC.equals(cursor.buffer.subarray(cursor.position, cursor.position + 6)))
  context.report('trailing-data', 'bytes follow the array', `offset ${cursor.offset}`)
}

export const scanNpy: Reader = (task) => {
  task.context.setFormat('numpy')
  try {
    scanArrays(task)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    task.context.report('numpy-header', error.message)
  }
}
