/** HDF5 files: Keras models and weights. Walks every object; tells links and storage outside, filters, and configurations. */
import { MalformedError } from '../byte-stream.ts'
import { parseJsonDocument } from '../json-document.ts'
import { judgeKerasConfig } from '../keras/keras-config.ts'
import type { Reader } from '../reader.ts'
import { quoted, type ScanContext } from '../scan-context.ts'
import { readAttribute } from './hdf5-attribute.ts'
import {
  type Hdf5File,
  type Hdf5Link,
  type Hdf5Message,
  openHdf5,
  readLinkMessage,
  readObjectHeader,
  readSized,
  readSymbolTable,
} from './hdf5-reader.ts'

const MAX_OBJECTS = 200_000
/** deflate, shuffle, fletcher32, szip, nbit, scaleoffset: part of the library. */
const BUILT_IN_FILTERS = 6

const MESSAGE = {
  linkInfo: 0x02,
  link: 0x06,
  external: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  symbols: 0x11,
  attributes: 0x15,
}

type Walk = { readonly context: ScanContext; readonly file: Hdf5File; hasConfig: boolean }

const judgeConfig = (walk: Walk, name: string, text: Buffer, at: string): void => {
  walk.hasConfig ||= name === 'model_config'
  try {
    judgeKerasConfig(walk.context, parseJsonDocument(stripNul(text)).value)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    walk.context.report('keras-config', `${name}: ${error.message}`, at)
  }
}

const stripNul = (text: Buffer): Buffer => {
  let end = text.length
  while (end > 0 && text[end - 1] === 0) end -= 1
  return text.subarray(0, end)
}

/** PyTables keeps Python objects as pickles in attributes; so may others. */
const looksPickled = (text: Buffer): boolean => {
  if (text[0] === 0x80 && (text[1] ?? 255) <= 5) return true
  return (
    /^[(]?[cidl(][\w.]*\n?|^\(/.test(text.toString('latin1', 0, 80)) &&
    /\n[\w.]*\n|^\(/.test(text.toString('latin1', 0, 200)) &&
    text.at(-1) === 0x2e
  )
}

const judgeAttribute = (walk: Walk, message: Hdf5Message, path: string): void => {
  const { name, text } = readAttribute(walk.file, message.body)
  const at = `${path}@${name}`
  if (name === 'model_config' || name === 'training_config' || name === 'config') {
    if (text !== undefined) judgeConfig(walk, name, text, at)
    else if (name === 'model_config')
      walk.context.report('hdf5-malformed', 'the model configuration cannot be read', at)
  } else if (name === 'PSEUDOATOM' || (text !== undefined && looksPickled(stripNul(text))))
    walk.context.report('config-object', `attribute ${quoted(name)} holds a pickled object`, at)
}

const judgeLayout = (walk: Walk, body: Buffer, path: string): void => {
  const [version = 0, kind = 0] = body
  const layout = version >= 3 ? kind : (body[2] ?? 0)
  if (layout === 3) walk.context.report('hdf5-external', 'a virtual dataset reads other files', path)
}

const judgeFilters = (walk: Walk, body: Buffer, path: string): void => {
  const [version = 0, count = 0] = body
  let at = version === 1 ? 8 : 2
  for (let index = 0; index < count && at + 8 <= body.length; index += 1) {
    const id = body.readUInt16LE(at)
    if (id > BUILT_IN_FILTERS) walk.context.report('hdf5-filter', `a dataset needs filter ${id}`, path)
    const named = version === 1 || id >= 256
    const nameBytes = named ? body.readUInt16LE(at + 2) : 0
    const values = body.readUInt16LE(at + (named ? 6 : 4))
    at += (named ? 8 : 6) + (version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes) + values * 4
    if (version === 1 && values % 2 === 1) at += 4
  }
}

const judgeMessage = (walk: Walk, message: Hdf5Message, path: string): readonly Hdf5Link[] => {
  const { file, context } = walk
  switch (message.type) {
    case MESSAGE.symbols:
      return readSymbolTable(file, message.body, MAX_OBJECTS)
    case MESSAGE.link:
      return [readLinkMessage(file, message.body)]
    case MESSAGE.external:
      context.report('hdf5-external', 'a dataset keeps its data in another file', path)
      break
    case MESSAGE.layout:
      judgeLayout(walk, message.body, path)
      break
    case MESSAGE.filters:
      judgeFilters(walk, message.body, path)
      break
    case MESSAGE.attribute:
      if ((message.flags & 2) === 0) judgeAttribute(walk, message, path)
      break
    case MESSAGE.linkInfo:
    case MESSAGE.attributes: {
      const skip = (message.body[1] ?? 0) & 1 ? (message.type === MESSAGE.linkInfo ? 8 : 2) : 0
      if (Number.isFinite(readSized(message.body, 2 + skip, file.offsetBytes)))
        context.report('hdf5-malformed', 'a group or attributes in dense storage are not read', path)
      break
    }
  }
  return []
}

const walkObjects = (walk: Walk): void => {
  const seen = new Set<number>()
  const work: { readonly address: number; readonly path: string }[] = [
    { address: walk.file.rootHeader, path: '/' },
  ]
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    if (seen.has(next.address)) continue
    seen.add(next.address)
    if (seen.size > MAX_OBJECTS) throw new MalformedError('hdf5: too many objects')
    walk.context.budget.checkTime()
    for (const message of readObjectHeader(walk.file, next.address))
      for (const link of judgeMessage(walk, message, next.path)) {
        const path = `${next.path === '/' ? '' : next.path}/${link.name}`.slice(-300)
        if (link.kind === 'external')
          walk.context.report('hdf5-external', 'a link leads to another file', path)
        else if (link.kind === 'other')
          walk.context.report('hdf5-malformed', 'a link of an unknown kind', path)
        else if (link.kind === 'hard') work.push({ address: link.target, path })
      }
  }
}

export const scanHdf5: Reader = ({ context, content }) => {
  context.setFormat('hdf5')
  try {
    const file = openHdf5(content.source())
    const walk: Walk = { context, file, hasConfig: false }
    walkObjects(walk)
    if (walk.hasConfig) context.setFormat('keras-hdf5')
    if (file.end < file.source.size)
      context.report('trailing-data', 'bytes follow the end of the HDF5 file', `offset ${file.end}`)
    else if (file.end > file.source.size) context.report('hdf5-malformed', 'the file is cut off')
  } catch (error) {
    if (!(error instanceof MalformedError) && !(error instanceof RangeError)) throw error
    context.report('hdf5-malformed', error.message)
  }
}
