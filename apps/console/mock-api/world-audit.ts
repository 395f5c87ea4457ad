/** The audit log of the mock: entries as canonical JSON leaves of a real Merkle tree. */
import type * as Api from '../src/api/types.ts'
import { createNoteSigner, type NoteSigner } from './checkpoint-note.ts'
import { auditPath, leafHash, rootHash } from './merkle-log.ts'
import type { Random } from './random.ts'
import type { MockVersion } from './world-models.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

export type AuditFields = Pick<
  Api.AuditEntry,
  'time' | 'principal' | 'action' | 'entity' | 'outcome' | 'details'
>

const ORIGIN = 'rampart.local/audit/mock'

export type MockAuditLog = {
  readonly signer: NoteSigner
  append: (entry: AuditFields) => void
  entries: () => Api.AuditEntry[]
  checkpoint: () => Api.Checkpoint
  prove: (index: number) => Api.InclusionProof | undefined
  /** Flips one bit of a stored leaf, as an intruder in the database would. */
  tamper: (index: number) => void
  verify: () => Api.AuditVerification
}

const bytesOf = (entry: object): Buffer => Buffer.from(JSON.stringify(entry))

export const createAuditLog = (
  now: number,
  random: Random,
  versions: readonly MockVersion[],
  empty: boolean,
): MockAuditLog => {
  const stored: { entry: Api.AuditEntry; leaf: Buffer }[] = []
  /** What was signed: the leaves as they were when appended. */
  const signed: Buffer[] = []
  const signer = createNoteSigner(ORIGIN)

  const append = (fields: AuditFields) => {
    const index = stored.length
    const whole = { index, id: random.id(Date.parse(fields.time)), tenant: 'default', ...fields }
    const leaf = bytesOf({ ...whole, schema: 'audit-entry/1' })
    signed.push(Buffer.from(leaf))
    const entry = {
      ...whole,
      body: leaf.toString(),
      leafHash: leafHash(leaf).toString('hex'),
      root: rootHash(signed).toString('hex'),
    }
    stored.push({ leaf, entry })
  }

  const checkpoint = (): Api.Checkpoint => {
    const root = rootHash(signed)
    const time = stored.at(-1)?.entry.time ?? iso(now)
    return {
      origin: ORIGIN,
      size: signed.length,
      rootHash: root.toString('hex'),
      time,
      keyId: signer.keyid,
      note: signer.sign(`${ORIGIN}\n${signed.length}\n${root.toString('base64')}\ntime ${time}\n`),
    }
  }

  if (!empty) for (const fields of seedEntries(now, versions)) append(fields)

  return {
    signer,
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
      const base = { size: stored.length, rootHash: checkpoint().rootHash, checkpoints: 1, durationMs: 4 }
      return first < 0 ? { ok: true, ...base } : { ok: false, ...base, firstAltered: first }
    },
  }
}

const seedEntries = (now: number, versions: readonly MockVersion[]): AuditFields[] => {
  const steps = versions.flatMap((item) =>
    item.transitions.map(
      (step): AuditFields => ({
        time: step.time,
        principal: step.principal,
        action: `model-version.transition.${step.to}`,
        entity: { kind: 'model-version', id: `${item.name}:${item.version}` },
        outcome: 'success',
        details: { from: step.from, to: step.to, reason: step.reason, decisionId: step.decisionId },
      }),
    ),
  )
  const batches = Array.from(
    { length: 40 },
    (_, at): AuditFields => ({
      time: iso(now - (40 - at) * 60_000),
      principal: 'component:serving',
      action: 'inference-log.anchor',
      entity: { kind: 'inference-log', id: 'default' },
      outcome: 'success',
      details: { records: 1800 + ((at * 37) % 400), file: `inference-${String(at).padStart(6, '0')}.rec` },
    }),
  )
  const denied: AuditFields = {
    time: iso(now - 37 * 60_000),
    principal: 'user:ana',
    action: 'model-version.transition.approved',
    entity: { kind: 'model-version', id: 'card-fraud:1.3.0' },
    outcome: 'denied',
    details: {
      to: 'approved',
      reasons: ['the approver registered this version; another approver must approve it'],
    },
  }
  return [...steps, ...batches, denied].sort((a, b) => a.time.localeCompare(b.time))
}
