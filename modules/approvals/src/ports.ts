/** What approvals need of other rooms; narrow on purpose, wired in the control plane. */
import type {
  ApprovalStanding,
  Decision,
  DecisionResult,
  Digest,
  EntityRef,
  ModelVersion,
  ModelVersionRef,
  Principal,
} from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export type EvidenceFact = {
  readonly id: string
  readonly predicateType: string
  readonly predicate: Readonly<Record<string, unknown>>
  readonly verified: boolean
  readonly subjectDigest: Digest
  readonly subjectName: string
  readonly createdAt: string
}

export interface EvidencePort<Fact extends EvidenceFact = EvidenceFact> {
  evidenceIn(tx: Tx, digests: readonly Digest[]): Promise<readonly Fact[]>
  attest(
    tx: Tx,
    principal: Principal,
    statement: {
      readonly subjectName: string
      readonly digest: Digest
      readonly predicateType: string
      readonly predicate: Readonly<Record<string, unknown>>
    },
  ): Promise<{ readonly id: string }>
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

export interface PolicyPort {
  decide(request: {
    readonly pack: string
    readonly principal: Principal
    readonly entity?: EntityRef
    readonly input: Readonly<Record<string, unknown>>
    readonly tx?: Tx
    readonly dryRun?: boolean
  }): Promise<Decision>
}

/** The pack `approval` as it is in force now; it never throws: a policy that breaks denies. */
export type ApprovalPack = { readonly digest: Digest; evaluate(input: unknown): DecisionResult }

/** The lifecycle, as far as an approval moves it. */
export interface VersionsPort {
  /** Serialises every writer of one version. Throws when there is none, or when it is not at `revision`. */
  lock(tx: Tx, ref: ModelVersionRef, revision?: number): Promise<ModelVersion>
  find(tx: Tx, ref: ModelVersionRef): Promise<ModelVersion | undefined>
  /** Asks the promotion policy for the step to `approved`; logs nothing. */
  mayApprove(step: ApprovalStep): Promise<Decision>
  /** The same, logged and audited; an allowed step is taken. */
  approve(step: ApprovalStep): Promise<Decision>
  denied(version: ModelVersion, decision: Decision): Error
  /** Refuses a step to `approved` from a stage that has none. */
  illegal(version: ModelVersion): Error
  /** After the commit: what rests on the version is made again before the caller is answered. */
  settle(before: ModelVersion): Promise<void>
}

export type ApprovalStep = {
  readonly tx: Tx
  readonly principal: Principal
  readonly version: ModelVersion
  readonly reason: string
  readonly approval: ApprovalStanding
}
