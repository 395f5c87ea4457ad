/** Lines of a byte stream with their numbers, in constant memory: an overlong line is told, not kept. */

export type Line = { readonly number: number; readonly text: string; readonly tooLong: boolean }

const LF = 0x0a
const MAX_BYTES = 1024 * 1024

/** Empty and blank lines are counted but not given. Bytes that are not UTF-8 become U+FFFD; a BOM before the first line is dropped. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<Line> {
  let number = 0
  let parts: Buffer[] = []
  let size = 0
  const finish = (): Line | undefined => {
    number += 1
    const tooLong = size > MAX_BYTES
    const read = tooLong ? '' : Buffer.concat(parts).toString('utf8').replace(/\r$/, '')
    const text = number === 1 ? read.replace(/^\ufeff/, '') : read
    parts = []
    size = 0
    return text.trim() === '' && !tooLong ? undefined : { number, text, tooLong }
  }
  for await (const given of chunks) {
    const chunk = Buffer.from(given as string)
    let at = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, at)) {
      size += end - at
      if (size <= MAX_BYTES) parts.push(chunk.subarray(at, end))
      const line = finish()
      if (line !== undefined) yield line
      at = end + 1
    }
    size += chunk.length - at
    if (size <= MAX_BYTES) parts.push(chunk.subarray(at))
    else parts = []
  }
  const last = size > 0 ? finish() : undefined
  if (last !== undefined) yield last
}
