/** What verdicts ask of other rooms. */
import type { ApprovalStanding, DecisionResult, Digest, ModelVersion } from '@rampart/domain'
import type { Clock, Database, EventLog, Logger, Tx } from '@rampart/kit'
import type { VerificationKey } from '@rampart/signing'
import type { EvidenceRecord } from '../evidence-verification.ts'
import type { AuditPort, Trust } from '../trust.ts'

/** What the inventory knows of the bytes, read in the caller's transaction. */
export interface SubjectSource {
  versionsWithDigest(tx: Tx, digest: Digest): Promise<readonly ModelVersion[]>
  /** Digests of the versions that are, or have a file of, this digest. */
  versionDigestsOf(tx: Tx, digest: Digest): Promise<readonly Digest[]>
  versionDigest(tx: Tx, ref: string): Promise<Digest | undefined>
}

/** Whether the approvals of a version are enough. */
export interface ApprovalSource {
  standing(tx: Tx, version: ModelVersion, records: readonly EvidenceRecord[]): Promise<ApprovalStanding>
  /** Another value means: every standing may be another. */
  policyDigest(): Digest
  onPolicyChange(listener: () => void): () => void
}

export interface VerdictPolicy {
  /** The pack `verdict` as it is in force now. */
  hot(): { readonly digest: Digest; evaluate(input: unknown): DecisionResult }
  onChange(listener: () => void): () => void
}

export type VerdictsDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish' | 'consumer' | 'subscribe'>
  readonly clock: Clock
  readonly logger: Logger
  readonly audit: AuditPort
  readonly trust: Pick<Trust, 'evidenceIn' | 'seal'>
  readonly keys: readonly VerificationKey[]
  readonly policy: VerdictPolicy
  readonly subjects: SubjectSource
  readonly approvals: ApprovalSource
  /** Names of the versions whose evidence rests on a signer. */
  readonly dependents: (tenant: string, signer: string) => Promise<readonly string[]>
  /** How long a verdict counts, ms; it is signed again after half of it. Default 24 hours. */
  readonly ttlMs?: number
}
