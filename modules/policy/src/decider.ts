/** One question to one pack: evaluated, timed, named, logged. */

import { createHash } from 'node:crypto'
import { type Decision, principalName } from '@rampart/domain'
import { type Clock, newId, type Random } from '@rampart/kit'
import { stableJson } from '@rampart/rego'
import type { CompiledPack } from './compiled-pack.ts'
import type { DecisionLog } from './decision-log.ts'
import type { DecisionRequest, PolicyAudit } from './ports.ts'
import { insertDecisions, type LoggedDecision } from './store.ts'
import { invalidNow, observed } from './validity.ts'

export type DeciderDeps = {
  readonly clock: Clock
  readonly random: Random
  readonly log: Pick<DecisionLog, 'add' | 'repeat'>
  readonly pack: (name: string) => CompiledPack
  /** Told of decisions that a bundle outside of its time was refused. */
  readonly audit?: PolicyAudit
  readonly onDecision?: (decision: Decision) => void
}

const inputDigest = (input: unknown): `sha256:${string}` =>
  `sha256:${createHash('sha256').update(stableJson(input)).digest('hex')}`

/** What was asked, in one word: the API's action, or the step of a model version. */
function actionOf(input: Readonly<Record<string, unknown>>): string {
  if (typeof input.action === 'string') return input.action
  const { transition } = input as { transition?: { from?: unknown; to?: unknown } }
  return transition ? `${String(transition.from)} → ${String(transition.to)}` : ''
}

// Distinct questions remembered between two flushes of the log.
const MEMO_CAPACITY = 10_000

/**
 * Equal questions between two flushes of the log get the same decision and share its row, so that a console that
 * polls costs neither CPU nor disk. Questions asked in a transaction are always evaluated and written there.
 */
export function createDecider(deps: DeciderDeps): (request: DecisionRequest) => Promise<Decision> {
  const memo = new Map<string, Decision>()

  const evaluate = (pack: CompiledPack, request: DecisionRequest, digest: `sha256:${string}`): Decision => {
    const start = deps.clock.monotonic()
    const why = invalidNow(pack.validity, deps.clock.now())
    const answer = pack.evaluate(request.input)
    const result = why === undefined ? answer : observed(answer, why)
    const evaluationMicros = Math.round((deps.clock.monotonic() - start) * 10_000) / 10
    const decision = {
      ...result,
      id: newId(deps.clock, deps.random),
      pack: pack.pack,
      principal: principalName(request.principal),
      bundleDigest: pack.digest,
      inputDigest: digest,
      evaluationMicros,
      time: deps.clock.iso(),
    }
    deps.onDecision?.(decision)
    return decision
  }
  const logged = (pack: CompiledPack, request: DecisionRequest, decision: Decision): LoggedDecision => ({
    ...decision,
    tenant: request.principal.tenant,
    packVersion: pack.version,
    action: actionOf(request.input),
    ...(request.entity && { entity: request.entity }),
    times: 1,
  })
  const remembered = (pack: CompiledPack, request: DecisionRequest, digest: `sha256:${string}`): Decision => {
    const { principal, entity } = request
    const key = `${pack.epoch} ${digest} ${principal.tenant} ${principalName(principal)} ${entity?.kind} ${entity?.id}`
    const known = memo.get(key)
    if (known && deps.log.repeat(known.id)) return known
    const decision = evaluate(pack, request, digest)
    if (memo.size >= MEMO_CAPACITY) memo.clear()
    const isTimed = pack.validity.from !== undefined || pack.validity.until !== undefined
    if (!pack.volatile && !isTimed) memo.set(key, decision)
    deps.log.add(logged(pack, request, decision))
    return decision
  }
  return async (request) => {
    const pack = deps.pack(request.pack)
    const digest = inputDigest(request.input)
    if (request.dryRun) return evaluate(pack, request, digest)
    if (!request.tx) return remembered(pack, request, digest)
    const decision = evaluate(pack, request, digest)
    const why = invalidNow(pack.validity, deps.clock.now())
    if (why !== undefined)
      await deps.audit?.record(request.tx, {
        tenant: request.principal.tenant,
        principal: decision.principal,
        action: 'policy.decide',
        entity: { kind: 'policy', id: pack.pack },
        outcome: 'denied',
        details: { why, digest: pack.digest, decision: decision.id, about: request.entity },
      })
    await insertDecisions(request.tx, [logged(pack, request, decision)])
    return decision
  }
}
