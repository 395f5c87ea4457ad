/**
 * Calls whose route has a choice to make: who answers, who stands in when that fails, who gets a copy. A call that
 * moves on leaves its first backend's queue as settled, so a late answer from there is dropped.
 */
import type { Principal } from '@rampart/domain'
import { type AppError, type Clock, type Random, toProblem } from '@rampart/kit'
import { servingErrors } from './errors.ts'
import { outcomeOf } from './infer-call.ts'
import type { ReadHeader } from './route-match.ts'
import { pointOf } from './route-plan.ts'
import type { InferCall, PlannedCall, RoutePlan, ServedRoute } from './served-route.ts'
import type { SnapshotRoute } from './snapshot.ts'

type Deps = {
  readonly clock: Clock
  readonly random: Random
  /** Decides, checks and queues; throws AppError. */
  readonly dispatch: (call: InferCall, planned: PlannedCall) => void
  readonly fail: (call: InferCall, error: unknown) => void
}

/** What another backend may do better. */
const STAND_IN_KINDS: readonly string[] = ['Unavailable', 'Internal', 'DeadlineExceeded', 'RateLimited']
const FINAL_CODES: readonly string[] = [
  'SERVING_POLICY_FAILED',
  'SERVING_STOPPING',
  'SERVING_RECORDS_UNAVAILABLE',
]

/** Follows the rules of a name to the route that is for this call. */
export const enter = (
  served: ServedRoute,
  header: ReadHeader,
  caller: Principal,
): { readonly served: ServedRoute; readonly plan: RoutePlan | undefined } | undefined => {
  const { front } = served
  if (front === undefined) return { served, plan: undefined }
  const rule = front.rules.find(({ matches }) => matches(header, caller))
  if (rule !== undefined) return { served: rule.served, plan: rule.served.front?.plan }
  return front.closed ? undefined : { served, plan: front.plan }
}

/** What holds a call to its backend: the sticky key when the call has one, its id, or chance. */
const keyOf = (plan: RoutePlan, call: InferCall, caller: Principal): string | undefined => {
  const { sticky } = plan.source
  if (sticky?.by === 'caller' && caller.kind !== 'anonymous') return call.caller
  if (sticky?.by === 'header') return call.channel.header(sticky.header) ?? call.requestId
  return call.requestId
}

export const createPlannedCalls = (deps: Deps) => {
  /** Every attempt but the last is bounded, so that time is left for the next. */
  const attemptDeadline = (plan: RoutePlan, tried: readonly ServedRoute[], deadlineAt: number): number => {
    const timeoutMs = plan.source.fallback?.timeoutMs
    if (timeoutMs === undefined || plan.standIn(tried) === undefined) return deadlineAt
    return Math.min(deadlineAt, deps.clock.monotonic() + timeoutMs)
  }

  return {
    /** Once the body is read: chooses and queues. */
    begin: (call: InferCall, planned: PlannedCall): void => {
      const { plan } = planned
      const key = keyOf(plan, call, planned.caller)
      call.served = plan.choose(key === undefined ? deps.random.float() : pointOf(plan.source.name, key))
      call.deadlineAt = attemptDeadline(plan, [call.served], planned.deadlineAt)
      deps.dispatch(call, planned)
    },
    /** True when another backend has taken the call over; `call` is settled then. */
    takeOver: (call: InferCall, planned: PlannedCall, error: AppError): boolean => {
      const { plan, tried } = planned
      if (!STAND_IN_KINDS.includes(error.kind) || FINAL_CODES.includes(error.code)) return false
      if (planned.body === undefined || deps.clock.monotonic() >= planned.deadlineAt) return false
      const before = [...tried.map((one) => one.served), call.served]
      const served = plan.standIn(before)
      if (served === undefined) return false
      call.settled = true
      call.served.stats.record(
        outcomeOf(toProblem(error).status),
        (deps.clock.monotonic() - call.startedAt) * 1000,
      )
      tried.push({ served: call.served, code: error.code })
      const next: InferCall = {
        ...call,
        served,
        deadlineAt: attemptDeadline(plan, [...before, served], planned.deadlineAt),
        decision: undefined,
        payload: '',
        settled: false,
      }
      try {
        deps.dispatch(next, planned)
      } catch (failure) {
        deps.fail(next, failure)
      }
      return true
    },
  }
}

const CHOICES = {
  canary: '"choice":"canary"',
  sticky: '"choice":"sticky"',
  weight: '"choice":"weight"',
} as const

const choiceOf = (
  { canary, sticky }: RoutePlan['source'],
  { model, version }: Pick<SnapshotRoute, 'model' | 'version'>,
): keyof typeof CHOICES => {
  if (canary !== undefined && canary.version === version && canary.model === model) return 'canary'
  return sticky === undefined ? 'weight' : 'sticky'
}

/** JSON fragment for the record: how the backend was chosen, and which failed before it. */
export const choiceFragment = (call: InferCall): string => {
  const { planned } = call
  if (call.isShadow) return '"choice":"shadow"'
  if (planned === undefined) return ''
  const { tried, plan } = planned
  if (tried.length === 0) return CHOICES[choiceOf(plan.source, call.served.route)]
  const failed = tried.map(({ served: { route }, code }) => ({
    model: route.model,
    version: route.version,
    digest: route.digest,
    code,
  }))
  return `"choice":"fallback","tried":${JSON.stringify(failed)}`
}

export const noRouteFor = (name: string): AppError =>
  servingErrors.SERVING_MODEL_UNKNOWN(`no route of ${name} is for this call`)
