/** The audit log's use cases: record, read, prove and verify. */
import { setTimeout as delay } from 'node:timers/promises'
import {
  ALL_TENANTS,
  type Clock,
  type Database,
  type Logger,
  type Metrics,
  newId,
  type Random,
  type Tx,
} from '@rampart/kit'
import { createConsistencyProof, createInclusionProof, parseCheckpoint, type Signer } from '@rampart/signing'
import type { EntryRow } from './audit-source.ts'
import { openAuditSource } from './database-source.ts'
import { type AuditEntry, type AuditRecord, encodePending, parseBody } from './entry.ts'
import { auditErrors } from './errors.ts'
import { createAuditMetrics } from './metrics.ts'
import { auditFolder, createMirror } from './mirror.ts'
import { syncMirror } from './mirror-sync.ts'
import { createPump } from './pump.ts'
import { createSequencer } from './sequencer.ts'
import {
  type EntryFilter,
  insertPending,
  selectEntries,
  selectEntry,
  selectLatestCheckpoint,
  selectNodes,
} from './store.ts'
import { type AuditVerification, verifyAuditLog } from './verification.ts'

export type AuditDeps = {
  readonly database: Database
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  /** Signs checkpoints; `openEd25519Signer(HOME/keys/audit.pem)`. */
  readonly signer: Signer
  /** State folder: the newest checkpoint and the public key are kept in `HOME/audit`. */
  readonly home: string
}

export type CheckpointView = {
  readonly origin: string
  readonly size: number
  /** Lower-case hex. */
  readonly rootHash: string
  readonly time: string
  readonly keyId: string
  /** The signed note: what a verifier checks. */
  readonly note: string
}

export type InclusionView = {
  readonly entry: AuditEntry
  /** Base64 of the bytes that were hashed. */
  readonly leaf: string
  readonly proof: { readonly index: number; readonly treeSize: number; readonly hashes: readonly string[] }
  readonly checkpoint: CheckpointView
}

export type ConsistencyView = {
  readonly from: number
  readonly to: number
  readonly hashes: readonly string[]
  readonly checkpoint: CheckpointView
}

export interface Audit {
  /** Writes in the caller's transaction; appended to the log soon after its commit. Throws AUDIT_ENTRY_INVALID. */
  record(tx: Tx, record: AuditRecord): Promise<void>
  start(): Promise<void>
  /** Appends what waits, then stops. */
  stop(): Promise<void>
  /** Returns once everything recorded and committed so far is in the log; throws after `deadlineMs`. */
  flush(deadlineMs?: number): Promise<void>
  /** Why nothing is appended until somebody repairs the database; undefined in health. Records wait meanwhile. */
  halted(): string | undefined
  /** Throws AUDIT_EMPTY. */
  checkpoint(): Promise<CheckpointView>
  entries(filter: EntryFilter & { readonly tenant: string }): Promise<readonly AuditEntry[]>
  inclusionProof(tenant: string, index: number): Promise<InclusionView>
  /** `to` defaults to the newest checkpoint's size. */
  consistencyProof(from: number, to?: number): Promise<ConsistencyView>
  verify(): Promise<AuditVerification>
  /** What checkpoints are verified with. */
  publicKey(): { readonly keyid: string; readonly algorithm: 'ed25519'; readonly pem: string }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const TIME_LINE = /^time (\S+)$/

/** One origin per log, so that a checkpoint of one installation never passes for another's. */
const originOf = (signer: Signer): string => `rampart.local/audit/${signer.publicKey.keyid.slice(0, 16)}`

const readEntry = (row: EntryRow): AuditEntry => {
  const body = parseBody(row.body)
  // Shown as stored, so that an altered row can be looked at; verification is what judges it.
  const fields = {
    schema: 'audit-entry/1' as const,
    index: Number(row.idx),
    id: row.entryId,
    time: body?.time ?? row.time,
    tenant: row.tenant,
    principal: row.principal,
    action: row.action,
    entity: { kind: row.entityKind, id: row.entityId } as AuditEntry['entity'],
    outcome: row.outcome as AuditEntry['outcome'],
    details: body?.details ?? {},
  }
  return { ...fields, body: row.body, leafHash: hex(row.leafHash), root: hex(row.root) }
}

const viewOf = (note: string, keyId: string): CheckpointView => {
  const { origin, size, root, extensions } = parseCheckpoint(note)
  const time = extensions.map((line) => TIME_LINE.exec(line)?.[1]).find((found) => found !== undefined) ?? ''
  return { origin, size, rootHash: hex(root), time, keyId, note }
}

const latestView = async (tx: Tx, keyId: string): Promise<CheckpointView> => {
  const latest = await selectLatestCheckpoint(tx)
  if (latest === undefined) throw auditErrors.AUDIT_EMPTY('nothing has been recorded yet')
  return viewOf(latest.note, keyId)
}

const nodeSource = (tx: Tx) => ({
  nodes: (level: number, from: number, to: number) => selectNodes(tx, level, from, to),
})

const createProofs = ({ database, signer }: Pick<AuditDeps, 'database' | 'signer'>) => {
  const keyId = signer.publicKey.keyid
  return {
    checkpoint: () => database.read(ALL_TENANTS, (tx) => latestView(tx, keyId)),
    inclusionProof: async (tenant: string, index: number): Promise<InclusionView> => {
      // Under the caller's tenant first: another tenant's entry does not exist for them.
      const row = await database.read(tenant, (tx) => selectEntry(tx, index))
      if (row === undefined) throw auditErrors.AUDIT_ENTRY_NOT_FOUND(`there is no entry ${index}`)
      return await database.read(ALL_TENANTS, async (tx) => {
        const checkpoint = await latestView(tx, keyId)
        const hashes = await createInclusionProof(nodeSource(tx), index, checkpoint.size)
        return {
          entry: readEntry(row),
          leaf: Buffer.from(row.body).toString('base64'),
          proof: { index, treeSize: checkpoint.size, hashes: hashes.map(hex) },
          checkpoint,
        }
      })
    },
    consistencyProof: (from: number, to?: number): Promise<ConsistencyView> =>
      database.read(ALL_TENANTS, async (tx) => {
        const checkpoint = await latestView(tx, keyId)
        const end = to ?? checkpoint.size
        if (from > end || end > checkpoint.size) {
          throw auditErrors.AUDIT_RANGE_INVALID(`sizes run from 0 to ${checkpoint.size}`)
        }
        const hashes = await createConsistencyProof(nodeSource(tx), from, end)
        return { from, to: end, hashes: hashes.map(hex), checkpoint }
      }),
  }
}

const createAppending = (deps: AuditDeps) => {
  const { database, logger, signer, home } = deps
  const origin = originOf(signer)
  const key = signer.publicKey
  const metrics = createAuditMetrics(deps.metrics, deps.clock)
  const mirror = createMirror(auditFolder(home))
  const sequencer = createSequencer({ ...deps, origin, metrics })
  let mirrored: string | undefined

  const sync = async (note: string | undefined): Promise<void> => {
    if (note !== undefined && note === mirrored) return
    const state = await syncMirror({ database, mirror, origin, key }, note)
    metrics.mirrorConflict(state.verdict === 'conflict')
    if (state.verdict === 'conflict') logger.error({ why: state.why }, 'audit.mirror-conflict')
    // Also after a conflict: said once per checkpoint, and the file stays as it is.
    mirrored = note
  }

  const step = async () => {
    const batch = await sequencer.appendBatch()
    if (batch.outcome !== 'busy') await sync(batch.note)
    return batch
  }

  const pump = createPump({ step, logger, onFailure: metrics.failed, onHalt: metrics.halted })
  return { origin, mirror, step, pump }
}

export const createAudit = (deps: AuditDeps): Audit => {
  const { database, clock, random, logger, signer } = deps
  const { origin, mirror, step, pump } = createAppending(deps)

  const flush = async (deadlineMs = 10_000): Promise<void> => {
    const end = clock.monotonic() + deadlineMs
    for (;;) {
      const batch = await step()
      if (batch.outcome === 'idle' && batch.pending === 0) return
      if (clock.monotonic() > end) throw auditErrors.AUDIT_FLUSH_LATE(`${batch.pending} records still wait`)
      if (batch.outcome !== 'appended') await delay(10)
    }
  }

  return {
    ...createProofs(deps),
    record: async (tx, record) => {
      const time = clock.iso()
      await insertPending(tx, record.tenant, time, encodePending(record, newId(clock, random), time))
      pump.nudge()
    },
    start: async () => {
      await mirror.publishKey(origin, signer.publicKey)
      pump.start()
    },
    stop: async () => {
      await pump.stop()
      await flush(2_000).catch((error: unknown) => logger.warn({ err: error }, 'audit.left-pending'))
    },
    publicKey: () => ({
      keyid: signer.publicKey.keyid,
      algorithm: 'ed25519',
      pem: signer.publicKey.pem,
    }),
    flush,
    halted: pump.halted,
    entries: async ({ tenant, ...filter }) =>
      (await database.read(tenant, (tx) => selectEntries(tx, filter))).map(readEntry),
    verify: async () => {
      const note = await mirror.read()
      return await verifyAuditLog(openAuditSource(database), {
        origin,
        publicKey: signer.publicKey,
        ...(note === undefined ? {} : { mirror: note }),
      })
    },
  }
}
