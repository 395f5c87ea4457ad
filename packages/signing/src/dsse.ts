/** DSSE v1 (Dead Simple Signing Envelope): sign and verify typed bytes with one or several keys. */
import type { Envelope, EnvelopeSignature } from '@rampart/domain'
import { decodeBase64, encodeBase64 } from './base64.ts'
import type { Signer, VerificationKey } from './ed25519-key.ts'
import { signingErrors } from './errors.ts'

const MAX_SIGNATURES = 32
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024

export type EnvelopeVerdict =
  | { readonly verdict: 'trusted'; readonly payload: Uint8Array; readonly keyids: readonly string[] }
  | { readonly verdict: 'untrusted'; readonly reasons: readonly string[] }

/** The bytes that are signed: `DSSEv1 <length> <type> <length> <payload>`, lengths in bytes (protocol, PAE). */
export const preAuthEncoding = (payloadType: string, payload: Uint8Array): Uint8Array =>
  Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `),
    payload,
  ])

/** Signs with every signer; throws SIGNING_ENVELOPE_INVALID without one. */
export const signEnvelope = (
  payloadType: string,
  payload: Uint8Array,
  signers: readonly Signer[],
): Envelope => {
  if (signers.length === 0 || signers.length > MAX_SIGNATURES) {
    throw signingErrors.SIGNING_ENVELOPE_INVALID(`an envelope takes 1 to ${MAX_SIGNATURES} signatures`)
  }
  const message = preAuthEncoding(payloadType, payload)
  const signatures = signers.map(({ publicKey, sign }) => ({
    keyid: publicKey.keyid,
    sig: encodeBase64(sign(message)),
  }))
  return { payloadType, payload: encodeBase64(payload), signatures }
}

const isSignature = (value: unknown): value is { keyid?: string; sig: string } =>
  typeof value === 'object' &&
  value !== null &&
  'sig' in value &&
  typeof value.sig === 'string' &&
  (!('keyid' in value) || typeof value.keyid === 'string')

/** Reads an envelope from parsed JSON; unknown fields are dropped. Throws SIGNING_ENVELOPE_INVALID. */
export const parseEnvelope = (value: unknown): Envelope => {
  const refuse = (why: string): Error => signingErrors.SIGNING_ENVELOPE_INVALID(`not a DSSE envelope: ${why}`)
  if (typeof value !== 'object' || value === null) throw refuse('not an object')
  const { payloadType, payload, signatures } = value as Record<string, unknown>
  if (typeof payloadType !== 'string' || payloadType === '') throw refuse('payloadType is missing')
  if (typeof payload !== 'string') throw refuse('payload is missing')
  if (payload.length > Math.ceil(MAX_PAYLOAD_BYTES / 3) * 4) throw refuse('payload is larger than 16 MiB')
  if (decodeBase64(payload) === undefined) throw refuse('payload is not canonical base64')
  if (!Array.isArray(signatures) || signatures.length === 0 || signatures.length > MAX_SIGNATURES) {
    throw refuse(`it needs 1 to ${MAX_SIGNATURES} signatures`)
  }
  if (!signatures.every(isSignature)) throw refuse('a signature is malformed')
  return { payloadType, payload, signatures: signatures.map(({ keyid = '', sig }) => ({ keyid, sig })) }
}

const signerOf = (
  signature: EnvelopeSignature,
  message: Uint8Array,
  keys: readonly VerificationKey[],
): VerificationKey | undefined => {
  const sig = decodeBase64(signature.sig)
  if (sig === undefined) return undefined
  // The key id is an unauthenticated hint: it narrows the choice, the signature decides.
  return keys.find(
    (key) => (signature.keyid === '' || key.keyid === signature.keyid) && key.verify(message, sig),
  )
}

/** Trusted when at least `threshold` DIFFERENT keys of `keys` signed exactly this payload as this type. */
export const verifyEnvelope = (
  envelope: Envelope,
  {
    keys,
    payloadType,
    threshold = 1,
  }: { readonly keys: readonly VerificationKey[]; readonly payloadType: string; readonly threshold?: number },
): EnvelopeVerdict => {
  const payload = decodeBase64(envelope.payload)
  if (payload === undefined) return { verdict: 'untrusted', reasons: ['payload is not canonical base64'] }
  if (envelope.payloadType !== payloadType) {
    return { verdict: 'untrusted', reasons: [`payload type is ${envelope.payloadType}, not ${payloadType}`] }
  }
  const message = preAuthEncoding(envelope.payloadType, payload)
  const signed = envelope.signatures
    .slice(0, MAX_SIGNATURES)
    .map((signature) => signerOf(signature, message, keys))
  const keyids = [...new Set(signed.flatMap((key) => (key === undefined ? [] : [key.keyid])))]
  if (keyids.length >= Math.max(1, threshold)) return { verdict: 'trusted', payload, keyids }
  return {
    verdict: 'untrusted',
    reasons: [`${keyids.length} of ${Math.max(1, threshold)} known keys signed it`],
  }
}
