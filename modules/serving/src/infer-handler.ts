/** The way of one inference call, whatever it came by: body, decision, schema, tensors, batch, answer, record. */
import { hasRawData, type InferRequestHead, plainBody, type Tensor } from '@rampart/codecs'
import type { Principal } from '@rampart/domain'
import { AppError, toAppError } from '@rampart/kit'
import type { BatchEvents } from './batcher.ts'
import { endTrace, openTrace, startAttempt, traceOf } from './call-trace.ts'
import type { DecisionCache } from './decision-cache.ts'
import { servingErrors } from './errors.ts'
import { type InferCall, outcomeOf } from './infer-call.ts'
import type { ServingOptions } from './options.ts'
import { outputFragment, payloadFragment } from './payload-log.ts'
import { choiceFragment, createPlannedCalls, enter, noRouteFor } from './planned-calls.ts'
import type { ServingPorts } from './ports.ts'
import type { RecordLog } from './record-log.ts'
import { type InferChannel, type PlannedCall, type ServedRoute, shapeOf } from './served-route.ts'
import { createShadowCalls } from './shadow-calls.ts'
import type { SnapshotRoute } from './snapshot.ts'
import type { TableLeases } from './table-lease.ts'

type Deps = Pick<ServingPorts, 'clock' | 'random' | 'logger' | 'observe' | 'tracer'> & {
  readonly options: ServingOptions
  readonly decisions: DecisionCache
  readonly records: Pick<RecordLog, 'append' | 'healthy'>
  readonly denied: { add(route: SnapshotRoute, decision: InferCall['decision'] & object): void }
  readonly violations: { add(route: SnapshotRoute, violations: unknown): void }
  readonly leases: Pick<TableLeases, 'enter' | 'leave'>
  readonly stopping: () => boolean
}

/** The request as a value of the protocol's JSON form; throws AppError. */
export type BodyDecoder = (bytes: Uint8Array) => unknown

/** Rows whose labels are counted per call; beyond it a call counts as its first rows. */
const COUNTED_ROWS = 1024
const CLIENT_GONE = 499
const CLOCK_SLACK_MS = 2
const NO_BYTES = new Uint8Array(0)

const notServed = ({ isRefused, failure = 'the model is not loaded' }: ServedRoute): Error =>
  isRefused
    ? servingErrors.SERVING_NO_VALID_VERDICT(`no valid verdict lets this version be served: ${failure}`)
    : servingErrors.SERVING_NOT_READY(failure)

export const createInferHandler = (deps: Deps) => {
  const { clock, options, records, tracer } = deps

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
      trace: traceOf(call),
      choice: choiceFragment(call),
      payload: call.payload,
    })
    if (call.trace !== undefined) endTrace(call, call.trace, status, clock.monotonic())
    deps.leases.leave(call.lease)
    call.onSettled?.()
  }

  const fail = (call: InferCall, error: unknown): void => {
    if (call.settled) return
    const known = toCallError(error)
    if (known.kind === 'Internal')
      deps.logger.warn({ err: error, route: call.served.route.name }, 'serving.call-failed')
    if (call.planned !== undefined && planned.takeOver(call, call.planned, known)) return
    settle(call, call.channel.refuse(call, known))
  }

  const isGone = (call: InferCall): boolean => {
    if (call.settled) return true
    const gone = call.channel.gone()
    // gRPC also hangs up on a call whose deadline passed, on a clock of its own; that is not the client's doing.
    if (clock.monotonic() >= call.deadlineAt - (gone ? CLOCK_SLACK_MS : 0))
      fail(call, servingErrors.SERVING_DEADLINE('the deadline passed'))
    else if (gone) settle(call, CLIENT_GONE)
    return call.settled
  }

  const answer = (call: InferCall, outputs: readonly Tensor[], from: number, to: number): void => {
    if (call.settled || (call.channel.gone() && isGone(call))) return
    const batchable = call.served.model?.profile.batchable === true
    const rows = batchable ? (outputs[0]?.shape[0] ?? 0) : 0
    const { shaping } = shapeOf(call)
    const tensors = shaping === undefined ? outputs : shaping.round(outputs, from, to, rows)
    call.channel.answer(call, { tensors, from, to, rows })
    if (call.decision?.log === 'full') call.payload += outputFragment(call, { tensors, from, to, rows })
    const { label, score } = predictions(call, outputs, from, to)
    settle(call, 200, label, score)
    if (call.planned?.plan.shadow !== undefined)
      shadows.launch(call, call.planned, { tensors: outputs, from, to, rows })
  }

  const predictions = (call: InferCall, outputs: readonly Tensor[], from: number, to: number) => {
    const { predict, stats } = call.served
    const rows = outputs[0]?.shape[0] ?? 0
    stats.rows(to - from)
    const first = predict(outputs, from, rows)
    if (first.label !== undefined) stats.predicted(first.label)
    if (first.score !== undefined) stats.scored(first.score)
    for (let row = from + 1; row < Math.min(to, from + COUNTED_ROWS); row++) {
      const { label } = predict(outputs, row, rows)
      if (label !== undefined) stats.predicted(label)
    }
    return first
  }

  const enqueue = (call: InferCall, caller: Principal, bytes: Uint8Array, decode: BodyDecoder): void => {
    const body = decode(bytes)
    call.requestId = readRequestId(body)
    if (call.planned === undefined) return dispatch(call, caller, body, bytes)
    call.planned.body = body
    call.planned.bytes = bytes
    planned.begin(call, call.planned)
  }

  const dispatch = (call: InferCall, caller: Principal, body: unknown, bytes: Uint8Array): void => {
    const { served } = call
    if (call.trace !== undefined) call.trace.decidingAt = clock.monotonic()
    const decision = deps.decisions.decide(caller, served.route, served.number)
    if (call.trace !== undefined) call.trace.decidedAt = clock.monotonic()
    call.decision = decision
    if (!decision.allow) {
      call.payload = decision.note
      deps.denied.add(served.route, decision)
      throw servingErrors.SERVING_DENIED('the inference policy does not allow this call', {
        details: decision.reasons,
      })
    }
    if (served.model === undefined) throw notServed(served)
    const head = readChecked(served, body, bytes)
    const { shaping } = decision.shape ?? served
    call.outputs = shaping === undefined ? head.outputs : shaping.visible(head.outputs)
    call.binary = head.binary
    call.rows = head.inputs[0]?.shape[0] ?? 1
    call.payload =
      decision.log === 'none'
        ? decision.note
        : payloadFragment(
            decision,
            bytes,
            deps.random.float,
            () => plainBody(body, head.inputs),
            served.route.features,
          )
    if (call.trace !== undefined) call.trace.queuedAt = clock.monotonic()
    served.model.batcher.add(head, call)
  }

  const ports = {
    ...deps,
    fail,
    deadlineMs: options.defaultTimeoutMs,
    dispatch: (call: InferCall, { caller, body, bytes }: PlannedCall) =>
      dispatch(call, caller, body, bytes ?? NO_BYTES),
  }
  const planned = createPlannedCalls(ports)
  const shadows = createShadowCalls(ports)

  return {
    /** The events of a model's batches, whichever routes their calls came by. */
    eventsFor: ({ model, version, tenant }: SnapshotRoute): BatchEvents<InferCall> => {
      // Observations are filed under the version: rows of several routes share its batches.
      const name = `${tenant}/${model}:${version}`
      return {
        answer,
        fail,
        isGone,
        ...(tracer === undefined ? {} : { attempt: startAttempt }),
        ran: (inputs, outputs, rows) => {
          try {
            deps.observe.observeBatch({ route: name, model, version, tenant, rows, inputs, outputs })
          } catch (error) {
            deps.logger.warn({ err: error, route: name }, 'serving.batch-not-observed')
          }
        },
      }
    },
    /** A call as its headers describe it; undefined when they are enough to refuse it, which is then done. */
    open: (channel: InferChannel, served: ServedRoute, caller: Principal): InferCall | undefined => {
      const startedAt = clock.monotonic()
      const timeout = readTimeout(channel.header('x-request-timeout-ms'), channel.deadlineMs, options)
      const deadlineMs = timeout ?? options.defaultTimeoutMs
      const entered = served.front === undefined ? undefined : enter(served, channel.header, caller)
      const plan = entered?.plan
      const deadlineAt = startedAt + deadlineMs
      const call: InferCall = {
        channel,
        served: entered?.served ?? served,
        planned:
          plan === undefined
            ? undefined
            : { plan, caller, deadlineAt, body: undefined, bytes: undefined, tried: [] },
        lease: deps.leases.enter(),
        isShadow: false,
        onSettled: undefined,
        startedAt,
        deadlineAt,
        trace: tracer === undefined ? undefined : openTrace(tracer, channel, served, startedAt),
        decision: undefined,
        caller: `${caller.kind}:${caller.id}`,
        requestId: undefined,
        outputs: [],
        binary: undefined,
        rows: 0,
        payload: '',
        settled: false,
      }
      const refusal =
        served.front !== undefined && entered === undefined
          ? noRouteFor(served.route.path ?? served.route.name)
          : refuse(call.served, timeout)
      if (refusal === undefined) return call
      fail(call, refusal)
      return undefined
    },
    /** The call's body, whole: decided, checked and queued, or refused. */
    receive: (call: InferCall, caller: Principal, bytes: Uint8Array, decode: BodyDecoder): void => {
      try {
        enqueue(call, caller, bytes, decode)
      } catch (failure) {
        if (failure instanceof AppError && failure.code === 'SERVING_PAYLOAD_INVALID')
          deps.violations.add(call.served.route, failure.details)
        fail(call, failure)
      }
    },
    fail,
  }

  function refuse(served: ServedRoute, timeout: number | undefined): AppError | undefined {
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
    return undefined
  }
}

/** The route's schema is about JSON: it is asked first, but about raw tensors only once it is known what they are. */
const readChecked = ({ check, read }: ServedRoute, body: unknown, bytes: Uint8Array): InferRequestHead => {
  if (check === undefined) return read(body)
  if (!hasRawData(body)) {
    check(body, bytes.length)
    return read(body)
  }
  const head = read(body)
  check(plainBody(body, head.inputs), bytes.length)
  return head
}

const readRequestId = (body: unknown): string | undefined => {
  const id = typeof body === 'object' && body !== null ? (body as { id?: unknown }).id : undefined
  return typeof id === 'string' && id.length <= 256 ? id : undefined
}

/** Milliseconds, of header and protocol the shorter; undefined when the header is not a positive whole number. */
const readTimeout = (
  header: string | undefined,
  protocolMs: number | undefined,
  options: Pick<ServingOptions, 'defaultTimeoutMs' | 'maxTimeoutMs'>,
): number | undefined => {
  if (header === undefined && protocolMs === undefined) return options.defaultTimeoutMs
  const most = Math.min(protocolMs ?? options.maxTimeoutMs, options.maxTimeoutMs)
  if (header === undefined) return most
  const value = Number(header)
  return Number.isInteger(value) && value > 0 ? Math.min(value, most) : undefined
}

/** What a model or its worker threw, as the answer's error. */
const toCallError = (error: unknown): AppError => {
  const known = toAppError(error)
  if (known.code === 'ONNX_RUN_FAILED')
    return servingErrors.SERVING_MODEL_FAILED('the model failed on this request', { cause: error })
  return known
}

export type InferHandler = ReturnType<typeof createInferHandler>
