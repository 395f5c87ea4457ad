/** Signed notes (C2SP signed-note): a text, a blank line, and signature lines `— <name> <base64>`; Ed25519 only. */
import { hash } from 'node:crypto'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { readVerificationKey, type Signer, type VerificationKey } from './ed25519-key.ts'
import { signingErrors } from './errors.ts'

const ED25519 = 0x01
const KEY_HASH_BYTES = 4
const MAX_NOTE_CHARACTERS = 64 * 1024
const MAX_SIGNATURES = 100
const NAME = /^[^\s+\p{Cc}]{1,255}$/u
const SIGNATURE_LINE = /^— (\S+) (\S+)$/u

export type NoteSignature = {
  readonly name: string
  readonly keyHash: Uint8Array
  readonly signature: Uint8Array
}
/** `text` ends with a newline, which is signed too. */
export type SignedNote = { readonly text: string; readonly signatures: readonly NoteSignature[] }
export type NoteKey = { readonly name: string; readonly key: VerificationKey }

const typedKey = (key: VerificationKey): Buffer => Buffer.concat([Buffer.from([ED25519]), key.raw])

/** First four bytes of SHA-256(name ‖ newline ‖ type ‖ key): tells keys apart, proves nothing. */
export const noteKeyHash = ({ name, key }: NoteKey): Uint8Array =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typedKey(key)]), 'buffer').subarray(
    0,
    KEY_HASH_BYTES,
  )

/** The key as one line: `<name>+<key hash in hex>+<base64 of type and key>`. */
export const formatNoteKey = (noteKey: NoteKey): string =>
  `${noteKey.name}+${Buffer.from(noteKeyHash(noteKey)).toString('hex')}+${encodeBase64(typedKey(noteKey.key))}`

/** Reads the one-line form; throws SIGNING_KEY_INVALID. */
export const parseNoteKey = (line: string): NoteKey => {
  const at = line.indexOf('+')
  const [name, keyHash, encoded] = [line.slice(0, at), line.slice(at + 1, at + 9), line.slice(at + 10)]
  const bytes = decodeBase64(encoded)
  if (!NAME.test(name) || line[at + 9] !== '+' || bytes === undefined || bytes[0] !== ED25519) {
    throw signingErrors.SIGNING_KEY_INVALID('not a note verification key')
  }
  const noteKey = { name, key: readVerificationKey(bytes.subarray(1)) }
  if (Buffer.from(noteKeyHash(noteKey)).toString('hex') !== keyHash) {
    throw signingErrors.SIGNING_KEY_INVALID('the key hash does not belong to this name and key')
  }
  return noteKey
}

/** Signs a text that ends with a newline. */
export const signNote = (text: string, name: string, signer: Signer): string => {
  if (!NAME.test(name))
    throw signingErrors.SIGNING_CHECKPOINT_INVALID('a signer name has no space and no plus sign')
  if (!text.endsWith('\n')) throw signingErrors.SIGNING_CHECKPOINT_INVALID('a note ends with a newline')
  const blob = Buffer.concat([noteKeyHash({ name, key: signer.publicKey }), signer.sign(Buffer.from(text))])
  return `${text}\n— ${name} ${encodeBase64(blob)}\n`
}

const parseSignature = (line: string): NoteSignature | undefined => {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? []
  const blob = decodeBase64(encoded)
  if (!NAME.test(name) || blob === undefined || blob.length <= KEY_HASH_BYTES) return undefined
  return { name, keyHash: blob.subarray(0, KEY_HASH_BYTES), signature: blob.subarray(KEY_HASH_BYTES) }
}

/** Splits text and signatures; throws SIGNING_CHECKPOINT_INVALID. */
export const parseNote = (note: string): SignedNote => {
  const refuse = (why: string): Error => signingErrors.SIGNING_CHECKPOINT_INVALID(`not a signed note: ${why}`)
  if (note.length > MAX_NOTE_CHARACTERS) throw refuse('longer than 64 KiB')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the format forbids them, so they are looked for.
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note) || !note.isWellFormed())
    throw refuse('control or broken characters')
  const at = note.lastIndexOf('\n\n')
  if (at < 0 || !note.endsWith('\n')) throw refuse('no signature block')
  const lines = note.slice(at + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) throw refuse('too many signatures')
  const signatures = lines.map(parseSignature)
  if (!signatures.every((signature) => signature !== undefined)) throw refuse('a signature line is malformed')
  return { text: note.slice(0, at + 1), signatures }
}

/** True when this key, under this name, signed the note's text. */
export const isNoteSignedBy = (note: SignedNote, noteKey: NoteKey): boolean => {
  const keyHash = noteKeyHash(noteKey)
  const message = Buffer.from(note.text)
  return note.signatures.some(
    (signature) =>
      signature.name === noteKey.name &&
      Buffer.compare(signature.keyHash, keyHash) === 0 &&
      noteKey.key.verify(message, signature.signature),
  )
}
