/**
 * The keys of OpenSSF Model Signing v1: ECDSA on P-256, P-384 or P-521 with SHA-256, SHA-384 or SHA-512. The format has
 * no field for another algorithm and the reference refuses others, so Ed25519 and RSA keys are refused here too.
 */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import { signingErrors } from '../errors.ts'

const HASH_OF_CURVE: Readonly<Record<string, string>> = {
  prime256v1: 'sha256',
  secp384r1: 'sha384',
  secp521r1: 'sha512',
}
const MAX_PEM = 64 * 1024

export type ModelVerifier = {
  /** Lower-case hex SHA-256 of the SPKI PEM: the key's name in a signature file. */
  readonly hint: string
  readonly curve: string
  verify(message: Uint8Array, signature: Uint8Array): boolean
  /** True when a signature file's hint, in our form or cosign's (base64 SHA-256 of the DER), names this key. */
  isNamed(hint: string): boolean
}

export type ModelSigner = {
  readonly verifier: ModelVerifier
  readonly publicKey: KeyObject
  sign(message: Uint8Array): Uint8Array
}

const curveOf = (key: KeyObject): string | undefined =>
  key.asymmetricKeyType === 'ec' ? key.asymmetricKeyDetails?.namedCurve : undefined

const hashOf = (key: KeyObject): string | undefined => HASH_OF_CURVE[curveOf(key) ?? '']

const kindOf = (key: KeyObject): string => {
  const curve = curveOf(key)
  return curve === undefined ? `a key of type ${key.asymmetricKeyType}` : `a key on the curve ${curve}`
}

const ONLY = 'OpenSSF Model Signing knows EC keys on P-256, P-384 and P-521 only'

/** A verifier over any public key object; undefined when the format has no algorithm for it. */
export const createModelVerifier = (key: KeyObject): ModelVerifier | undefined => {
  const digest = hashOf(key)
  if (digest === undefined) return undefined
  const hint = hash('sha256', String(key.export({ type: 'spki', format: 'pem' })), 'hex')
  const derHint = hash('sha256', key.export({ type: 'spki', format: 'der' }), 'base64')
  return {
    hint,
    curve: curveOf(key) ?? '',
    verify: (message, signature) => verify(digest, message, key, signature),
    isNamed: (other) => other === hint || other === derHint,
  }
}

/** Reads a public key in PEM. Throws SIGNING_KEY_INVALID. */
export const readModelPublicKey = (pem: string): ModelVerifier => {
  // Without this check a private key's PEM would be taken for its public half.
  if (pem.length > MAX_PEM || !pem.includes('-----BEGIN PUBLIC KEY-----'))
    throw signingErrors.SIGNING_KEY_INVALID('this is not a public key in PEM (BEGIN PUBLIC KEY)')
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch (cause) {
    throw signingErrors.SIGNING_KEY_INVALID('the public key cannot be read', { cause })
  }
  const verifier = createModelVerifier(key)
  if (verifier === undefined) throw signingErrors.SIGNING_KEY_INVALID(`this is ${kindOf(key)}; ${ONLY}`)
  return verifier
}

const refuseKey = (message: string, cause?: unknown): Error =>
  signingErrors.SIGNING_PRIVATE_KEY_INVALID(message, cause === undefined ? {} : { cause })

const parsePrivate = (pem: string, password: string | undefined): KeyObject => {
  if (pem.length > MAX_PEM) throw refuseKey('the private key file is larger than 64 KiB')
  if (pem.includes('ENCRYPTED SIGSTORE PRIVATE KEY') || pem.includes('ENCRYPTED COSIGN PRIVATE KEY'))
    throw refuseKey('keys in cosign’s own encryption are not read; use the PEM key it was imported from')
  if (!pem.includes('PRIVATE KEY-----')) throw refuseKey('this is not a private key in PEM')
  const isEncrypted = pem.includes('ENCRYPTED')
  if (isEncrypted && password === undefined)
    throw refuseKey('the private key is encrypted and no password was given')
  try {
    return createPrivateKey({
      key: pem,
      format: 'pem',
      ...(password === undefined ? {} : { passphrase: password }),
    })
  } catch (cause) {
    throw refuseKey(
      isEncrypted ? 'the password does not open the private key' : 'the private key cannot be read',
      cause,
    )
  }
}

/** Reads a private key in PEM (PKCS#8 or SEC 1, plain or encrypted). Throws SIGNING_PRIVATE_KEY_INVALID. */
export const readModelPrivateKey = (pem: string, password?: string): ModelSigner => {
  const key = parsePrivate(pem, password)
  const digest = hashOf(key)
  const publicKey = createPublicKey(key)
  const verifier = createModelVerifier(publicKey)
  if (digest === undefined || verifier === undefined) throw refuseKey(`this is ${kindOf(key)}; ${ONLY}`)
  return { verifier, publicKey, sign: (message) => sign(digest, message, key) }
}
