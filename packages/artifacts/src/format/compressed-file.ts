/** Compressed files: what is inside is scanned as a member; damage and bytes behind the stream are told. */
import { ByteCursor, type ByteStream, MalformedError } from '../byte-stream.ts'
import { type Compression, decompress } from '../compress/decompress.ts'
import { guarded, headOf, streamContent } from '../content.ts'
import type { Reader, ScanTask } from '../reader.ts'

const innerName = (name: string): string => {
  const base = name.split(/[\\/]/).at(-1) ?? name
  return base.replace(/\.(gz|gzip|z|zlib|bz2|xz|lzma|lz4)$/i, '') || 'content'
}

/** Once the end of the data is reached, nothing may follow it. */
const ending = (task: ScanTask, stream: ByteStream, cursor: ByteCursor): ByteStream => {
  let ended = false
  return {
    next: () => {
      const chunk = stream.next()
      if (chunk === undefined && !ended) {
        ended = true
        if (!cursor.atEnd())
          task.context.report('trailing-data', 'bytes follow the compressed data', `offset ${cursor.offset}`)
      }
      return chunk
    },
  }
}

const open = (task: ScanTask, kind: Compression): ByteStream => {
  const cursor = new ByteCursor(task.content.open())
  return ending(task, guarded(decompress(kind, cursor), task.content.size ?? 1, task.context.budget), cursor)
}

export const scanCompressed =
  (kind: Compression): Reader =>
  (task) => {
    task.context.setFormat(kind)
    try {
      headOf({ size: undefined, open: () => open(task, kind), source: task.content.source }, 1)
      task.scanMember(
        innerName(task.name),
        streamContent(() => open(task, kind)),
      )
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      task.context.report('archive-damaged', error.message)
    }
  }
