/** Signed notes (C2SP signed-note, Ed25519) of the mock's checkpoints: a real signature for the console to check. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'

export type NoteSigner = {
  readonly keyid: string
  readonly pem: string
  /** `text` ends with a newline. */
  readonly sign: (text: string) => string
}

export const createNoteSigner = (name: string): NoteSigner => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  // The raw key is the end of the SPKI (RFC 8410); 0x01 names Ed25519 in the note format.
  const typed = Buffer.concat([Buffer.of(1), spki.subarray(-32)])
  const keyHash = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4)
  return {
    keyid: createHash('sha256').update(spki).digest('hex'),
    pem: String(publicKey.export({ type: 'spki', format: 'pem' })),
    sign: (text) => {
      const blob = Buffer.concat([keyHash, sign(null, Buffer.from(text), privateKey)])
      return `${text}\n— ${name} ${blob.toString('base64')}\n`
    },
  }
}
