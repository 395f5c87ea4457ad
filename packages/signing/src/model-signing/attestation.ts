/**
 * Statements of others about a model, as evidence: an in-toto statement bare, in a DSSE envelope, or in a Sigstore bundle.
 * Signed by an EC or Ed25519 key, checked when the key is given.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { decodeBase64 } from '../base64.ts'
import { preAuthEncoding } from '../dsse.ts'
import { signingErrors } from '../errors.ts'
import { createModelVerifier } from './ec-key.ts'
import { IN_TOTO_TYPE } from './model-statement.ts'
import { isRecord, parseStrictJson } from './strict-json.ts'

export type Attestation = {
  readonly predicateType: string
  readonly predicate: Readonly<Record<string, unknown>>
  readonly subjects: readonly { readonly name: string; readonly digests: Readonly<Record<string, string>> }[]
  /** Absent for a bare statement. */
  readonly signed?: { readonly payload: Uint8Array; readonly signatures: readonly Uint8Array[] }
}

export type AttestationReading = { readonly attestation: Attestation } | { readonly fault: string }

const MAX_BYTES = 16 * 1024 * 1024
const MAX_SUBJECTS = 1024
const MAX_SIGNATURES = 32
const STATEMENT_TYPES = new Set(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1'])

type Fields = Readonly<Record<string, unknown>>

const readSubjects = (value: unknown): Attestation['subjects'] | undefined => {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_SUBJECTS) return undefined
  const subjects = (value as unknown[]).map((one) => {
    if (!isRecord(one) || !isRecord(one.digest)) return undefined
    const digests = Object.entries(one.digest).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    )
    return { name: typeof one.name === 'string' ? one.name : '', digests: Object.fromEntries(digests) }
  })
  return subjects.every((one) => one !== undefined) ? subjects : undefined
}

const readStatement = (value: unknown, signed: Attestation['signed']): AttestationReading => {
  if (!isRecord(value) || !STATEMENT_TYPES.has(String(value._type))) return { fault: 'no in-toto statement' }
  const { predicateType, predicate = {} } = value
  const subjects = readSubjects(value.subject)
  if (typeof predicateType !== 'string' || predicateType.length > 1024) return { fault: 'no predicate type' }
  if (!isRecord(predicate)) return { fault: 'a predicate that is no object' }
  if (subjects === undefined) return { fault: 'no subjects' }
  return { attestation: { predicateType, predicate, subjects, ...(signed === undefined ? {} : { signed }) } }
}

const readEnvelope = ({ payloadType, payload, signatures }: Fields): AttestationReading => {
  const bytes = typeof payload === 'string' ? decodeBase64(payload) : undefined
  if (payloadType !== IN_TOTO_TYPE || bytes === undefined) return { fault: 'no in-toto envelope' }
  const list = Array.isArray(signatures) ? (signatures as unknown[]) : []
  const decoded = list.map((one) =>
    isRecord(one) && typeof one.sig === 'string' ? decodeBase64(one.sig) : undefined,
  )
  if (list.length > MAX_SIGNATURES || !decoded.every((one) => one !== undefined))
    return { fault: 'malformed signatures' }
  const json = parseStrictJson(bytes, MAX_BYTES)
  return 'fault' in json ? json : readStatement(json.value, { payload: bytes, signatures: decoded })
}

/** Every fault is an answer: `it holds ${fault}` or a fault of the JSON. */
export const readAttestation = (bytes: Uint8Array): AttestationReading => {
  const json = parseStrictJson(bytes, MAX_BYTES)
  if ('fault' in json) return json
  if (!isRecord(json.value)) return { fault: 'no object' }
  const { dsseEnvelope, payload } = json.value
  if (isRecord(dsseEnvelope)) return readEnvelope(dsseEnvelope)
  return payload === undefined ? readStatement(json.value, undefined) : readEnvelope(json.value)
}

const verifierOf = (pem: string): ((message: Uint8Array, signature: Uint8Array) => boolean) => {
  let key: KeyObject
  try {
    if (!pem.includes('-----BEGIN PUBLIC KEY-----')) throw new Error('not a public key')
    key = createPublicKey(pem)
  } catch (cause) {
    throw signingErrors.SIGNING_KEY_INVALID('the public key cannot be read', { cause })
  }
  if (key.asymmetricKeyType === 'ed25519')
    return (message, signature) => verify(null, message, key, signature)
  const ec = createModelVerifier(key)
  if (ec === undefined)
    throw signingErrors.SIGNING_KEY_INVALID('attestations are verified with EC or Ed25519 keys')
  return ec.verify
}

/** True when the key made one of the signatures. Throws SIGNING_KEY_INVALID for a key of another kind. */
export const isAttestedBy = ({ signed }: Attestation, publicKeyPem: string): boolean => {
  const isSigned = verifierOf(publicKeyPem)
  if (signed === undefined) return false
  const message = preAuthEncoding(IN_TOTO_TYPE, signed.payload)
  return signed.signatures.some((signature) => {
    try {
      return isSigned(message, signature)
    } catch {
      return false
    }
  })
}

/** True when some subject carries one of these SHA-256 digests, in hex. */
export const isAboutAny = ({ subjects }: Attestation, digests: ReadonlySet<string>): boolean =>
  subjects.some((subject) => digests.has(subject.digests.sha256 ?? ''))
