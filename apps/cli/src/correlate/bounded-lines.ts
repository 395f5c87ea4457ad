/** The lines of a file nobody vouches for: a line that is too long is reported and passed over, never held in memory. */
import { createReadStream } from 'node:fs'

export type NumberedLine = {
  readonly number: number
  /** Undefined for a line of more than `maxLine` characters. */
  readonly text: string | undefined
}

/** Line ends are \n or \r\n; empty lines are passed over; bytes that are not UTF-8 become U+FFFD. */
export const boundedLines = async function* (path: string, maxLine: number): AsyncGenerator<NumberedLine> {
  let number = 1
  let held = ''
  let tooLong = false
  const take = (): NumberedLine | undefined => {
    const read = held.endsWith('\r') ? held.slice(0, -1) : held
    const text = number === 1 ? read.replace(/^\ufeff/, '') : read
    const line = { number, text: tooLong ? undefined : text }
    const isEmpty = !tooLong && text.trim() === ''
    number += 1
    held = ''
    tooLong = false
    return isEmpty ? undefined : line
  }
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    let from = 0
    for (let end = chunk.indexOf('\n'); ; end = chunk.indexOf('\n', from)) {
      const part = chunk.slice(from, end === -1 ? undefined : end)
      if (held.length + part.length > maxLine) {
        tooLong = true
        held = ''
      } else if (!tooLong) held += part
      if (end === -1) break
      const line = take()
      if (line !== undefined) yield line
      from = end + 1
    }
  }
  const last = take()
  if (last !== undefined) yield last
}
