/** The audit log of the mock: entries as canonical JSON leaves of a real Merkle tree. */
import type * as Api from '../src/api/types.ts'
import { auditPath, leafHash, rootHash } from './merkle-log.ts'
import type { Random } from './random.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

type Fields = Omit<Api.AuditEntry, 'index' | 'leafHash'>

export type MockAuditLog = {
  append: (entry: Fields) => void
  entries: () => Api.AuditEntry[]
  checkpoint: () => Api.Checkpoint
  prove: (index: number) => Api.InclusionProof | undefined
  /** Flips one bit of a stored leaf, as an intruder in the database would. */
  tamper: (index: number) => void
  verify: () => Api.AuditVerification
}

const bytesOf = (entry: Fields & { index: number }): Buffer => Buffer.from(JSON.stringify(entry))

export const createAuditLog = (
  now: number,
  random: Random,
  versions: readonly Api.Passport[],
  empty: boolean,
): MockAuditLog => {
  const stored: { entry: Api.AuditEntry; leaf: Buffer }[] = []
  /** What was signed: the leaves as they were when appended. */
  const signed: Buffer[] = []
  const signature = Buffer.from(random.hex(64), 'hex').toString('base64')

  const append = (fields: Fields) => {
    const index = stored.length
    const leaf = bytesOf({ index, ...fields })
    signed.push(Buffer.from(leaf))
    stored.push({ leaf, entry: { index, ...fields, leafHash: leafHash(leaf).toString('hex') } })
  }

  const checkpoint = (): Api.Checkpoint => ({
    origin: 'rampart/default',
    size: signed.length,
    rootHash: rootHash(signed).toString('hex'),
    time: stored.at(-1)?.entry.time ?? iso(now),
    keyId: 'audit-2026',
    signature,
  })

  if (!empty) for (const fields of seedEntries(now, versions)) append(fields)

  return {
    append,
    checkpoint,
    entries: () => stored.map(({ entry }) => entry),
    prove: (index) => {
      const found = stored[index]
      if (found === undefined) return undefined
      return {
        entry: found.entry,
        leaf: found.leaf.toString('base64'),
        proof: {
          index,
          treeSize: signed.length,
          hashes: auditPath(signed, index).map((hash) => hash.toString('hex')),
        },
        checkpoint: checkpoint(),
      }
    },
    tamper: (index) => {
      const leaf = stored[index]?.leaf
      if (leaf !== undefined) leaf[leaf.length - 3] = (leaf[leaf.length - 3] ?? 0) ^ 1
    },
    verify: () => {
      const first = stored.findIndex(({ leaf }, at) => !leaf.equals(signed[at] ?? Buffer.alloc(0)))
      const base = { size: stored.length, rootHash: checkpoint().rootHash, durationMs: 4 }
      return first < 0 ? { ok: true, ...base } : { ok: false, ...base, firstAltered: first }
    },
  }
}

const seedEntries = (now: number, versions: readonly Api.Passport[]): Fields[] => {
  const steps = versions.flatMap((item) =>
    item.transitions.map(
      (step): Fields => ({
        time: step.time,
        principal: step.principal,
        action: step.from === null ? 'model:register' : 'model:transition',
        entity: { kind: 'model-version', id: `${item.name}:${item.version}` },
        outcome: 'success',
        details: { from: step.from, to: step.to, reason: step.reason, decisionId: step.decisionId },
      }),
    ),
  )
  const batches = Array.from(
    { length: 40 },
    (_, at): Fields => ({
      time: iso(now - (40 - at) * 60_000),
      principal: 'component:serving',
      action: 'inference-log:anchor',
      entity: { kind: 'inference-log', id: 'default' },
      outcome: 'success',
      details: { records: 1800 + ((at * 37) % 400), file: `inference-${String(at).padStart(6, '0')}.rec` },
    }),
  )
  const denied: Fields = {
    time: iso(now - 37 * 60_000),
    principal: 'user:ana',
    action: 'model:transition',
    entity: { kind: 'model-version', id: 'card-fraud:1.3.0' },
    outcome: 'denied',
    details: {
      to: 'approved',
      reasons: ['the approver registered this version; another approver must approve it'],
    },
  }
  return [...steps, ...batches, denied].sort((a, b) => a.time.localeCompare(b.time))
}
