/** Signed checkpoints (C2SP signed-note and tlog-checkpoint, Ed25519), checked by WebCrypto in the reader's browser. */
import { base64Bytes, equalBytes, hashBytes, utf8 } from './encoding.ts'

export type CheckpointInput = {
  readonly note: string
  readonly origin: string
  readonly size: number
  readonly rootHash: string
}
export type CheckpointKey = { readonly keyid: string; readonly pem: string }
export type CheckpointResult =
  | { readonly ok: true; readonly keyid: string }
  | { readonly ok: false; readonly reason: string }

type Bytes = Uint8Array<ArrayBuffer>

const KEY_HASH_BYTES = 4
const KEY_BYTES = 32
const ED25519 = 0x01

const refuse = (reason: string): CheckpointResult => ({ ok: false, reason })

/** Text that was signed (its last newline included) and the signature lines. */
const split = (note: string): { text: string; lines: string[] } | undefined => {
  const at = note.lastIndexOf('\n\n')
  return at < 0
    ? undefined
    : {
        text: note.slice(0, at + 1),
        lines: note
          .slice(at + 2)
          .trimEnd()
          .split('\n'),
      }
}

const spkiOf = (pem: string): Bytes => new Uint8Array(base64Bytes(pem.replace(/-----[A-Z ]+-----|\s/g, '')))

/** First four bytes of SHA-256(name, newline, type, key): which key a line claims, before its signature is checked. */
const keyHashOf = async (name: string, spki: Bytes): Promise<Bytes> => {
  const input = Uint8Array.of(...utf8(`${name}\n`), ED25519, ...spki.slice(-KEY_BYTES))
  return new Uint8Array(await crypto.subtle.digest('SHA-256', input)).slice(0, KEY_HASH_BYTES)
}

/** Does the signed text say what the answer says? Otherwise a good signature would vouch for other numbers. */
const differs = (text: string, { origin, size, rootHash }: CheckpointInput): string | undefined => {
  const [signedOrigin, signedSize, signedRoot = ''] = text.split('\n')
  if (signedOrigin !== origin) return 'the signed text is of another log'
  if (signedSize !== String(size)) return 'the signed text has another size'
  return equalBytes(hashBytes(signedRoot), hashBytes(rootHash))
    ? undefined
    : 'the signed text has another root'
}

const verifyWith = async (
  key: CheckpointKey,
  origin: string,
  text: string,
  line: string,
): Promise<boolean> => {
  const [, name, encoded = ''] = /^— (\S+) (\S+)$/.exec(line) ?? []
  if (name !== origin) return false
  const blob = new Uint8Array(base64Bytes(encoded))
  const spki = spkiOf(key.pem)
  if (!equalBytes(blob.slice(0, KEY_HASH_BYTES), await keyHashOf(origin, spki))) return false
  const imported = await crypto.subtle.importKey('spki', spki, 'Ed25519', false, ['verify'])
  const signed = new Uint8Array(utf8(text))
  return crypto.subtle.verify('Ed25519', imported, blob.slice(KEY_HASH_BYTES), signed)
}

/** Never throws for a bad note; the answer says why it fails. */
export const checkCheckpoint = async (
  checkpoint: CheckpointInput,
  keys: readonly CheckpointKey[],
): Promise<CheckpointResult> => {
  try {
    const parts = split(checkpoint.note)
    if (parts === undefined) return refuse('the checkpoint has no signature')
    const other = differs(parts.text, checkpoint)
    if (other !== undefined) return refuse(other)
    for (const key of keys) {
      for (const line of parts.lines)
        if (await verifyWith(key, checkpoint.origin, parts.text, line)) return { ok: true, keyid: key.keyid }
    }
    return refuse('no published audit key made its signature')
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}
