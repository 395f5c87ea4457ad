/** What serving hands to the audit log about its records. `id` is stable, so a repeated hand-over can be told. */
import type { Digest } from '@rampart/domain'

/** A closed file of records; `root` is the RFC 6962 root over its lines (without their newlines). */
export type SegmentAnchor = {
  readonly kind: 'segment'
  readonly id: string
  readonly file: string
  readonly epoch: string
  readonly firstSequence: number
  readonly lastSequence: number
  readonly records: number
  /** Sequence numbers missing inside: records that were dropped because memory or disk was full. */
  readonly dropped: number
  readonly bytes: number
  readonly root: Digest
  readonly from: string
  readonly to: string
  /** True when the file was closed by the next start, after a crash. */
  readonly recovered: boolean
  /** Bytes of a last line that was cut off by a crash and removed. */
  readonly tornBytes: number
}

/** The process ended without closing its epoch: records after `afterSequence` are lost, at most those of 1 s. */
export type GapAnchor = {
  readonly kind: 'gap'
  readonly id: string
  readonly epoch: string
  readonly afterSequence: number
  readonly from: string
  readonly to: string
  readonly reason: string
}

/** Files of records removed: to keep a folder within its limit, or because their time was over. */
export type ExpiredAnchor = {
  readonly kind: 'expired'
  readonly id: string
  /** Whose records they were; absent for segments, which hold those of every tenant. */
  readonly tenant?: string
  readonly records?: number
  readonly reason?: string
  readonly files: readonly string[]
  readonly bytes: number
}

/** Records of one caller removed on demand; their leaf hashes stay, so the others can still be proved. */
export type ErasedAnchor = {
  readonly kind: 'erased'
  readonly id: string
  readonly tenant: string
  /** SHA-256 of `TENANT CALLER`: the audit log must not name whom it was asked to forget. */
  readonly callerDigest: string
  readonly before: string
  readonly records: number
  readonly files: number
  readonly by: string
}

export type AnchorBatch = SegmentAnchor | GapAnchor | ExpiredAnchor | ErasedAnchor
