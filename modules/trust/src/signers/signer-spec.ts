/** What a trusted signer is: identities with their validity, and the models it may speak about. */
import { createHash } from 'node:crypto'
import {
  type BundleVerifier,
  createCertificateVerifier,
  createKeylessVerifier,
  isAttestedBy,
  readAttestation,
  readSignatureBundle,
} from '@rampart/signing'
import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false } as const
const moment = Type.Optional(Type.String({ format: 'date-time', maxLength: 64 }))
const validity = { validFrom: moment, validUntil: moment }

export const IdentitySchema = Type.Union([
  Type.Object(
    { key: Type.String({ maxLength: 8192, description: 'public key in PEM: EC or Ed25519' }), ...validity },
    closed,
  ),
  Type.Object(
    {
      certificateRoots: Type.String({ maxLength: 65_536, description: 'self-signed roots in PEM' }),
      subject: Type.Optional(
        Type.String({ maxLength: 1024, description: 'subject of the signing certificate, exactly' }),
      ),
      ...validity,
    },
    closed,
  ),
  Type.Object(
    {
      keyless: Type.Object(
        {
          trustedRoot: Type.String({ maxLength: 262_144, description: 'JSON of a Sigstore trusted root' }),
          identity: Type.String({ minLength: 1, maxLength: 1024 }),
          issuer: Type.String({ minLength: 1, maxLength: 1024 }),
        },
        closed,
      ),
      ...validity,
    },
    closed,
  ),
])

export const SignerSpecSchema = Type.Object(
  {
    description: Type.Optional(Type.String({ maxLength: 1024 })),
    identities: Type.Array(IdentitySchema, { minItems: 1, maxItems: 16 }),
    models: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 63, pattern: '^[a-z0-9*-]+$' }), {
        maxItems: 1000,
        description: 'names it may speak about, * for any text; default all',
      }),
    ),
  },
  closed,
)

export type SignerIdentitySpec = Static<typeof IdentitySchema>
export type SignerSpec = Static<typeof SignerSpecSchema>

/** Names an identity for good: a rotation that drops it drops what it signed. */
export const identityId = (identity: SignerIdentitySpec): string => {
  const [kind, content] =
    'key' in identity
      ? ['key', identity.key.trim()]
      : 'keyless' in identity
        ? ['keyless', JSON.stringify([identity.keyless.identity, identity.keyless.issuer])]
        : ['certificate', JSON.stringify([identity.certificateRoots.trim(), identity.subject ?? null])]
  return `${kind}:${createHash('sha256').update(content).digest('hex')}`
}

export const isValidAt = ({ validFrom, validUntil }: SignerIdentitySpec, atMs: number): boolean =>
  (validFrom === undefined || atMs >= Date.parse(validFrom)) &&
  (validUntil === undefined || atMs < Date.parse(validUntil))

export const isInScope = ({ models }: SignerSpec, model: string): boolean =>
  models === undefined ||
  models.some((pattern) => {
    // Split instead of a regular expression: a pattern full of stars must not cost exponential time.
    const [head = '', ...rest] = pattern.split('*')
    if (!model.startsWith(head)) return false
    if (rest.length === 0) return model === head
    let at = head.length
    for (const part of rest.slice(0, -1)) {
      const found = model.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    const tail = rest.at(-1) ?? ''
    return model.length - at >= tail.length && model.endsWith(tail)
  })

export type Judgement = { readonly signedBy: string } | { readonly why: string }

const throughBundle = (bytes: Uint8Array, verifier: BundleVerifier, subject?: string): Judgement => {
  const reading = readSignatureBundle(bytes)
  if ('fault' in reading) return { why: reading.fault }
  const verdict = verifier(reading.bundle)
  if (verdict.verdict === 'untrusted') return { why: verdict.reasons.join('; ') }
  const { signer } = verdict
  if (signer.kind === 'certificate' && subject !== undefined && signer.subject !== subject)
    return { why: `the certificate belongs to ${signer.subject}` }
  if (signer.kind === 'keyless') return { signedBy: signer.identity }
  return { signedBy: signer.kind === 'certificate' ? signer.subject : signer.hint }
}

/** Whether this identity signed the document, judged at one moment. Throws SIGNING_* for an unusable identity. */
export const judgeDocument = (identity: SignerIdentitySpec, bytes: Uint8Array, atMs: number): Judgement => {
  if ('key' in identity) {
    const reading = readAttestation(bytes)
    if ('fault' in reading) return { why: reading.fault }
    return isAttestedBy(reading.attestation, identity.key)
      ? { signedBy: identityId(identity) }
      : { why: 'the key did not sign it' }
  }
  if ('keyless' in identity) {
    const { trustedRoot, ...name } = identity.keyless
    return throughBundle(bytes, createKeylessVerifier({ ...name, trustedRoot: Buffer.from(trustedRoot) }))
  }
  return throughBundle(bytes, createCertificateVerifier([identity.certificateRoots], atMs), identity.subject)
}
