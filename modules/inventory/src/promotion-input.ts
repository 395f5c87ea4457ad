/** The document that the promotion policy reads; its field names are the policy author's interface. */
import {
  type ApprovalStanding,
  type ModelVersion,
  PREDICATE,
  type Principal,
  type Stage,
} from '@rampart/domain'
import type { EvidenceFact } from './ports.ts'

/** A withdrawal that is undone: the run that made it, and the stage before it. */
export type Undoing = { readonly run: string; readonly stage: Stage }

/** An approval that does not count is no evidence, whatever a policy makes of the rest. */
const speaks = ({ id, predicateType }: EvidenceFact, { met, counted }: ApprovalStanding): boolean =>
  predicateType !== PREDICATE.approval || (met && counted.includes(id))

export const promotionInput = (facts: {
  readonly principal: Principal
  readonly version: ModelVersion
  readonly request: { readonly to: Stage; readonly reason: string; readonly undoes?: Undoing }
  readonly evidence: readonly EvidenceFact[]
  readonly approval: ApprovalStanding
  readonly now: string
}): Record<string, unknown> => {
  const { principal, version, request, evidence, approval, now } = facts
  const limits = version.spec.limits ?? {}
  return {
    principal: { kind: principal.kind, id: principal.id, roles: principal.roles, tenant: principal.tenant },
    transition: {
      from: version.stage,
      to: request.to,
      reason: request.reason,
      ...(request.undoes === undefined ? {} : { undoes: request.undoes }),
    },
    version: {
      name: version.name,
      version: version.version,
      digest: version.digest,
      stage: version.stage,
      labels: version.spec.labels ?? {},
      created_by: version.createdBy,
      artifacts: version.artifacts.map(({ path, role, digest }) => ({ path, role, digest })),
      size_bytes: version.artifacts.reduce((sum, artifact) => sum + artifact.sizeBytes, 0),
    },
    approval: { met: approval.met, reasons: approval.reasons, persons: approval.persons },
    evidence: evidence
      .filter((fact) => speaks(fact, approval))
      .map((fact) => ({
        predicate_type: fact.predicateType,
        predicate: fact.predicate,
        signer: fact.signer,
        verified: fact.verified,
        subject_digest: fact.subjectDigest,
      })),
    limits: {
      ...(limits.minAccuracy === undefined ? {} : { min_accuracy: limits.minAccuracy }),
      ...(limits.minBalancedAccuracy === undefined
        ? {}
        : { min_balanced_accuracy: limits.minBalancedAccuracy }),
    },
    now,
  }
}
