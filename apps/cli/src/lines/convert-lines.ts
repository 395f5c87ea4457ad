/** One line in, one line out: bad lines are told with their number and skipped, and the command fails at the end. */
import { jsonFault } from '@rampart/codecs'
import { isAppError } from '@rampart/kit/core'
import { cliErrors } from '../errors.ts'
import { printable } from '../io.ts'
import type { Session } from '../session.ts'
import { readLines } from './read-lines.ts'

const FLUSH_CHARACTERS = 64 * 1024
const MAX_TOLD = 1000

const messageOf = (error: unknown): string => {
  if (error instanceof SyntaxError) return jsonFault(error)
  if (isAppError(error)) return error.message
  throw error
}

export const convertLines = async (session: Session, convert: (line: string) => string): Promise<void> => {
  const { io } = session
  let out = ''
  let bad = 0
  const refuse = (number: number, why: string): void => {
    bad += 1
    if (bad <= MAX_TOLD) io.err(`line ${number}: ${printable(why)}\n`)
  }
  const flush = async (): Promise<void> => {
    if (out === '') return
    io.out(out)
    out = ''
    await io.drained?.()
  }
  /** What came is written before more is waited for: `tail -f` may be in front of us. */
  const chunks = async function* (): AsyncGenerator<Uint8Array | string> {
    for await (const chunk of io.stdinChunks?.() ?? [await io.stdin()]) {
      yield chunk
      await flush()
    }
  }
  for await (const { number, text, tooLong } of readLines(chunks())) {
    io.signal.throwIfAborted()
    if (tooLong) {
      refuse(number, 'longer than 1 MiB')
      continue
    }
    try {
      out += `${convert(text)}\n`
    } catch (error) {
      refuse(number, messageOf(error))
    }
    if (out.length > FLUSH_CHARACTERS) await flush()
  }
  await flush()
  if (bad > 0) throw cliErrors.CLI_BAD_LINES(`${bad} ${bad === 1 ? 'line was' : 'lines were'} not converted`)
}
