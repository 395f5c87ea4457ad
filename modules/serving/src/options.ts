/** Limits and times of serving, with their defaults and units. */
import type { AddressRules } from '@rampart/connectors/inference'

export type ServingOptions = {
  /** Folder of the inference records. */
  readonly recordsDir: string
  readonly maxBodyBytes: number
  /** Elements of all inputs of one request. */
  readonly maxElements: number
  /** Rows per run of the model. */
  readonly batchRows: readonly number[]
  /** A model runs inline while the measured p95 of a full batch is at most this. */
  readonly inlineMaxMs: number
  /** Rows waiting per model before calls are refused with 429. */
  readonly maxQueuedRows: number
  /** Calls that one gRPC connection may have open. */
  readonly grpcStreams: number
  readonly defaultTimeoutMs: number
  readonly maxTimeoutMs: number
  /** How long a stop or a replaced version may take to finish its calls. */
  readonly drainMs: number
  /** One run in a worker may take this long before the worker is stopped. */
  readonly runTimeoutMs: number
  readonly maxModelBytes: number
  /** Sessions that no route uses stay loaded within these limits (bytes of model files, number). */
  readonly warmBytes: number
  readonly warmCount: number
  /** Records kept in memory while the disk is slow; beyond it they are dropped and counted. */
  readonly recordRing: number
  /** Their text in characters; with more than half of either, new calls are refused or, see `withoutRecords`, counted. */
  readonly recordRingBytes: number
  readonly recordFlushMs: number
  readonly segmentMaxMs: number
  readonly segmentMaxBytes: number
  readonly segmentMaxRecords: number
  /** Segments that may wait in the folder. */
  readonly recordsMaxBytes: number
  /**
   * What happens beyond it: anchored segments are removed, oldest first, and the removal is anchored too; or, where a
   * converter takes segments away, the log is unhealthy until it has.
   */
  readonly whenRecordsFull: 'expire' | 'refuse'
  /** What to do while records cannot be written: refuse calls with 503, or serve and count the lost records. */
  readonly withoutRecords: 'refuse' | 'drop'
  /** Where backends elsewhere may be. */
  readonly addresses: AddressRules
  /** Window of payload-violation signals, per route. */
  readonly signalWindowMs: number
}

export const DEFAULT_SERVING_OPTIONS: Omit<ServingOptions, 'recordsDir'> = {
  maxBodyBytes: 16 * 1024 * 1024,
  maxElements: 4_194_304,
  batchRows: [8, 16, 32, 64],
  inlineMaxMs: 1,
  maxQueuedRows: 2048,
  grpcStreams: 1024,
  defaultTimeoutMs: 10_000,
  maxTimeoutMs: 120_000,
  drainMs: 10_000,
  runTimeoutMs: 30_000,
  maxModelBytes: 1_073_741_824,
  warmBytes: 256 * 1024 * 1024,
  warmCount: 8,
  recordRing: 65_536,
  recordRingBytes: 128 * 1024 * 1024,
  recordFlushMs: 200,
  segmentMaxMs: 10_000,
  segmentMaxBytes: 16 * 1024 * 1024,
  segmentMaxRecords: 50_000,
  recordsMaxBytes: 2 * 1024 * 1024 * 1024,
  whenRecordsFull: 'expire',
  withoutRecords: 'refuse',
  addresses: { allowLoopback: false, allowed: [] },
  signalWindowMs: 10_000,
}
