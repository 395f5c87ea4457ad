/** The proof of an inference record, judged by WebCrypto: line in segment, segment's root in audit entry, entry in signed log. */
import { type CheckpointKey, checkCheckpoint } from './checkpoint.ts'
import { base64Bytes, fromUtf8, hashBytes, utf8 } from './encoding.ts'
import { checkInclusion } from './inclusion.ts'

type Tree = { readonly index: number; readonly size: number; readonly hashes: readonly string[] }

export type RecordProofInput = {
  readonly id: string
  readonly record: string
  readonly segment: Tree & { readonly id: string; readonly root: string }
  readonly audit: Tree & { readonly entry: string; readonly checkpoint: string }
}

export type ProofStep = { readonly label: string; readonly ok: boolean; readonly detail: string }

const included = async (leaf: Uint8Array, tree: Tree, root: string): Promise<boolean> => {
  try {
    const hashes = tree.hashes.map(hashBytes)
    const input = { leaf, index: tree.index, treeSize: tree.size, hashes, root: hashBytes(root) }
    return (await checkInclusion(input)).ok
  } catch {
    return false
  }
}

type Signed = { readonly origin: string; readonly size: number; readonly rootHash: string }

/** Origin, size and root of a note, not yet trusted. */
const readNote = (note: string): Signed => {
  const [origin = '', size = '', root = ''] = note.split('\n')
  const bytes = base64Bytes(root)
  const rootHash = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { origin, size: Number(size), rootHash }
}

const parse = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

const step = (label: string, ok: boolean, good: string, bad: string): ProofStep => ({
  label,
  ok,
  detail: ok ? good : bad,
})

/** Every link with its verdict; hostile input gives links that do not hold. */
export const judgeRecordProof = async (
  proof: RecordProofInput,
  keys: readonly CheckpointKey[],
): Promise<readonly ProofStep[]> => {
  const { segment, audit } = proof
  const { epoch, seq } = parse(proof.record)
  const body = base64Bytes(audit.entry)
  const entry = parse(fromUtf8(body))
  const details = (entry['details'] ?? {}) as Readonly<Record<string, unknown>>
  const signed = readNote(audit.checkpoint)
  const signature = await checkCheckpoint({ note: audit.checkpoint, ...signed }, keys)
  const isAnchor =
    entry['action'] === 'inference-log.anchor' &&
    details['id'] === segment.id &&
    details['root'] === `sha256:${segment.root}` &&
    details['records'] === segment.size
  const inLog = signed.size === audit.size && (await included(body, audit, signed.rootHash))
  return [
    step(
      'Record',
      proof.id === `${String(epoch)}-${String(seq).padStart(12, '0')}`,
      'is the one of this id',
      'is another one',
    ),
    step(
      'Segment',
      await included(utf8(proof.record), segment, segment.root),
      `has it as line ${segment.index + 1} of ${segment.size}`,
      'does not contain these bytes',
    ),
    step('Anchor', isAnchor, `audit entry ${audit.index} has the segment’s root`, 'is about other records'),
    step('Audit log', inLog, `of ${audit.size} entries contains that entry`, 'does not contain that entry'),
    step(
      'Signature',
      signature.ok,
      'of the checkpoint is valid',
      signature.ok ? '' : `does not verify: ${signature.reason}`,
    ),
  ]
}
