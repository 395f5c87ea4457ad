/**
 * Recomputes a whole audit log from its entries' bodies: leaf hashes, running roots, stored subtrees, every signed
 * checkpoint, and the checkpoint mirrored outside the database. Streams in pages, so memory does not grow with the log.
 * Sees any change to rows that a checkpoint covers. Cannot see a change to a record that still waits to be appended,
 * nor a log rewritten by whoever also holds the signing key and the mirror.
 */
import { setImmediate as yieldTurn } from 'node:timers/promises'
import { DEFAULT_TENANT } from '@rampart/domain'
import { isAppError } from '@rampart/kit'
import {
  type Checkpoint,
  type CompactTree,
  createCompactTree,
  hashLeaf,
  type MerkleNode,
  TILE_HEIGHT,
  type VerificationKey,
  verifyCheckpoint,
} from '@rampart/signing'
import type { AuditReader, AuditSource, CheckpointRow, EntryRow, NodeRow } from './audit-source.ts'
import { entryFault } from './entry-fault.ts'
import { auditErrors } from './errors.ts'
import { createStream, type Stream } from './row-stream.ts'

export type AlteredWhere = 'entry' | 'checkpoint' | 'subtree' | 'mirror'

export type Alteration = {
  readonly where: AlteredWhere
  /** The first altered entry; for the other places the last entry that the altered row vouches for. */
  readonly index: number
  readonly why: string
}

export type AuditVerification = {
  readonly ok: boolean
  /** Entries that were found good. */
  readonly size: number
  /** Root over them, lower-case hex. */
  readonly root: string
  readonly checkpoints: number
  /** Size of the checkpoint kept outside the database, when there is one. */
  readonly mirrorSize?: number
  readonly firstAltered?: Alteration
}

export type AuditTrust = {
  readonly origin: string
  readonly publicKey: VerificationKey
  /** Text of the checkpoint kept outside the database. */
  readonly mirror?: string
}

const PAGE = 500
const YIELD_EVERY = 64

type Run = {
  readonly trust: AuditTrust
  readonly reader: AuditReader
  readonly mirror: Checkpoint | undefined
  readonly tree: CompactTree
  readonly checkpoints: Stream<CheckpointRow>
  readonly nodeStreams: Map<number, Stream<NodeRow>>
  counts: { good: number; checkpoints: number; nodes: number; checkpointed: number }
}

const same = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const nodeFault = async (run: Run, node: MerkleNode): Promise<Alteration | undefined> => {
  const { level, index } = node
  const stream =
    run.nodeStreams.get(level) ?? createStream((last?: NodeRow) => run.reader.nodes(level, last?.idx, PAGE))
  run.nodeStreams.set(level, stream)
  const row = await stream.next()
  run.counts.nodes += 1
  if (row?.idx === String(index) && row.tenant === DEFAULT_TENANT && same(row.hash, node.hash))
    return undefined
  const last = (index + 1) * 2 ** level - 1
  return {
    where: 'subtree',
    index: last,
    why: `stored hash of level ${level}, subtree ${index} is missing or altered`,
  }
}

/** The link to the checkpoint before it, so that removing one in the middle shows. */
export const previousLine = (size: number): string => `previous ${size}`

const checkpointFault = (run: Run, row: CheckpointRow): string | undefined => {
  const size = run.tree.size()
  const verdict = verifyCheckpoint(row.note, run.trust.origin, run.trust.publicKey)
  if (verdict.verdict === 'untrusted') return verdict.reasons.join('; ')
  if (String(verdict.checkpoint.size) !== row.size)
    return `its row says ${row.size}, its text ${verdict.checkpoint.size}`
  if (row.tenant !== DEFAULT_TENANT) return 'its tenant was changed'
  if (verdict.checkpoint.extensions[0] !== previousLine(run.counts.checkpointed)) {
    return `the checkpoint between ${run.counts.checkpointed} and ${size} is missing`
  }
  if (!same(verdict.checkpoint.root, run.tree.root())) return 'its root is not that of the entries'
  return undefined
}

/** Checks the checkpoint rows up to the present size; a row below it has no place left. */
const checkpointsFault = async (run: Run): Promise<Alteration | undefined> => {
  const size = run.tree.size()
  for (let row = await run.checkpoints.peek(); row !== undefined; row = await run.checkpoints.peek()) {
    if (Number(row.size) > size) return undefined
    const why = Number(row.size) === size ? checkpointFault(run, row) : `no batch ended at ${row.size}`
    if (why !== undefined) return { where: 'checkpoint', index: Math.max(0, Number(row.size) - 1), why }
    await run.checkpoints.next()
    run.counts.checkpoints += 1
    run.counts.checkpointed = size
  }
  return undefined
}

const mirrorFault = (run: Run): Alteration | undefined => {
  const size = run.tree.size()
  if (run.mirror?.size !== size || same(run.mirror.root, run.tree.root())) return undefined
  const why =
    'the checkpoint outside the database has another root: an entry at or before this one was replaced'
  return { where: 'mirror', index: Math.max(0, size - 1), why }
}

const stepFault = async (run: Run, row: EntryRow): Promise<Alteration | undefined> => {
  const index = run.tree.size()
  const wrong = entryFault(row, index)
  if (wrong !== undefined) return { where: 'entry', ...wrong }
  const leafHash = hashLeaf(Buffer.from(row.body))
  if (!same(leafHash, row.leafHash))
    return { where: 'entry', index, why: 'leaf hash is not that of the body' }
  const completed = run.tree.append(leafHash)
  if (!same(run.tree.root(), row.root))
    return { where: 'entry', index, why: 'root is not that of the entries so far' }
  for (const node of completed) {
    const fault = node.level % TILE_HEIGHT === 0 ? await nodeFault(run, node) : undefined
    if (fault !== undefined) return fault
  }
  return (await checkpointsFault(run)) ?? mirrorFault(run)
}

const endFault = async (run: Run): Promise<Alteration | undefined> => {
  const size = run.tree.size()
  const missing = (claimed: number, by: string): Alteration => ({
    where: 'entry',
    index: size,
    why: `deleted: ${by} covers ${claimed} entries, ${size} are stored`,
  })
  const beyond = await run.checkpoints.peek()
  if (beyond !== undefined) {
    const verdict = verifyCheckpoint(beyond.note, run.trust.origin, run.trust.publicKey)
    const claims = verdict.verdict === 'trusted' && String(verdict.checkpoint.size) === beyond.size
    if (claims) return missing(verdict.checkpoint.size, 'a signed checkpoint')
    return { where: 'checkpoint', index: Math.max(0, size - 1), why: 'a checkpoint row was altered or added' }
  }
  if (run.mirror !== undefined && run.mirror.size > size) {
    return missing(run.mirror.size, 'the checkpoint outside the database')
  }
  if (run.counts.checkpointed !== size) {
    return {
      where: 'entry',
      index: run.counts.checkpointed,
      why: 'no signed checkpoint covers it: added, or its checkpoint was removed',
    }
  }
  if ((await run.reader.nodeCount()) !== run.counts.nodes) {
    return { where: 'subtree', index: Math.max(0, size - 1), why: 'a stored subtree hash was added' }
  }
  return undefined
}

const walk = async (run: Run): Promise<Alteration | undefined> => {
  const entries = createStream((last?: EntryRow) => run.reader.entries(last?.idx, PAGE))
  const before = (await checkpointsFault(run)) ?? mirrorFault(run)
  if (before !== undefined) return before
  for (let row = await entries.next(); row !== undefined; row = await entries.next()) {
    const fault = await stepFault(run, row)
    if (fault !== undefined) return fault
    run.counts.good += 1
    // Hashing 500 entries in one turn would delay inference that shares the process.
    if (run.tree.size() % YIELD_EVERY === 0) await yieldTurn()
  }
  return await endFault(run)
}

const readMirror = (trust: AuditTrust): Checkpoint | undefined | Alteration => {
  if (trust.mirror === undefined) return undefined
  const verdict = verifyCheckpoint(trust.mirror, trust.origin, trust.publicKey)
  if (verdict.verdict === 'trusted') return verdict.checkpoint
  return {
    where: 'mirror',
    index: 0,
    why: `the checkpoint outside the database is not ours: ${verdict.reasons.join('; ')}`,
  }
}

const unreadable = (run: Run, error: unknown): Alteration => {
  if (!isAppError(error) || error.code !== auditErrors.AUDIT_ROW_UNREADABLE.code) throw error
  return { where: 'entry', index: run.tree.size(), why: `unreadable: ${error.message}` }
}

const verifyOnce = async (reader: AuditReader, trust: AuditTrust): Promise<AuditVerification> => {
  const mirror = readMirror(trust)
  const isBroken = mirror !== undefined && 'where' in mirror
  const run: Run = {
    trust,
    reader,
    mirror: isBroken ? undefined : mirror,
    tree: createCompactTree(),
    checkpoints: createStream((last?: CheckpointRow) => reader.checkpoints(last?.size, PAGE)),
    nodeStreams: new Map(),
    counts: { good: 0, checkpoints: 0, nodes: 0, checkpointed: 0 },
  }
  const fault = await walk(run).catch((error: unknown) => unreadable(run, error))
  const firstAltered = fault ?? (isBroken ? mirror : undefined)
  return {
    ok: firstAltered === undefined,
    size: run.counts.good,
    root: hex(run.tree.root()),
    checkpoints: run.counts.checkpoints,
    ...(run.mirror === undefined ? {} : { mirrorSize: run.mirror.size }),
    ...(firstAltered === undefined ? {} : { firstAltered }),
  }
}

/** Verifies everything and names the first alteration in log order; never throws for altered content. */
export const verifyAuditLog = async (source: AuditSource, trust: AuditTrust): Promise<AuditVerification> => {
  const found = await source.read((reader) => verifyOnce(reader, trust))
  if (!found.firstAltered?.why.startsWith('unreadable')) return found
  // A damaged page hides all its rows; reading past its checksum tells which of them was changed.
  const closer = await source
    .read((reader) => verifyOnce(reader, trust), { forensic: true })
    .catch(() => found)
  return closer.ok ? found : closer
}
