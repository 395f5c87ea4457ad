/** The detached signature file: a Sigstore bundle v0.3 with one DSSE envelope, and a public key hint or certificates. */
import { decodeBase64, encodeBase64 } from '../base64.ts'
import { IN_TOTO_TYPE, MAX_PAYLOAD_BYTES } from './model-statement.ts'
import { isRecord, parseStrictJson } from './strict-json.ts'

export const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json'
/** Bundles of older Sigstore clients; only their keyless form is read. */
const OLD_MEDIA_TYPE = /^application\/vnd\.dev\.sigstore\.bundle(\+json;version=0\.[12]|\.v0\.[12]\+json)$/

/** A signature file is at most this large. */
export const MAX_BUNDLE_BYTES = 33 * 1024 * 1024
const MAX_CERTIFICATES = 16
const MAX_CERTIFICATE_BYTES = 16 * 1024
const MAX_SIGNATURE_BYTES = 1024

export type VerificationMaterial =
  | { readonly kind: 'key'; readonly hint: string | undefined }
  /** DER, leaf first. */
  | { readonly kind: 'certificates'; readonly chain: readonly Uint8Array[] }
  /** One leaf certificate with transparency-log entries: Sigstore's keyless signature. */
  | { readonly kind: 'keyless' }

export type SignatureBundle = {
  readonly material: VerificationMaterial
  readonly payloadType: string
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  /** The whole document, for the keyless verifier. */
  readonly document: Readonly<Record<string, unknown>>
}

export type BundleReading = { readonly bundle: SignatureBundle } | { readonly fault: string }

type Material = Readonly<Record<string, unknown>>

const readChain = (value: unknown): readonly Uint8Array[] | string => {
  const list = isRecord(value) ? value.certificates : undefined
  if (!Array.isArray(list) || list.length === 0) return 'the certificate chain is empty'
  if (list.length > MAX_CERTIFICATES) return `the chain has more than ${MAX_CERTIFICATES} certificates`
  const chain = list.map((one) => {
    const text = isRecord(one) && typeof one.rawBytes === 'string' ? one.rawBytes : ''
    return text.length > MAX_CERTIFICATE_BYTES * 2 ? undefined : decodeBase64(text)
  })
  return chain.every((one) => one !== undefined && one.length > 0 && one.length <= MAX_CERTIFICATE_BYTES)
    ? (chain as Uint8Array[])
    : 'a certificate is malformed or too large'
}

const readMaterial = (material: Material): VerificationMaterial | string => {
  const kinds = ['publicKey', 'x509CertificateChain', 'certificate'].filter((kind) => kind in material)
  if (kinds.length !== 1) return 'it does not hold exactly one kind of verification material'
  const isLogged = Array.isArray(material.tlogEntries) && material.tlogEntries.length > 0
  if (kinds[0] === 'certificate') return { kind: 'keyless' }
  if (kinds[0] === 'x509CertificateChain') {
    if (isLogged) return { kind: 'keyless' }
    const chain = readChain(material.x509CertificateChain)
    return typeof chain === 'string' ? chain : { kind: 'certificates', chain }
  }
  const hint = isRecord(material.publicKey) ? material.publicKey.hint : undefined
  if (hint !== undefined && (typeof hint !== 'string' || hint.length > 1024))
    return 'the key hint is not a text'
  return { kind: 'key', hint: hint === '' ? undefined : hint }
}

const readEnvelope = (
  value: unknown,
): Pick<SignatureBundle, 'payloadType' | 'payload' | 'signature'> | string => {
  if (!isRecord(value)) return 'it holds no DSSE envelope'
  const { payloadType, payload, signatures } = value
  if (payloadType !== IN_TOTO_TYPE) return `the payload type is not ${IN_TOTO_TYPE}`
  const bytes = typeof payload === 'string' ? decodeBase64(payload) : undefined
  if (bytes === undefined) return 'the payload is not base64'
  if (bytes.length > MAX_PAYLOAD_BYTES) return `the payload is larger than ${MAX_PAYLOAD_BYTES} bytes`
  // With several signatures a reader that looks at one and a reader that looks at another would disagree.
  if (!Array.isArray(signatures) || signatures.length !== 1) return 'it does not hold exactly one signature'
  const [one] = signatures as unknown[]
  const signature = isRecord(one) && typeof one.sig === 'string' ? decodeBase64(one.sig) : undefined
  if (signature === undefined || signature.length === 0 || signature.length > MAX_SIGNATURE_BYTES)
    return 'the signature is malformed'
  return { payloadType, payload: bytes, signature }
}

/** Reads a signature file's bytes; every fault is an answer. */
export const readSignatureBundle = (bytes: Uint8Array): BundleReading => {
  const json = parseStrictJson(bytes, MAX_BUNDLE_BYTES)
  if ('fault' in json) return { fault: `the signature file is ${json.fault}` }
  const refuse = (why: string): BundleReading => ({
    fault: `the signature file is no Sigstore bundle: ${why}`,
  })
  if (!isRecord(json.value)) return refuse('it is not an object')
  const { mediaType, verificationMaterial, dsseEnvelope } = json.value
  const isOld = typeof mediaType === 'string' && OLD_MEDIA_TYPE.test(mediaType)
  if (mediaType !== BUNDLE_MEDIA_TYPE && !isOld) return refuse(`its media type is not ${BUNDLE_MEDIA_TYPE}`)
  if (!isRecord(verificationMaterial)) return refuse('verificationMaterial is missing')
  const material = readMaterial(verificationMaterial)
  if (typeof material === 'string') return refuse(material)
  if (isOld && material.kind !== 'keyless') return refuse('bundles before 0.3 are read only when keyless')
  const envelope = readEnvelope(dsseEnvelope)
  if (typeof envelope === 'string') return refuse(envelope)
  return { bundle: { material, ...envelope, document: json.value } }
}

/** The text of a signature file. */
export const encodeSignatureBundle = (parts: {
  readonly material: { readonly hint: string } | { readonly chain: readonly Uint8Array[] }
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}): string => {
  const { material } = parts
  const own =
    'hint' in material
      ? { publicKey: { hint: material.hint } }
      : {
          x509CertificateChain: {
            certificates: material.chain.map((der) => ({ rawBytes: encodeBase64(der) })),
          },
        }
  return JSON.stringify({
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: { ...own, tlogEntries: [] },
    dsseEnvelope: {
      payload: encodeBase64(parts.payload),
      payloadType: IN_TOTO_TYPE,
      signatures: [{ sig: encodeBase64(parts.signature), keyid: '' }],
    },
  })
}
