/** Checkpoints of a log (C2SP tlog-checkpoint): origin, size and root of the tree, as a signed note. */
import { decodeBase64, encodeBase64 } from './base64.ts'
import type { Signer, VerificationKey } from './ed25519-key.ts'
import { signingErrors } from './errors.ts'
import { HASH_BYTES } from './merkle-hash.ts'
import { isNoteSignedBy, parseNote, type SignedNote, signNote } from './signed-note.ts'

export type Checkpoint = {
  /** Names the log, for example `rampart.local/audit`; also the signer's name. */
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  /** Lines the format leaves to the log; signed with the rest. */
  readonly extensions: readonly string[]
}

export type CheckpointVerdict =
  | { readonly verdict: 'trusted'; readonly checkpoint: Checkpoint }
  | { readonly verdict: 'untrusted'; readonly reasons: readonly string[] }

const SIZE = /^(0|[1-9][0-9]{0,15})$/

const readText = (note: SignedNote): Checkpoint => {
  const refuse = (why: string): Error => signingErrors.SIGNING_CHECKPOINT_INVALID(`not a checkpoint: ${why}`)
  const [origin = '', size = '', encoded = '', ...extensions] = note.text.slice(0, -1).split('\n')
  const root = decodeBase64(encoded)
  if (origin === '') throw refuse('no origin')
  if (!SIZE.test(size) || !Number.isSafeInteger(Number(size)))
    throw refuse('size is not a plain decimal number')
  if (root?.length !== HASH_BYTES) throw refuse('root is not the base64 of 32 bytes')
  if (extensions.includes('')) throw refuse('an extension line is empty')
  return { origin, size: Number(size), root, extensions }
}

/** Signs a checkpoint; the signer's name is the origin. */
export const signCheckpoint = (checkpoint: Checkpoint, signer: Signer): string => {
  const { origin, size, root, extensions } = checkpoint
  const text = [origin, String(size), encodeBase64(root), ...extensions, ''].join('\n')
  readText({ text, signatures: [] })
  return signNote(text, origin, signer)
}

/** Reads without trusting; throws SIGNING_CHECKPOINT_INVALID. */
export const parseCheckpoint = (note: string): Checkpoint => readText(parseNote(note))

/** Trusted when well-formed, of this origin and signed by this key. */
export const verifyCheckpoint = (note: string, origin: string, key: VerificationKey): CheckpointVerdict => {
  try {
    const parsed = parseNote(note)
    const checkpoint = readText(parsed)
    if (checkpoint.origin !== origin) return { verdict: 'untrusted', reasons: ['it is of another log'] }
    if (!isNoteSignedBy(parsed, { name: origin, key })) {
      return { verdict: 'untrusted', reasons: ['the log’s key did not sign it'] }
    }
    return { verdict: 'trusted', checkpoint }
  } catch (error) {
    return { verdict: 'untrusted', reasons: [error instanceof Error ? error.message : 'malformed'] }
  }
}
