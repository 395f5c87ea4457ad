/**
 * The proof that a record of the inference log is as it was written: its line is a leaf of its segment's tree, the audit log has the root of that
 * tree, and a signed checkpoint has the audit entry. It can be verified without the server, from the log's public key alone.
 */
import { verifyCheckpoint } from './checkpoint.ts'
import type { VerificationKey } from './ed25519-key.ts'
import { createCompactTree, HASH_BYTES, hashLeaf } from './merkle-hash.ts'
import { createInclusionProof } from './merkle-proof.ts'
import { verifyInclusion } from './merkle-verification.ts'

export const RECORD_PROOF_SCHEMA = 'record-proof/1'

export type RecordProof = {
  readonly schema: typeof RECORD_PROOF_SCHEMA
  readonly id: string
  /** The record's line: SHA-256 of 0x00 and these bytes is its leaf hash. */
  readonly record: string
  /** The segment that the record was written to; hashes in lower-case hex (RFC 9162 section 2.1.3.1). */
  readonly segment: {
    readonly id: string
    readonly index: number
    readonly size: number
    readonly root: string
    readonly hashes: readonly string[]
  }
  readonly audit: {
    /** Base64 of the entry's canonical JSON, as hashed. */
    readonly entry: string
    readonly index: number
    readonly size: number
    readonly hashes: readonly string[]
    /** C2SP signed note. */
    readonly checkpoint: string
  }
}

export type ProofStep = { readonly step: string; readonly ok: boolean; readonly detail: string }
export type ProofVerdict = { readonly verdict: 'valid' | 'invalid'; readonly steps: readonly ProofStep[] }

/** Of the sequence number inside a record's id. */
const SEQUENCE_DIGITS = 12

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const unhex = (text: string): Uint8Array => Buffer.from(text, 'hex')

const leafAt = (leaves: Uint8Array, at: number): Uint8Array =>
  leaves.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)

const rootOf = (leaves: Uint8Array, from: number, to: number): Uint8Array => {
  const tree = createCompactTree()
  for (let at = from; at < to; at++) tree.append(leafAt(leaves, at))
  return tree.root()
}

/** The part of a proof about the segment; undefined when no leaf is the record's. */
export const proveInSegment = async (
  record: string,
  segment: string,
  leaves: Uint8Array,
): Promise<RecordProof['segment'] | undefined> => {
  const leaf = hashLeaf(Buffer.from(record))
  const size = leaves.length / HASH_BYTES
  let index = 0
  while (index < size && Buffer.compare(leafAt(leaves, index), leaf) !== 0) index++
  if (index === size) return undefined
  const source = {
    nodes: async (level: number, from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) =>
        rootOf(leaves, (from + at) * 2 ** level, (from + at + 1) * 2 ** level),
      ),
  }
  const hashes = await createInclusionProof(source, index, size)
  return { id: segment, index, size, root: hex(rootOf(leaves, 0, size)), hashes: hashes.map(hex) }
}

type AnchorEntry = {
  readonly action?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

const parseEntry = (body: Buffer): AnchorEntry | undefined => {
  try {
    const value = JSON.parse(body.toString('utf8')) as AnchorEntry
    return typeof value.details === 'object' && value.details !== null ? value : undefined
  } catch {
    return undefined
  }
}

const parseRecord = (line: string): { readonly epoch?: unknown; readonly seq?: unknown } => {
  try {
    return JSON.parse(line) as { epoch?: unknown; seq?: unknown }
  } catch {
    return {}
  }
}

/** Verifies every link; hostile input gives `invalid`, never an exception. */
export const verifyRecordProof = (
  proof: RecordProof,
  trust: { readonly origin: string; readonly publicKey: VerificationKey },
): ProofVerdict => {
  const { segment, audit } = proof
  const body = Buffer.from(audit.entry, 'base64')
  const entry = parseEntry(body)
  const details = entry?.details ?? {}
  const { epoch, seq } = parseRecord(proof.record)
  const isNamed = proof.id === `${String(epoch)}-${String(seq).padStart(SEQUENCE_DIGITS, '0')}`
  const inSegment = verifyInclusion({
    index: segment.index,
    size: segment.size,
    leafHash: hashLeaf(Buffer.from(proof.record)),
    root: unhex(segment.root),
    proof: segment.hashes.map(unhex),
  })
  const isAnchor =
    entry?.action === 'inference-log.anchor' &&
    details['id'] === segment.id &&
    details['root'] === `sha256:${segment.root}` &&
    details['records'] === segment.size
  const signed = verifyCheckpoint(audit.checkpoint, trust.origin, trust.publicKey)
  const inAudit =
    signed.verdict === 'trusted' &&
    signed.checkpoint.size === audit.size &&
    verifyInclusion({
      index: audit.index,
      size: audit.size,
      leafHash: hashLeaf(body),
      root: signed.checkpoint.root,
      proof: audit.hashes.map(unhex),
    })
  const steps: ProofStep[] = [
    {
      step: 'record',
      ok: isNamed,
      detail: isNamed ? `record ${proof.id}` : 'the line is not the record of this id',
    },
    {
      step: 'segment',
      ok: inSegment,
      detail: inSegment
        ? `line ${segment.index + 1} of ${segment.size} of segment ${segment.id}`
        : 'the record is not in the tree of its segment',
    },
    {
      step: 'anchor',
      ok: isAnchor,
      detail: isAnchor
        ? `audit entry ${audit.index} has the segment's root`
        : 'the audit entry is about other records',
    },
    {
      step: 'entry',
      ok: inAudit,
      detail: inAudit
        ? `entry ${audit.index} is in the log of ${audit.size} entries`
        : 'the entry is not in the log',
    },
    {
      step: 'checkpoint',
      ok: signed.verdict === 'trusted',
      detail: signed.verdict === 'trusted' ? `signed by ${trust.origin}` : signed.reasons.join('; '),
    },
  ]
  return { verdict: steps.every(({ ok }) => ok) ? 'valid' : 'invalid', steps }
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 16 * 1024 * 1024
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0
const areHashes = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= 64 &&
  value.every((one) => typeof one === 'string' && /^[0-9a-f]{64}$/.test(one))

/** The document as a proof, or undefined when it has another outline. */
export const readRecordProof = (value: unknown): RecordProof | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const { schema, id, record, segment, audit } = value as Partial<RecordProof>
  if (schema !== RECORD_PROOF_SCHEMA || !isText(id) || !isText(record)) return undefined
  if (typeof segment !== 'object' || segment === null || typeof audit !== 'object' || audit === null)
    return undefined
  const isWhole =
    isText(segment.id) &&
    isText(segment.root) &&
    isText(audit.entry) &&
    isText(audit.checkpoint) &&
    [segment.index, segment.size, audit.index, audit.size].every(isCount) &&
    areHashes(segment.hashes) &&
    areHashes(audit.hashes)
  return isWhole ? (value as RecordProof) : undefined
}
