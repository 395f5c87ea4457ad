/**
 * Moves pending records into the log, in batches: one transaction takes them, appends entries with contiguous indexes,
 * stores subtree hashes and signs a checkpoint. Whatever is killed, a record is either still pending or in the log.
 * One lock in the database makes one of N processes the sequencer of each batch.
 */
import { ALL_TENANTS, type Clock, type Database, type Logger, type Tx } from '@rampart/kit'
import {
  type CompactTree,
  createCompactTree,
  hashLeaf,
  loadCompactState,
  type MerkleNode,
  type Signer,
  signCheckpoint,
  TILE_HEIGHT,
  verifyCheckpoint,
} from '@rampart/signing'
import { placeEntry } from './entry.ts'
import { auditErrors } from './errors.ts'
import type { AuditMetrics } from './metrics.ts'
import {
  type AppendedEntry,
  countPending,
  insertCheckpoint,
  insertEntries,
  insertNodes,
  type PendingRow,
  selectLatestCheckpoint,
  selectNodes,
  selectTail,
  takePending,
  tryBecomeSequencer,
} from './store.ts'
import { previousLine } from './verification.ts'

/** Entries per transaction: bounds memory, and the time one batch holds the event loop (about 5 ms). */
const BATCH = 256

export type Batch = {
  readonly outcome: 'appended' | 'idle' | 'busy'
  readonly appended: number
  readonly pending: number
  /** The newest checkpoint as far as this process knows. */
  readonly note?: string
}

export type Sequencer = {
  /** Appends one batch; `busy` when another process is appending. Throws AUDIT_LOG_DAMAGED. */
  appendBatch(): Promise<Batch>
}

type Deps = {
  readonly database: Database
  readonly clock: Clock
  readonly logger: Logger
  readonly signer: Signer
  readonly origin: string
  readonly metrics: AuditMetrics
}

type Known = { readonly tree: CompactTree; readonly note: string | undefined }

const same = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0

/** Rebuilds the tree's edge and accepts it only when it is what the newest checkpoint signs. */
const loadTree = async (tx: Tx, deps: Deps, size: number): Promise<Known> => {
  const damaged = (why: string): Error => auditErrors.AUDIT_LOG_DAMAGED(why)
  const latest = await selectLatestCheckpoint(tx)
  if (size === 0 && latest === undefined) return { tree: createCompactTree(), note: undefined }
  if (latest?.size !== size) {
    throw damaged(`${size} entries are stored, the newest checkpoint covers ${latest?.size ?? 0}`)
  }
  const verdict = verifyCheckpoint(latest.note, deps.origin, deps.signer.publicKey)
  if (verdict.verdict === 'untrusted') throw damaged(`the newest checkpoint: ${verdict.reasons.join('; ')}`)
  const source = { nodes: (level: number, from: number, to: number) => selectNodes(tx, level, from, to) }
  const tree = createCompactTree(await loadCompactState(source, size))
  if (verdict.checkpoint.size !== size || !same(verdict.checkpoint.root, tree.root())) {
    throw damaged('the stored hashes do not lead to the root of the newest checkpoint')
  }
  return { tree, note: latest.note }
}

const append = (tree: CompactTree, pending: readonly PendingRow[]) => {
  const nodes: MerkleNode[] = []
  const entries = pending.map((row): AppendedEntry => {
    const { body, parsed } = placeEntry(row.body, tree.size())
    const leafHash = hashLeaf(Buffer.from(body))
    nodes.push(...tree.append(leafHash).filter((node) => node.level % TILE_HEIGHT === 0))
    return { parsed, body, leafHash, root: tree.root() }
  })
  return { entries, nodes }
}

export const createSequencer = (deps: Deps): Sequencer => {
  /** Valid while the database's size equals its own; another process may have appended since. */
  let known: Known | undefined

  const work = async (
    tx: Tx,
  ): Promise<{ batch: Batch; next?: Known; oldestMs?: number; times: number[] }> => {
    if (!(await tryBecomeSequencer(tx)))
      return { batch: { outcome: 'busy', appended: 0, pending: 0 }, times: [] }
    const { size } = await selectTail(tx)
    const base = known?.tree.size() === size ? known : await loadTree(tx, deps, size)
    const pending = await takePending(tx, BATCH)
    const times = pending.map((row) => row.time.getTime())
    const left = await countPending(tx)
    const oldest = left.oldest === null ? {} : { oldestMs: left.oldest.getTime() }
    if (pending.length === 0) {
      const note = base.note === undefined ? {} : { note: base.note }
      return {
        batch: { outcome: 'idle', appended: 0, pending: left.count, ...note },
        next: base,
        times,
        ...oldest,
      }
    }
    // A copy, because this transaction may be rolled back or run again.
    const tree = createCompactTree(base.tree.state())
    const { entries, nodes } = append(tree, pending)
    const checkpoint = {
      origin: deps.origin,
      size: tree.size(),
      root: tree.root(),
      extensions: [previousLine(size), `time ${deps.clock.iso()}`],
    }
    const note = signCheckpoint(checkpoint, deps.signer)
    await insertEntries(tx, entries)
    await insertNodes(tx, nodes)
    await insertCheckpoint(tx, tree.size(), note)
    const batch: Batch = { outcome: 'appended', appended: entries.length, pending: left.count, note }
    return { batch, next: { tree, note }, times, ...oldest }
  }

  return {
    appendBatch: async () => {
      try {
        const { batch, next, oldestMs, times } = await deps.database.tx(ALL_TENANTS, work)
        if (next !== undefined) {
          known = next
          deps.metrics.appended({ size: next.tree.size(), pending: batch.pending, oldestMs, times })
        }
        return batch
      } catch (error) {
        // Also after a commit whose answer was lost: the database knows, memory does not.
        known = undefined
        throw error
      }
    },
  }
}
