/** The spans of one inference call. Its parts are timed as they pass and become spans when the call ends. */
import { isTraceparent, type Span, type Tracer } from '@rampart/kit'
import type { CallTrace } from './call-timing.ts'
import type { InferCall, InferChannel, ServedRoute } from './served-route.ts'

const GRPC_ATTRIBUTES = {
  'rpc.system': 'grpc',
  'rpc.service': 'inference.GRPCInferenceService',
  'rpc.method': 'ModelInfer',
} as const

export const openTrace = (
  tracer: Tracer,
  channel: InferChannel,
  { route }: ServedRoute,
  startedAt: number,
): CallTrace => {
  const grpc = channel.isGrpc === true
  const span = tracer.start(
    grpc ? 'inference.GRPCInferenceService/ModelInfer' : 'POST /v2/models/{model}/infer',
    {
      kind: 'server',
      parent: channel.header('traceparent'),
      startedAt,
      attributes: {
        ...(grpc
          ? GRPC_ATTRIBUTES
          : { 'http.request.method': 'POST', 'http.route': '/v2/models/{model}/infer' }),
        'rampart.route': route.path ?? route.name,
      },
    },
  )
  return { span, decidingAt: 0, decidedAt: 0, queuedAt: 0 }
}

/** The call is settled: its parts become spans. */
export const endTrace = (call: InferCall, trace: CallTrace, status: number, endedAt: number): void => {
  const { span, decidingAt, decidedAt, queuedAt } = trace
  if (!span.isRecording) return span.end()
  const { route, model } = call.served
  if (decidingAt > 0)
    span
      .child('policy.decide', {
        startedAt: decidingAt,
        attributes: { 'rampart.decision': call.decision?.id },
      })
      .end({ endedAt: decidedAt > 0 ? decidedAt : endedAt })
  const run = model?.lastRun
  if (queuedAt > 0 && run !== undefined && run.from >= queuedAt) {
    span.child('batch.wait', { startedAt: queuedAt }).end({ endedAt: run.from })
    span.child('model.run', { startedAt: run.from }).end({ endedAt: run.to })
  }
  span.end({
    endedAt,
    attributes: {
      ...(call.channel.isGrpc === true ? {} : { 'http.response.status_code': status }),
      'rampart.model': route.model,
      'rampart.version': route.version,
      'rampart.digest': route.digest,
      'rampart.rows': call.rows,
      'rampart.decision': call.decision?.id,
      'rampart.request': call.requestId,
    },
    failure: status >= 500 || (call.channel.isGrpc === true && status >= 400) ? String(status) : undefined,
  })
}

/** The call goes to an endpoint elsewhere: one span for each attempt. */
export const startAttempt = ({ trace }: InferCall, url: string): Span | undefined => {
  if (trace === undefined) return undefined
  const { hostname, port, protocol } = new URL(url)
  const grpc = protocol.startsWith('grpc')
  return trace.span.child(grpc ? 'inference.GRPCInferenceService/ModelInfer' : 'POST', {
    kind: 'client',
    attributes: {
      'server.address': hostname,
      'server.port': port === '' ? undefined : Number(port),
      ...(grpc ? GRPC_ATTRIBUTES : { 'http.request.method': 'POST' }),
    },
  })
}

/** Trace context of the call for records, answers and backends: its own span, or else what the caller sent. */
export const traceOf = ({ trace, channel }: Pick<InferCall, 'trace' | 'channel'>): string | undefined => {
  if (trace !== undefined) return trace.span.traceparent
  const value = channel.header('traceparent')
  return value !== undefined && isTraceparent(value) ? value : undefined
}
