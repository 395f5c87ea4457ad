/** What lineage asks of the other rooms. */
import type { Digest, EntityRef, ModelVersion, ModelVersionRef } from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import type { RunEvent } from './openlineage/event-schema.ts'

export interface VersionsPort {
  /** Throws when there is no such version. */
  get(tenant: string, ref: ModelVersionRef): Promise<ModelVersion>
  /** Every version of these bytes, in the caller's transaction. */
  versionsWithDigest(tx: Tx, digest: Digest): Promise<readonly ModelVersion[]>
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

/** Hands one event to the receiver; throws a retryable error to have it tried again. */
export type SendEvent = (event: RunEvent, signal: AbortSignal) => Promise<void>
