/** The gRPC side of an inference call: metadata in, one message or a status out. */

import { Metadata, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js'
import { type AnswerSlice, createInferAnswerWriter, type InferMessage, type Tensor } from '@rampart/codecs'
import { type AppError, type Clock, toGrpcStatus, toProblem } from '@rampart/kit'
import { traceOf } from './call-trace.ts'
import type { CachedDecision } from './decision-cache.ts'
import { outputSlice } from './infer-call.ts'
import { type InferCall, type InferChannel, type ServedRoute, shapeOf } from './served-route.ts'

export type UnaryCall = ServerUnaryCall<Buffer, Buffer>
export type Respond = sendUnaryData<Buffer>

/** Whether the request's tensors came raw: its answer's then go raw as well. */
export type FormOfRequest = { raw: InferMessage['raw'] }

/** Trailing metadata stays below what clients accept by default (8 KiB in all). */
const MAX_DETAILS = 3072

/** Metadata is ASCII: everything else is escaped, as JSON allows. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** Code and details of a refusal beside its status, as a REST answer has them in its body. */
const addError = (metadata: Metadata, error: AppError): Metadata => {
  metadata.set('rampart-error-code', error.code)
  if (error.code !== 'SERVING_PAYLOAD_INVALID' && error.code !== 'SERVING_DENIED') return metadata
  const details = asciiJson(error.details ?? null)
  if (details.length <= MAX_DETAILS) metadata.set('rampart-error-details', details)
  return metadata
}

/** Trying again elsewhere or later does not help against a missing verdict: FAILED_PRECONDITION, not UNAVAILABLE. */
const grpcStatus = (error: AppError): ReturnType<typeof toGrpcStatus> => {
  const found = toGrpcStatus(error)
  return error.code === 'SERVING_NO_VALID_VERDICT' ? { ...found, code: status.FAILED_PRECONDITION } : found
}

/** A refusal before there is a call. */
export const refuseUnary = (respond: Respond, error: AppError): void => {
  const { code, message } = grpcStatus(error)
  respond({ code, details: message, metadata: addError(new Metadata(), error) })
}

/** First value of a key; the empty string when the key is repeated, which none of ours may be. */
export const metadataText = (metadata: Metadata, name: string): string | undefined => {
  const [value, second] = metadata.get(name)
  return typeof value === 'string' && second === undefined ? value : undefined
}

/** Makes channels; what does not change from call to call is kept per route and per decision. */
export const createGrpcChannels = (clock: Pick<Clock, 'now'>) => {
  const writers = new WeakMap<ServedRoute['writer'], ReturnType<typeof createInferAnswerWriter>>()
  const trailers = new WeakMap<CachedDecision, Metadata>()

  const writerOf = ({ route, writer }: ServedRoute) => {
    const known = writers.get(writer)
    if (known !== undefined) return known
    const made = createInferAnswerWriter(
      { name: route.path ?? route.name, version: route.version },
      route.signature,
    )
    writers.set(writer, made)
    return made
  }

  const describe = (call: InferCall): Metadata => {
    const { served, decision } = call
    const metadata = new Metadata()
    if (shapeOf(call).shaping?.stripHeaders === true) return metadata
    metadata.set('x-rampart-model-digest', served.route.digest)
    if (decision !== undefined) metadata.set('x-rampart-decision', decision.id)
    return metadata
  }

  /** A decision belongs to one caller and one route, so its trailer is always the same. */
  const trailerOf = (call: InferCall): Metadata => {
    const trace = traceOf(call)
    if (trace !== undefined || call.decision === undefined) {
      const metadata = describe(call)
      if (trace !== undefined) metadata.set('traceparent', trace)
      return metadata
    }
    const known = trailers.get(call.decision)
    if (known !== undefined) return known
    const made = describe(call)
    trailers.set(call.decision, made)
    return made
  }

  return (unary: UnaryCall, respond: Respond, form: FormOfRequest): InferChannel => {
    const deadline = unary.getDeadline()
    const waitMs = Number(deadline) - clock.now()
    return {
      isGrpc: true,
      ...(Number.isFinite(waitMs) ? { deadlineMs: Math.max(0, waitMs) } : {}),
      header: (name) => metadataText(unary.metadata, name),
      gone: () => unary.cancelled,
      answer: (call, answer) => {
        const slices = call.outputs.map((index): AnswerSlice => {
          const slice = outputSlice(answer.tensors[index] as Tensor, answer)
          return { ...slice, index }
        })
        respond(null, writerOf(call.served)(call.requestId, slices, form.raw), trailerOf(call))
      },
      refuse: (call, error) => {
        const { code, message } = grpcStatus(error)
        if (!unary.cancelled) respond({ code, details: message, metadata: addError(describe(call), error) })
        return toProblem(error).status
      },
    }
  }
}
