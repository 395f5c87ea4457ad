/** What lineage asks of the other rooms. */
import type { Digest, EntityRef, ModelVersion, ModelVersionRef, RegistryLineage } from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import type { RunEvent } from './openlineage/event-schema.ts'
import type { RegistryOrigin } from './registry-claim.ts'

export interface VersionsPort {
  /** Throws when there is no such version. */
  get(tenant: string, ref: ModelVersionRef): Promise<ModelVersion>
  /** Every version of these bytes, in the caller's transaction. */
  versionsWithDigest(tx: Tx, digest: Digest): Promise<readonly ModelVersion[]>
}

/** What a registry said of one of its versions, in the caller's transaction. */
export type RegistryLineagePort = (tx: Tx, origin: RegistryOrigin) => Promise<RegistryLineage | undefined>

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

/** Hands one event to the receiver; throws a retryable error to have it tried again. */
export type SendEvent = (event: RunEvent, signal: AbortSignal) => Promise<void>

/** One statement about a digest, verified for this answer. */
export type EvidenceFact = {
  readonly subjectName: string
  readonly predicateType: string
  readonly predicate: Readonly<Record<string, unknown>>
  readonly signer: string
  readonly verified: boolean
}

type Counts = {
  readonly same: number
  readonly added: number
  readonly removed: number
  readonly changed: number
}
export type GraphChange = {
  readonly verdict: 'identical' | 'metadata' | 'weights' | 'architecture'
  readonly nodes: Counts
  readonly tensors: Counts
}

export interface DifferencePorts {
  get(tenant: string, ref: ModelVersionRef): Promise<ModelVersion>
  evidenceAbout(tenant: string, digests: readonly Digest[]): Promise<readonly EvidenceFact[]>
  /** Undefined before there is one. */
  verdict(
    tenant: string,
    digest: Digest,
  ): Promise<{ readonly decision: 'allow' | 'deny'; readonly reasons: readonly string[] } | undefined>
  /** Our own bill of materials, CycloneDX JSON. */
  bom(tenant: string, ref: ModelVersionRef): Promise<string>
  /** From `against` to the version. */
  graphChange(tenant: string, ref: ModelVersionRef, against: string): Promise<GraphChange>
}
