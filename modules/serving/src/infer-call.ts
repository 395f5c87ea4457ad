/** One inference call on its way through the server, and how its answer is written. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { encodeInferError, type Tensor } from '@rampart/codecs'
import { type AppError, toProblem } from '@rampart/kit'
import type { Outcome } from './route-stats.ts'
import type { InferCall } from './served-route.ts'

export type { InferCall }

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

/** The caller's W3C trace context, when it is well formed. */
export const traceOf = (request: IncomingMessage): string | undefined => {
  const value = request.headers['traceparent']
  return typeof value === 'string' && TRACEPARENT.test(value) ? value : undefined
}

export const writeJson = (
  response: ServerResponse,
  status: number,
  body: string,
  extra: readonly string[] = [],
): void => {
  response.writeHead(status, [
    'content-type',
    'application/json',
    'content-length',
    String(Buffer.byteLength(body)),
    ...extra,
  ])
  response.end(body)
}

/** Headers that tie an answer to its decision and model. */
const callHeaders = (call: InferCall): string[] => {
  const headers = ['x-rampart-model-digest', call.served.route.digest]
  if (call.decision !== undefined) headers.push('x-rampart-decision', call.decision.id)
  const trace = traceOf(call.request)
  if (trace !== undefined) headers.push('traceparent', trace)
  return headers
}

/** Rows `[from, to)` of a batch's outputs as this call's answer. */
export const writeAnswer = (
  call: InferCall,
  tensors: readonly Tensor[],
  from: number,
  to: number,
  rows: number,
): void => {
  const { writer } = call.served
  let body = writer.head(call.requestId)
  for (let i = 0; i < call.outputs.length; i++) {
    const index = call.outputs[i] as number
    const tensor = tensors[index] as Tensor
    const whole = rows === 0 || tensor.shape[0] !== rows
    const width = whole ? tensor.data.length : tensor.data.length / rows
    const shape = whole ? tensor.shape : [to - from, ...tensor.shape.slice(1)]
    const slice = whole
      ? { data: tensor.data, datatype: tensor.datatype, from: 0, to: tensor.data.length }
      : { data: tensor.data, datatype: tensor.datatype, from: from * width, to: to * width }
    body += (i === 0 ? '' : ',') + writer.output(index, shape, slice)
  }
  writeJson(call.response, 200, `${body}]}`, callHeaders(call))
}

const RETRY_AFTER: readonly number[] = [429, 503]

/** The protocol's error object with the status of the error's kind; 5xx say nothing about their cause. */
export const writeError = (
  response: ServerResponse,
  error: AppError,
  headers: readonly string[] = [],
): number => {
  const { status, body } = toProblem(error)
  const text = encodeInferError(body.detail ?? body.title, {
    code: error.code,
    ...(error.code === 'SERVING_PAYLOAD_INVALID' ? { violations: error.details } : {}),
    ...(error.code === 'SERVING_DENIED' ? { reasons: error.details } : {}),
  })
  if (!response.headersSent && !response.destroyed)
    writeJson(
      response,
      status,
      text,
      RETRY_AFTER.includes(status) ? [...headers, 'retry-after', '1'] : headers,
    )
  return status
}

export const writeCallError = (call: InferCall, error: AppError): number =>
  writeError(call.response, error, callHeaders(call))

/** How a status counts. */
export const outcomeOf = (status: number): Outcome => {
  if (status < 400) return 'ok'
  if (status === 401 || status === 403) return 'denied'
  if (status === 429 || status === 503) return 'shed'
  if (status === 504 || status === 499) return 'late'
  return status < 500 ? 'invalid' : 'failed'
}
