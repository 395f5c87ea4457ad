/** One step of the lifecycle in the caller's transaction: asked of the promotion policy, taken when allowed, on record either way. */
import {
  type ApprovalStanding,
  type Decision,
  formatModelVersionRef,
  type ModelSignature,
  type ModelVersion,
  type Principal,
  principalName,
  type Stage,
} from '@rampart/domain'
import type { Clock, EventLog, Tx } from '@rampart/kit'
import type { AuditPort, EvidenceFact, PolicyPort } from './ports.ts'
import { promotionInput, type Undoing } from './promotion-input.ts'
import * as store from './store.ts'

export type TransitionRequest = {
  readonly to: Stage
  readonly reason: string
  /** Refuses when the version has changed since the caller read it. */
  readonly revision?: number
  /** Inputs and outputs found by assessment. */
  readonly signature?: ModelSignature
  /** The response run whose withdrawal this undoes; never set by the API. */
  readonly undoes?: string
}

export type StepsDeps = {
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly policy: PolicyPort
  readonly audit: AuditPort
}

export type Step = {
  readonly principal: Principal
  readonly version: ModelVersion
  readonly request: Omit<TransitionRequest, 'undoes'> & { readonly undoes?: Undoing }
  readonly facts: readonly EvidenceFact[]
  readonly approval: ApprovalStanding
}

export const createSteps = ({ eventLog, clock, policy, audit }: StepsDeps) => {
  const decide = (
    { principal, version, request, facts, approval }: Step,
    options: { readonly tx?: Tx; readonly dryRun?: boolean },
  ): Promise<Decision> =>
    policy.decide({
      pack: 'promotion',
      principal,
      entity: { kind: 'model-version', id: formatModelVersionRef(version) },
      input: promotionInput({ principal, version, request, evidence: facts, approval, now: clock.iso() }),
      ...options,
    })

  const apply = async (tx: Tx, { principal, version, request }: Step, decision: Decision): Promise<void> => {
    const time = clock.iso()
    const name = principalName(principal)
    await store.updateStage(tx, version, {
      stage: request.to,
      time,
      ...(request.signature === undefined ? {} : { signature: request.signature }),
    })
    await store.insertTransition(tx, version, {
      from: version.stage,
      to: request.to,
      reason: request.reason,
      principal: name,
      decisionId: decision.id,
      time,
    })
    await eventLog.publish(tx, principal.tenant, {
      type: 'rampart.model-version.transitioned.v1',
      subject: formatModelVersionRef(version),
      principal: name,
      data: {
        name: version.name,
        version: version.version,
        digest: version.digest,
        from: version.stage,
        to: request.to,
        reason: request.reason,
        decision_id: decision.id,
      },
    })
  }

  const record = (tx: Tx, { principal, version, request }: Step, decision: Decision): Promise<void> =>
    audit.record(tx, {
      tenant: principal.tenant,
      principal: principalName(principal),
      action: `model-version.transition.${request.to}`,
      entity: { kind: 'model-version', id: formatModelVersionRef(version) },
      outcome: decision.allow ? 'success' : 'denied',
      details: {
        from: version.stage,
        to: request.to,
        reason: request.reason,
        digest: version.digest,
        decision: decision.id,
        reasons: decision.reasons,
        ...(request.undoes === undefined ? {} : { undoes: request.undoes.run }),
      },
    })

  return {
    decide,
    take: async (tx: Tx, step: Step): Promise<Decision> => {
      const decision = await decide(step, { tx })
      if (decision.allow) await apply(tx, step, decision)
      await record(tx, step, decision)
      return decision
    },
    /** Only whether it would be taken; a denial is on record. */
    may: async (tx: Tx, step: Step): Promise<Decision> => {
      const preview = await decide(step, { dryRun: true })
      if (preview.allow) return preview
      const decision = { ...(await decide(step, { tx })), allow: false }
      await record(tx, step, decision)
      return decision
    },
  }
}
