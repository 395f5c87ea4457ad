/**
 * Copies of answered calls for a version that is being tried out. A copy starts after its original was answered, is
 * dropped (and counted) when the shadow does not keep up, and its outcome is told to nobody but the statistics.
 */
import { sliceTensor, type Tensor } from '@rampart/codecs'
import { type Clock, type Random, toProblem } from '@rampart/kit'
import type { AnswerRows } from './call-channel.ts'
import { compareOutputs } from './compare-outputs.ts'
import { outputSlice } from './infer-call.ts'
import type { Prediction } from './prediction.ts'
import type { InferCall, InferChannel, PlannedCall, ServedRoute } from './served-route.ts'
import type { ShadowStats } from './shadow-stats.ts'
import type { TableLeases } from './table-lease.ts'

type Deps = {
  readonly clock: Clock
  readonly random: Random
  readonly leases: Pick<TableLeases, 'enter'>
  /** Decides, checks and queues; throws AppError. */
  readonly dispatch: (call: InferCall, planned: PlannedCall) => void
  readonly fail: (call: InferCall, error: unknown) => void
  readonly deadlineMs: number
}

const MAX_IN_FLIGHT = 256
const MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024

/** The rows of one call, in memory of their own. */
const ownRows = (answer: AnswerRows): Tensor[] =>
  answer.tensors.map((tensor) => {
    const { shape, data, from, to } = outputSlice(tensor, answer)
    return { ...tensor, shape, data: sliceTensor(data, from, to).slice() }
  })

const told = ({ route }: ServedRoute, { label, score }: Prediction) => ({
  version: `${route.model}:${route.version}`,
  ...(label === undefined ? {} : { label }),
  ...(score === undefined ? {} : { score }),
})

export const createShadowCalls = (deps: Deps) => {
  let inFlight = 0
  let bytesInFlight = 0

  const channelFor = (
    original: InferCall,
    expected: readonly Tensor[],
    shadow: { readonly stats: ShadowStats; readonly tolerance: number },
  ): InferChannel => ({
    header: () => undefined,
    gone: () => false,
    answer: (call, answer) => {
      const found = ownRows(answer)
      const result = compareOutputs(expected, found, shadow.tolerance)
      shadow.stats.compared(result, () => ({
        requestId: original.requestId,
        rows: original.rows,
        primary: told(original.served, original.served.predict(expected, 0, original.rows)),
        shadow: told(call.served, call.served.predict(found, 0, original.rows)),
        ...(Number.isFinite(result.largest) ? { largest: result.largest } : {}),
      }))
    },
    refuse: (_call, error) => {
      shadow.stats.failed()
      return toProblem(error).status
    },
  })

  return {
    /** `answer` is what the caller got. Returns at once. */
    launch: (call: InferCall, planned: PlannedCall, answer: AnswerRows): void => {
      const { shadow, source } = planned.plan
      const rules = source.shadow
      const { bytes } = planned
      if (shadow === undefined || rules === undefined || bytes === undefined) return
      if (rules.sampleRate < 1 && deps.random.float() >= rules.sampleRate) return
      const model = shadow.served.model
      const isBehind =
        inFlight >= MAX_IN_FLIGHT ||
        bytesInFlight + bytes.length > MAX_BYTES_IN_FLIGHT ||
        (model?.batcher.queuedRows() ?? 0) > 4 * (model?.capacityRows ?? 0)
      if (isBehind) return shadow.stats.dropped()
      shadow.stats.sent()
      inFlight += 1
      bytesInFlight += bytes.length
      const startedAt = deps.clock.monotonic()
      const copy: InferCall = {
        ...call,
        channel: channelFor(call, ownRows(answer), { stats: shadow.stats, tolerance: rules.tolerance }),
        served: shadow.served,
        planned: undefined,
        trace: undefined,
        lease: deps.leases.enter(),
        isShadow: true,
        startedAt,
        deadlineAt: startedAt + deps.deadlineMs,
        decision: undefined,
        payload: '',
        settled: false,
        onSettled: () => {
          inFlight -= 1
          bytesInFlight -= bytes.length
        },
      }
      setImmediate(() => {
        try {
          deps.dispatch(copy, planned)
        } catch (error) {
          deps.fail(copy, error)
        }
      })
    },
  }
}
