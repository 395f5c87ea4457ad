/** Content without a signature: known by its inner structure, or by being tensor data of a stated kind, or not known. */

import { MalformedError } from '../byte-stream.ts'
import type { Content } from '../content.ts'
import { readText, visitFields } from '../protobuf.ts'
import type { Reader, ScanTask } from '../reader.ts'
import { tryFrozenGraph, tryKerasMetadata } from '../tensorflow/saved-model.ts'

/** Formats whose loaders read numbers only; what follows the magic is not judged. */
const MAGICS: ReadonlyMap<string, string> = new Map([
  ['CBM1', 'catboost'],
  ['ggjt', 'ggml'],
  ['tjgg', 'ggml'],
])

/** Shards of variables that other files of the same model describe: TensorFlow reads them as plain numbers. */
const RAW_NAMES = /(^|[\\/])variables\.data-\d{5}-of-\d{5}$|\.onnx[._]data$/
const TABLE_MAGIC = 0x8b80fb57

const isTable = (content: Content): boolean => {
  const source = content.source()
  const tail = Buffer.from(source.read(Math.max(0, source.size - 8), 8))
  return tail.length === 8 && tail.readUInt32LE(0) === TABLE_MAGIC && tail.readUInt32LE(4) === 0xdb477524
}

/** SentencePiece ModelProto: pieces of text with a score and a kind. */
const isSentencePiece = (content: Content): boolean => {
  const source = content.source()
  let pieces = 0
  try {
    visitFields(source, 0, source.size, (field) => {
      if (field.number > 5 || field.wire !== 2) throw new MalformedError('not a piece')
      if (field.number !== 1) return
      pieces += 1
      visitFields(source, field.start, field.start + field.length, (part) => {
        if (part.number === 1) readText(source, part, 4096)
        else if (part.number > 3) throw new MalformedError('not a piece')
      })
    })
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    return false
  }
  return pieces > 2
}

const isFingerprint = ({ content, name }: ScanTask): boolean => {
  if (!/(^|[\\/])fingerprint\.pb$/.test(name) || (content.size ?? 1e9) > 4096) return false
  try {
    visitFields(content.source(), 0, content.source().size, ({ number, wire }) => {
      if (number > 8 || (wire === 2 && number < 6)) throw new MalformedError('not a fingerprint')
    })
    return true
  } catch {
    return false
  }
}

export const scanBinary: Reader = (task) => {
  const { context, content, name } = task
  const source = content.source()
  const magic = MAGICS.get(source.read(0, 4).toString('latin1'))
  if (magic !== undefined) context.setFormat(magic)
  else if (source.size > 8 && isTable(content)) context.setFormat('tensorflow-index')
  else if (isFingerprint(task)) context.setFormat('tensorflow-fingerprint')
  else if (tryKerasMetadata(context, source) || tryFrozenGraph(context, source)) return
  else if (isSentencePiece(content)) context.setFormat('sentencepiece')
  else if (RAW_NAMES.test(name)) context.setFormat('tensor-data')
  else {
    context.setFormat('unknown')
    context.report('unknown-format', 'the content is of no known format')
  }
}
