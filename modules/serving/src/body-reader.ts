/** Reads a request body under a limit. A body that is announced or grows too large is refused at once and discarded. */
import type { IncomingMessage } from 'node:http'
import { BINARY_HEADER } from '@rampart/codecs'
import type { AppError } from '@rampart/kit'
import { servingErrors } from './errors.ts'

export type BodyResult = (error: AppError | undefined, body: Buffer) => void

const EMPTY = Buffer.alloc(0)
const JSON_TYPE = /^application\/json\s*(;|$)/i
const BINARY_TYPE = /^application\/octet-stream\s*(;|$)/i

/** The refusal that the headers alone justify. */
export const refuseByHeaders = (
  { headers }: Pick<IncomingMessage, 'headers'>,
  maxBytes: number,
): AppError | undefined => {
  const type = headers['content-type'] ?? ''
  // With the header of the binary extension a body is what the header says; its clients often name no type.
  const isBinary = BINARY_HEADER in headers && (type === '' || BINARY_TYPE.test(type))
  if (!isBinary && !JSON_TYPE.test(type))
    return servingErrors.SERVING_CONTENT_TYPE('content-type must be application/json')
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    return servingErrors.SERVING_CONTENT_TYPE('compressed bodies are not accepted')
  if (Number(headers['content-length'] ?? 0) > maxBytes) return tooLarge(maxBytes)
  return undefined
}

const tooLarge = (maxBytes: number): AppError =>
  servingErrors.SERVING_BODY_TOO_LARGE(`the body is larger than ${maxBytes} bytes`)

/** Calls back once: with the body, or with the error that ended it. */
export const readBody = (request: IncomingMessage, maxBytes: number, done: BodyResult): void => {
  let first: Buffer | undefined
  let rest: Buffer[] | undefined
  let size = 0
  let over = false
  const finish = (error: AppError | undefined, body: Buffer): void => {
    if (over) return
    over = true
    done(error, body)
  }
  request.on('data', (chunk: Buffer) => {
    if (over) return
    size += chunk.length
    if (size > maxBytes) {
      first = undefined
      rest = undefined
      finish(tooLarge(maxBytes), EMPTY)
    } else if (first === undefined) first = chunk
    else if (rest === undefined) rest = [chunk]
    else rest.push(chunk)
  })
  request.on('end', () => {
    if (first === undefined) finish(undefined, EMPTY)
    else finish(undefined, rest === undefined ? first : Buffer.concat([first, ...rest], size))
  })
  const cutOff = (): void => {
    // Every request ends by closing; an error made in vain costs more than the rest of the call.
    if (!over) finish(servingErrors.SERVING_BODY_CUT_OFF('the body was cut off'), EMPTY)
  }
  request.on('close', cutOff)
  request.on('error', cutOff)
}

const LINGER_MS = 500

/** After a refusal: takes what the client still sends, keeps none of it, and closes the connection shortly. */
export const discardBody = (request: IncomingMessage): void => {
  if (request.complete) return
  request.resume()
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS)
  timer.unref()
  request.once('end', () => clearTimeout(timer))
}
