/** What the inventory needs from other rooms; narrow on purpose, wired in the control plane's compose. */
import type {
  ApprovalStanding,
  Decision,
  Digest,
  EntityRef,
  ModelVersion,
  ModelVersionRef,
  Principal,
  Stage,
} from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export interface PolicyPort {
  decide(request: {
    readonly pack: string
    readonly principal: Principal
    readonly entity?: EntityRef
    readonly input: Readonly<Record<string, unknown>>
    readonly tx?: Tx
    /** A preview is evaluated but not written to the decision log. */
    readonly dryRun?: boolean
  }): Promise<Decision>
}

export interface AuditPort {
  record(
    tx: Tx,
    entry: {
      readonly tenant: string
      readonly principal: string
      readonly action: string
      readonly entity: EntityRef
      readonly outcome: 'success' | 'denied' | 'failure'
      readonly details: Readonly<Record<string, unknown>>
    },
  ): Promise<void>
}

export type EvidenceFact = {
  readonly id: string
  readonly predicateType: string
  readonly predicate: Readonly<Record<string, unknown>>
  readonly signer: string
  readonly verified: boolean
  readonly subjectDigest: Digest
  readonly subjectName: string
  readonly createdAt: string
}

export interface EvidencePort {
  /** About any of the digests, newest first within each. */
  evidenceIn(tx: Tx, digests: readonly Digest[]): Promise<readonly EvidenceFact[]>
}

export interface ApprovalsPort {
  /** Whether the approvals of a version are enough, as policy counts them now. */
  standing(tx: Tx, version: ModelVersion, facts: readonly EvidenceFact[]): Promise<ApprovalStanding>
  /** Whether this principal may approve. */
  preview(
    tx: Tx,
    principal: Principal,
    version: ModelVersion,
    facts: readonly EvidenceFact[],
  ): Promise<{ readonly allow: boolean; readonly reasons: readonly string[] }>
  /** One approval; the version moves on when it was the last one needed. */
  approve(
    principal: Principal,
    ref: ModelVersionRef,
    request: { readonly reason: string; readonly revision?: number },
  ): Promise<unknown>
}

/** Called after a transition is committed and before the caller is answered, so that effects hold when it returns. */
export type AfterTransition = (change: {
  readonly version: ModelVersion
  readonly from: Stage
  readonly to: Stage
}) => Promise<void>
