/** The HTTP side of an inference call: its headers in, its answer out; and how outcomes count. */
import type { IncomingHttpHeaders } from 'node:http'
import { BINARY_HEADER, encodeInferError, encodeRaw, type Tensor } from '@rampart/codecs'
import { type AppError, toProblem, traceIdOf } from '@rampart/kit'
import type { LaneResponse } from '@rampart/listener'
import type { AnswerRows } from './call-channel.ts'
import { traceOf } from './call-trace.ts'
import type { Outcome } from './route-stats.ts'
import { type InferCall, type InferChannel, shapeOf } from './served-route.ts'

export type { InferCall }

/** What an answer over HTTP is written to: node's response, or that of the listener's short way. */
export type HttpAnswer = LaneResponse

export const writeJson = (
  response: HttpAnswer,
  status: number,
  body: string,
  extra: readonly string[] = [],
): void => {
  const length = Buffer.byteLength(body)
  response.writeHead(status, ['content-type', 'application/json', 'content-length', String(length), ...extra])
  // Text of one byte per character need not be encoded.
  response.end(body, length === body.length ? 'latin1' : 'utf8')
}

/** Headers that tie an answer to its decision and model. */
const callHeaders = (call: InferCall): string[] => {
  const stripped = shapeOf(call).shaping?.stripHeaders === true
  const headers = stripped ? [] : ['x-rampart-model-digest', call.served.route.digest]
  if (call.decision !== undefined && !stripped) headers.push('x-rampart-decision', call.decision.id)
  const trace = traceOf(call)
  if (trace !== undefined) headers.push('traceparent', trace)
  return headers
}

/** One output of a call's answer: its shape, and the elements `[from, to)` of the batch's tensor that are the call's. */
export const outputSlice = (tensor: Tensor, { from, to, rows }: AnswerRows) => {
  const whole = rows === 0 || tensor.shape[0] !== rows
  const width = whole ? tensor.data.length : tensor.data.length / rows
  return whole
    ? { shape: tensor.shape, data: tensor.data, datatype: tensor.datatype, from: 0, to: width }
    : {
        shape: [to - from, ...tensor.shape.slice(1)],
        data: tensor.data,
        datatype: tensor.datatype,
        from: from * width,
        to: to * width,
      }
}

const writeAnswer = (call: InferCall, response: HttpAnswer, answer: AnswerRows): void => {
  if (call.binary !== undefined) return writeBinaryAnswer(call, response, answer, call.binary)
  const { writer } = shapeOf(call)
  let body = writer.head(call.requestId)
  for (let i = 0; i < call.outputs.length; i++) {
    const index = call.outputs[i] as number
    const slice = outputSlice(answer.tensors[index] as Tensor, answer)
    body += (i === 0 ? '' : ',') + writer.output(index, slice.shape, slice)
  }
  writeJson(response, 200, `${body}]}`, callHeaders(call))
}

/** JSON first, then the raw elements of the outputs that are wanted so, in the same order. */
const writeBinaryAnswer = (
  call: InferCall,
  response: HttpAnswer,
  answer: AnswerRows,
  binary: readonly number[],
): void => {
  const { writer } = shapeOf(call)
  const parts: Uint8Array[] = []
  let text = writer.head(call.requestId)
  for (let i = 0; i < call.outputs.length; i++) {
    const index = call.outputs[i] as number
    const slice = outputSlice(answer.tensors[index] as Tensor, answer)
    if (i > 0) text += ','
    if (binary.includes(index)) {
      const raw = encodeRaw(slice.datatype, slice.data, slice.from, slice.to)
      text += writer.binaryOutput(index, slice.shape, raw.length)
      parts.push(raw)
    } else text += writer.output(index, slice.shape, slice)
  }
  const head = Buffer.from(`${text}]}`, 'utf8')
  const body = Buffer.concat([head, ...parts])
  response.writeHead(200, [
    'content-type',
    'application/octet-stream',
    BINARY_HEADER,
    String(head.length),
    'content-length',
    String(body.length),
    ...callHeaders(call),
  ])
  response.end(body)
}

/** The channel of a REST call; `discard` takes what a refused call has not sent yet. */
export const createHttpChannel = (
  headers: IncomingHttpHeaders,
  response: HttpAnswer,
  discard: () => void,
): InferChannel => ({
  header: (name) => {
    const value = headers[name]
    return typeof value === 'string' ? value : undefined
  },
  gone: () => response.destroyed,
  answer: (call, answer) => writeAnswer(call, response, answer),
  refuse: (call, error) => {
    const status = writeError(response, error, callHeaders(call), traceIdOf(traceOf(call)))
    discard()
    return status
  },
})

/** Headers that RFC 9110 asks for, or that clients act on, by status. */
const HINTS: ReadonlyMap<number, readonly string[]> = new Map([
  [401, ['www-authenticate', 'Bearer']],
  [429, ['retry-after', '1']],
  [503, ['retry-after', '1']],
])

/** The protocol's error object with the status of the error's kind; 5xx say nothing about their cause. */
export const writeError = (
  response: HttpAnswer,
  error: AppError,
  headers: readonly string[] = [],
  traceId?: string,
): number => {
  const { status, body } = toProblem(error)
  const text = encodeInferError(body.detail ?? body.title, {
    code: error.code,
    ...(traceId === undefined ? {} : { trace_id: traceId }),
    ...(error.code === 'SERVING_PAYLOAD_INVALID' ? { violations: error.details } : {}),
    ...(error.code === 'SERVING_DENIED' ? { reasons: error.details } : {}),
  })
  if (!response.headersSent && !response.destroyed)
    writeJson(response, status, text, [...headers, ...(HINTS.get(status) ?? [])])
  return status
}

/** How a status counts. */
export const outcomeOf = (status: number): Outcome => {
  if (status < 400) return 'ok'
  if (status === 401 || status === 403) return 'denied'
  if (status === 429 || status === 503) return 'shed'
  if (status === 504 || status === 499) return 'late'
  return status < 500 ? 'invalid' : 'failed'
}
