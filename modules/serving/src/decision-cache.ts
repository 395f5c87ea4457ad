/**
 * Policy decisions per caller and route. The policy is asked once per distinct value of what it reads; a look-up
 * on the hot path is one number in one map. A new policy epoch forgets everything.
 */
import { type Decision, type DecisionResult, type Principal, principalName } from '@rampart/domain'
import { type Clock, newId, type Random } from '@rampart/kit'
import { canonicalDigest } from '@rampart/signing'
import { servingErrors } from './errors.ts'
import { type PayloadRule, payloadRule } from './payload-rule.ts'
import type { HotPolicy, ServingPorts } from './ports.ts'
import { type AnswerShape, createAnswerShape, stricter } from './postprocess.ts'
import type { SnapshotRoute } from './snapshot.ts'

export type CachedDecision = PayloadRule & {
  readonly id: string
  readonly allow: boolean
  readonly reasons: readonly string[]
  readonly caller: string
  /** Set when the decision asks for more than the route does. */
  readonly shape: AnswerShape | undefined
  readonly expiresAt: number
}

type Deps = { readonly clock: Clock; readonly random: Random } & Pick<
  ServingPorts,
  'policyHot' | 'logDecision' | 'mode'
>

/** What the policy is asked about a call; it never contains the payload. */
const policyInput = (caller: Principal, route: SnapshotRoute, mode: string) => ({
  caller: { kind: caller.kind, id: caller.id, roles: caller.roles, tenant: caller.tenant },
  route: {
    name: route.name,
    model: route.model,
    version: route.version,
    digest: route.digest,
    stage: route.stage,
    labels: route.labels,
    tenant: route.tenant,
  },
  mode,
})

const MAX_ENTRIES = 10_000
const MAX_CALLERS = 2 ** 20
const KEEP_MS = 60_000
const KEEP_VOLATILE_MS = 1_000

export type DecisionCache = {
  decide(caller: Principal, route: SnapshotRoute, routeNumber: number): CachedDecision
}

/** `routeNumber` must be below 2^32 and stand for one immutable route. */
export const createDecisionCache = (deps: Deps): DecisionCache => {
  let epoch: number | undefined
  let callerNumbers = new WeakMap<Principal, number>()
  const callersByName = new Map<string, number>()
  const decisions = new Map<number, CachedDecision>()
  const results = new Map<string, { result: DecisionResult; micros: number; until: number }>()
  let nextCaller = 1

  const forget = (): void => {
    callerNumbers = new WeakMap()
    callersByName.clear()
    decisions.clear()
    results.clear()
    nextCaller = 1
  }

  const numberOf = (caller: Principal): number => {
    const known = callerNumbers.get(caller)
    if (known !== undefined) return known
    const name = JSON.stringify([caller.kind, caller.id, caller.tenant, caller.roles])
    const number = callersByName.get(name) ?? nextCaller++
    callersByName.set(name, number)
    callerNumbers.set(caller, number)
    return number
  }

  const evaluate = (policy: HotPolicy, input: ReturnType<typeof policyInput>) => {
    const key = projectionKey(policy, input)
    const now = deps.clock.monotonic()
    const known = results.get(key)
    if (known !== undefined && known.until > now) return known
    const from = deps.clock.monotonic()
    let result: DecisionResult
    try {
      result = policy.evaluate(input)
    } catch (cause) {
      throw servingErrors.SERVING_POLICY_FAILED('the inference policy could not be evaluated', { cause })
    }
    const micros = (deps.clock.monotonic() - from) * 1000
    const fresh = { result, micros, until: now + (policy.volatile === true ? KEEP_VOLATILE_MS : KEEP_MS) }
    results.set(key, fresh)
    return fresh
  }

  const decideAnew = (policy: HotPolicy, caller: Principal, route: SnapshotRoute): CachedDecision => {
    const input = policyInput(caller, route, deps.mode)
    const { result, micros, until } = evaluate(policy, input)
    const decision: Decision = {
      ...result,
      id: newId(deps.clock, deps.random),
      pack: 'inference',
      principal: principalName(caller),
      bundleDigest: policy.digest,
      inputDigest: canonicalDigest(input),
      evaluationMicros: Math.round(micros * 10) / 10,
      time: deps.clock.iso(),
    }
    deps.logDecision(route.tenant, decision)
    return {
      ...payloadRule(result, route.log),
      shape: shapeFor(result, route),
      id: decision.id,
      caller: decision.principal,
      expiresAt: until,
      allow: result.allow,
      reasons: result.reasons,
    }
  }

  return {
    decide: (caller, route, routeNumber) => {
      const policy = deps.policyHot()
      if (policy === undefined) throw servingErrors.SERVING_POLICY_FAILED('no inference policy is active')
      if (policy.epoch !== epoch || decisions.size > MAX_ENTRIES || nextCaller > MAX_CALLERS) {
        forget()
        epoch = policy.epoch
      }
      const key = routeNumber * MAX_CALLERS + numberOf(caller)
      const known = decisions.get(key)
      if (known !== undefined && known.expiresAt > deps.clock.monotonic()) return known
      const fresh = decideAnew(policy, caller, route)
      decisions.set(key, fresh)
      return fresh
    },
  }
}

const projectionKey = (policy: HotPolicy, input: unknown): string =>
  policy.inputPaths === 'all'
    ? JSON.stringify(input)
    : JSON.stringify(policy.inputPaths.map((path) => valueAt(input, path) ?? null))

const valueAt = (input: unknown, path: string): unknown => {
  let value: unknown = input
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[part]
  }
  return value
}

/** Obligations about the answer: `round` (decimals), `hide` (output names), `strip_headers`. */
const shapeFor = ({ obligations }: DecisionResult, route: SnapshotRoute): AnswerShape | undefined => {
  const { round, hide, strip_headers: stripHeaders } = obligations
  const isRound = typeof round === 'number' && Number.isInteger(round) && round >= 0 && round <= 15
  const names = Array.isArray(hide) ? hide.filter((name) => typeof name === 'string') : []
  if (!isRound && names.length === 0 && stripHeaders !== true) return undefined
  const asked = { ...(isRound ? { round } : {}), hide: names, stripHeaders: stripHeaders === true }
  return createAnswerShape(route, stricter(route.postprocess ?? {}, asked))
}
