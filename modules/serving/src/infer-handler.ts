/** The way of one inference call: headers, body, JSON, decision, schema, tensors, batch, answer, record. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseJson, type Tensor } from '@rampart/codecs'
import type { Principal } from '@rampart/domain'
import { AppError, toAppError } from '@rampart/kit'
import type { BatchEvents } from './batcher.ts'
import { discardBody, readBody, refuseByHeaders } from './body-reader.ts'
import type { DecisionCache } from './decision-cache.ts'
import { servingErrors } from './errors.ts'
import { type InferCall, outcomeOf, traceOf, writeAnswer, writeCallError } from './infer-call.ts'
import { payloadFragment } from './inference-record.ts'
import type { ServingOptions } from './options.ts'
import type { ServingPorts } from './ports.ts'
import type { RecordLog } from './record-log.ts'
import type { ServedRoute } from './served-route.ts'
import type { SnapshotRoute } from './snapshot.ts'

type Deps = Pick<ServingPorts, 'clock' | 'random' | 'logger' | 'observe'> & {
  readonly options: ServingOptions
  readonly decisions: DecisionCache
  readonly records: Pick<RecordLog, 'append' | 'healthy'>
  readonly denied: { add(route: SnapshotRoute, decision: InferCall['decision'] & object): void }
  readonly violations: { add(route: SnapshotRoute, violations: unknown): void }
  readonly stopping: () => boolean
}

/** Rows whose labels are counted per call; beyond it a call counts as its first rows. */
const COUNTED_ROWS = 1024
const CLIENT_GONE = 499

export const createInferHandler = (deps: Deps) => {
  const { clock, options, records } = deps

  const settle = (call: InferCall, status: number, label?: string, score?: number): void => {
    call.settled = true
    const micros = (clock.monotonic() - call.startedAt) * 1000
    call.served.stats.record(outcomeOf(status), micros)
    records.append({
      route: call.served.fragment,
      timeMs: clock.now(),
      caller: call.caller,
      decisionId: call.decision?.id,
      status,
      micros,
      rows: call.rows,
      label,
      score,
      requestId: call.requestId,
      trace: traceOf(call.request),
      payload: call.payload,
    })
  }

  const fail = (call: InferCall, error: unknown): void => {
    if (call.settled) return
    const known = toCallError(error)
    if (known.kind === 'Internal')
      deps.logger.warn({ err: error, route: call.served.route.name }, 'serving.call-failed')
    const status = writeCallError(call, known)
    discardBody(call.request)
    settle(call, status)
  }

  const isGone = (call: InferCall): boolean => {
    if (call.settled) return true
    if (call.response.destroyed) settle(call, CLIENT_GONE)
    else if (clock.monotonic() >= call.deadlineAt)
      fail(call, servingErrors.SERVING_DEADLINE('the deadline passed'))
    return call.settled
  }

  const answer = (call: InferCall, outputs: readonly Tensor[], from: number, to: number): void => {
    if (call.settled) return
    const batchable = call.served.model?.profile.batchable === true
    const rows = batchable ? (outputs[0]?.shape[0] ?? 0) : 0
    writeAnswer(call, outputs, from, to, rows)
    const { label, score } = predictions(call, outputs, from, to)
    settle(call, 200, label, score)
  }

  const predictions = (call: InferCall, outputs: readonly Tensor[], from: number, to: number) => {
    const { predict, stats } = call.served
    const rows = outputs[0]?.shape[0] ?? 0
    stats.rows(to - from)
    const first = predict(outputs, from, rows)
    if (first.label !== undefined) stats.predicted(first.label)
    for (let row = from + 1; row < Math.min(to, from + COUNTED_ROWS); row++) {
      const { label } = predict(outputs, row, rows)
      if (label !== undefined) stats.predicted(label)
    }
    return first
  }

  const enqueue = (call: InferCall, caller: Principal, bytes: Buffer): void => {
    const { served } = call
    const body = parseJson(bytes.toString('utf8'))
    call.requestId = readRequestId(body)
    const decision = deps.decisions.decide(caller, served.route, served.number)
    call.decision = decision
    if (!decision.allow) {
      deps.denied.add(served.route, decision)
      throw servingErrors.SERVING_DENIED('the inference policy does not allow this call', {
        details: decision.reasons,
      })
    }
    if (served.model === undefined)
      throw servingErrors.SERVING_NOT_READY(served.failure ?? 'the model is not loaded')
    served.check?.(body, bytes.length)
    const head = served.read(body)
    call.outputs = head.outputs
    call.rows = head.inputs[0]?.shape[0] ?? 1
    if (decision.log !== 'none') call.payload = payloadFragment(decision, bytes, body, deps.random.float())
    served.model.batcher.add(head, call)
  }

  const proceed = (call: InferCall, caller: Principal): void =>
    readBody(call.request, options.maxBodyBytes, (error, bytes) => {
      if (error !== undefined) return fail(call, error)
      try {
        enqueue(call, caller, bytes)
      } catch (failure) {
        if (failure instanceof AppError && failure.code === 'SERVING_PAYLOAD_INVALID')
          deps.violations.add(call.served.route, failure.details)
        fail(call, failure)
      }
    })

  return {
    /** The events of a model's batches; `route` is what observations are filed under. */
    eventsFor: (route: SnapshotRoute): BatchEvents<InferCall> => {
      const { name, model, version, tenant } = route
      return {
        answer,
        fail,
        isGone,
        ran: (inputs, outputs, rows) => {
          try {
            deps.observe.observeBatch({ route: name, model, version, tenant, rows, inputs, outputs })
          } catch (error) {
            deps.logger.warn({ err: error, route: name }, 'serving.batch-not-observed')
          }
        },
      }
    },
    /** Answers calls whose deadline passed while they waited. */
    expire: (calls: Iterable<InferCall>): void => {
      for (const call of calls) isGone(call)
    },
    infer: (
      request: IncomingMessage,
      response: ServerResponse,
      served: ServedRoute,
      caller: Principal,
    ): void => {
      const startedAt = clock.monotonic()
      const timeout = readTimeout(request.headers['x-request-timeout-ms'], options)
      const call: InferCall = {
        request,
        response,
        served,
        startedAt,
        deadlineAt: startedAt + (timeout ?? options.defaultTimeoutMs),
        decision: undefined,
        caller: `${caller.kind}:${caller.id}`,
        requestId: undefined,
        outputs: [],
        rows: 0,
        payload: '',
        settled: false,
      }
      const refusal = refuse(request, served, timeout)
      if (refusal !== undefined) fail(call, refusal)
      else proceed(call, caller)
    },
  }

  function refuse(
    request: IncomingMessage,
    served: ServedRoute,
    timeout: number | undefined,
  ): AppError | undefined {
    const { route } = served
    if (deps.stopping()) return servingErrors.SERVING_STOPPING('the server is stopping')
    if (timeout === undefined)
      return servingErrors.SERVING_DEADLINE_INVALID('x-request-timeout-ms must be a positive whole number')
    if (route.stage !== 'deployed')
      return servingErrors.SERVING_NOT_DEPLOYED(
        `${route.model}:${route.version} is ${route.stage}, not deployed`,
      )
    if (!records.healthy() && options.withoutRecords === 'refuse')
      return servingErrors.SERVING_RECORDS_UNAVAILABLE('inference records cannot be written')
    return refuseByHeaders(request, options.maxBodyBytes)
  }
}

const readRequestId = (body: unknown): string | undefined => {
  const id = typeof body === 'object' && body !== null ? (body as { id?: unknown }).id : undefined
  return typeof id === 'string' && id.length <= 256 ? id : undefined
}

/** Milliseconds; undefined when the header is not a positive whole number. */
const readTimeout = (
  header: string | string[] | undefined,
  options: Pick<ServingOptions, 'defaultTimeoutMs' | 'maxTimeoutMs'>,
): number | undefined => {
  if (header === undefined) return options.defaultTimeoutMs
  const value = Number(header)
  return Number.isInteger(value) && value > 0 ? Math.min(value, options.maxTimeoutMs) : undefined
}

/** What a model or its worker threw, as the answer's error. */
const toCallError = (error: unknown): AppError => {
  const known = toAppError(error)
  if (known.code === 'ONNX_RUN_FAILED')
    return servingErrors.SERVING_MODEL_FAILED('the model failed on this request', { cause: error })
  return known
}
