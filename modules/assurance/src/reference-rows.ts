/** Reads reference rows: NDJSON or gzip of it, as hostile as any upload, so bounded in line, rows and bytes. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { assuranceErrors } from './errors.ts'

const MAX_ROWS = 20_000
const MAX_LINE_CHARS = 4 * 1024 * 1024
const MAX_TOTAL_CHARS = 256 * 1024 * 1024

const isGzip = async (path: string): Promise<boolean> => {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}

/** A stream that refuses to hand out more than the bound, before anything downstream collects it into a line. */
const bounded = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let total = 0
  let sinceNewline = 0
  for await (const chunk of chunks) {
    total += chunk.length
    const lastNewline = chunk.lastIndexOf(0x0a)
    sinceNewline = lastNewline < 0 ? sinceNewline + chunk.length : chunk.length - lastNewline - 1
    if (total > MAX_TOTAL_CHARS)
      throw assuranceErrors.ASSURANCE_REFERENCE_INVALID('The reference file is too large.')
    if (sinceNewline > MAX_LINE_CHARS)
      throw assuranceErrors.ASSURANCE_REFERENCE_INVALID('A reference row is too long.')
    yield chunk
  }
}

/** The rows as parsed objects, at most the first 20,000. */
export const readReferenceRows = async (path: string): Promise<Record<string, unknown>[]> => {
  const file = createReadStream(path)
  const plain = (await isGzip(path)) ? file.pipe(createGunzip()) : file
  file.on('error', (error) => plain.destroy(error))
  const source = Readable.from(bounded(plain))
  const rows: Record<string, unknown>[] = []
  const lines = createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })
  try {
    for await (const line of iterate(lines, source)) {
      if (line.trim() === '') continue
      rows.push(parseRow(line, rows.length + 1))
      if (rows.length >= MAX_ROWS) break
    }
  } finally {
    lines.close()
    source.destroy()
    file.destroy()
  }
  return rows
}

/** readline does not pass on errors of its input, so they are raced against the next line. */
const iterate = async function* (
  lines: AsyncIterable<string>,
  source: { once(event: 'error', listener: (error: Error) => void): unknown },
): AsyncGenerator<string> {
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined)
  source.once('error', failed.reject)
  const iterator = lines[Symbol.asyncIterator]()
  for (;;) {
    const next = await Promise.race([iterator.next(), failed.promise])
    if (next.done === true) return
    yield next.value
  }
}

const parseRow = (line: string, number: number): Record<string, unknown> => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw assuranceErrors.ASSURANCE_REFERENCE_INVALID(`Reference row ${number} is not JSON.`, { cause })
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw assuranceErrors.ASSURANCE_REFERENCE_INVALID(`Reference row ${number} is not an object.`)
  return value as Record<string, unknown>
}
