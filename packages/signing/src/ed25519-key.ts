/** Ed25519 keys (RFC 8032) in local files; a key is named by the SHA-256 of its SPKI DER, in hex. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { signingErrors } from './errors.ts'
import { readOrCreatePrivateFile } from './key-file.ts'

export type VerificationKey = {
  readonly keyid: string
  /** SPKI PEM. */
  readonly pem: string
  /** The raw 32 bytes. */
  readonly raw: Uint8Array
  verify(message: Uint8Array, signature: Uint8Array): boolean
}

/** Signs; a hardware or remote key can stand behind it. */
export interface Signer {
  readonly publicKey: VerificationKey
  sign(message: Uint8Array): Uint8Array
}

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
/** The DER before the 32 key bytes of every Ed25519 SPKI (RFC 8410 section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** Without this check a private key's PEM would be taken for its public half. */
const SPKI_PEM = /-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]{1,4096}-----END PUBLIC KEY-----/

const fromKeyObject = (key: KeyObject): VerificationKey => {
  const spki = key.export({ type: 'spki', format: 'der' })
  return {
    keyid: hash('sha256', spki, 'hex'),
    pem: String(key.export({ type: 'spki', format: 'pem' })),
    raw: Uint8Array.from(spki.subarray(SPKI_PREFIX.length)),
    verify: (message, signature) =>
      signature.length === SIGNATURE_BYTES && verify(null, message, key, signature),
  }
}

/** Reads an SPKI PEM or the raw 32 bytes; throws SIGNING_KEY_INVALID for any other kind of key. */
export const readVerificationKey = (key: string | Uint8Array): VerificationKey => {
  // OpenSSL ignores bytes after the key.
  if (typeof key !== 'string' && key.length !== KEY_BYTES) {
    throw signingErrors.SIGNING_KEY_INVALID('a raw Ed25519 key has 32 bytes')
  }
  try {
    const object =
      typeof key === 'string'
        ? createPublicKey(SPKI_PEM.exec(key)?.[0] ?? '')
        : createPublicKey({
            key: Buffer.concat([SPKI_PREFIX, Buffer.from(key)]),
            format: 'der',
            type: 'spki',
          })
    if (object.asymmetricKeyType === 'ed25519') return fromKeyObject(object)
  } catch (cause) {
    throw signingErrors.SIGNING_KEY_INVALID('not an Ed25519 public key', { cause })
  }
  throw signingErrors.SIGNING_KEY_INVALID('not an Ed25519 public key')
}

/** A signer over a PKCS#8 PEM private key. */
export const createEd25519Signer = (privateKeyPem: string): Signer => {
  let key: KeyObject
  try {
    key = createPrivateKey(privateKeyPem)
  } catch (cause) {
    throw signingErrors.SIGNING_KEY_INVALID('not a private key in PEM', { cause })
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw signingErrors.SIGNING_KEY_INVALID('not an Ed25519 private key')
  return { publicKey: fromKeyObject(createPublicKey(key)), sign: (message) => sign(null, message, key) }
}

/** A fresh private key as PKCS#8 PEM. */
export const generateEd25519Pem = (): string =>
  String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))

/** The signer of a key file (mode 0600), made on first use; a damaged file is refused, never replaced. */
export const openEd25519Signer = async (path: string): Promise<Signer> => {
  const pem = await readOrCreatePrivateFile(path, generateEd25519Pem)
  try {
    return createEd25519Signer(pem)
  } catch (cause) {
    throw signingErrors.SIGNING_KEY_FILE_INVALID(`${path} does not hold an Ed25519 private key`, { cause })
  }
}
