/** Limits and times of the inference log, with their defaults and units. */
import type { SegmentSources } from './segment-sources.ts'

export type InferenceLogOptions = SegmentSources & {
  /** Where Parquet files, leaf hashes and the catalog are. */
  readonly folder: string
  /** Days that records are kept. */
  readonly retentionDays: number
  /** Days by tenant, where they differ. */
  readonly tenantRetentionDays: ReadonlyMap<string, number>
  /** Parquet beyond this total is removed, oldest day first, and the removal is recorded in the audit log. */
  readonly maxBytes: number
  /** Closed segments become Parquet when there are so many bytes of them, or the oldest is so old. */
  readonly convertBytes: number
  readonly convertAfterMs: number
  /** Bytes of segments in one go. */
  readonly batchBytes: number
  readonly tickMs: number
  /** So many small files of one tenant and day become one. */
  readonly compactFiles: number
  readonly smallFileBytes: number
  readonly compactBytes: number
  readonly cleanupMs: number
  readonly queryTimeoutMs: number
  readonly queryMemoryMb: number
  readonly queryRows: number
  readonly queryBytes: number
  readonly queriesAtOnce: number
}

export const DEFAULT_INFERENCE_LOG_OPTIONS: Omit<InferenceLogOptions, 'segmentsFolder' | 'folder'> = {
  retentionDays: 30,
  tenantRetentionDays: new Map(),
  maxBytes: 16 * 1024 ** 3,
  convertBytes: 8 * 1024 * 1024,
  convertAfterMs: 60_000,
  batchBytes: 32 * 1024 * 1024,
  tickMs: 2_000,
  compactFiles: 24,
  smallFileBytes: 16 * 1024 * 1024,
  compactBytes: 128 * 1024 * 1024,
  cleanupMs: 3_600_000,
  queryTimeoutMs: 10_000,
  queryMemoryMb: 256,
  queryRows: 10_000,
  queryBytes: 8 * 1024 * 1024,
  queriesAtOnce: 2,
}
