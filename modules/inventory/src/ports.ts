/** What the inventory needs from other rooms; narrow on purpose, wired in the control plane's compose. */
import type {
  ApprovalPredicate,
  Decision,
  Digest,
  EntityRef,
  ModelVersion,
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
}

export interface EvidencePort {
  /** About any of the digests, newest first within each. */
  evidenceAbout(tenant: string, digests: readonly Digest[]): Promise<readonly EvidenceFact[]>
  attestApproval(
    tx: Tx,
    principal: Principal,
    subject: { readonly name: string; readonly digest: Digest },
    predicate: ApprovalPredicate,
  ): Promise<void>
}

/** Called after a transition is committed and before the caller is answered, so that effects hold when it returns. */
export type AfterTransition = (change: {
  readonly version: ModelVersion
  readonly from: Stage
  readonly to: Stage
}) => Promise<void>
