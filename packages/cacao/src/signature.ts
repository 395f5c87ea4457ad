/**
 * Signatures of playbooks (CACAO v2.0 sections 2.5 and 10.15; JSON Signature Scheme, ITU-T X.590): the playbook with
 * this one signature in it, its `value` left out, as canonical JSON (RFC 8785), hashed, and the hash signed.
 */
import { createHash, createPublicKey } from 'node:crypto'
import { canonicalJson, readVerificationKey, type Signer, type VerificationKey } from '@rampart/signing'
import { cacaoErrors } from './errors.ts'
import type { Playbook, PlaybookSignature } from './schema.ts'

export type SignatureFacts = {
  /** `jss--UUID`. */
  readonly id: string
  readonly signee: string
  /** RFC 3339 with three digits of a second. */
  readonly at: string
  readonly validUntil?: string
}

type Unsigned = Omit<PlaybookSignature, 'value'>

const ALGORITHM = 'Ed25519'
const HASH = 'sha-256'

const message = (playbook: Playbook, unsigned: Unsigned): Uint8Array => {
  const { signatures: _, ...bare } = playbook
  return createHash('sha256')
    .update(canonicalJson({ ...bare, signatures: [unsigned] }))
    .digest()
}

/** The PEM without its first and last line. */
const plainKey = ({ pem }: VerificationKey): string => pem.replace(/-----[^-]+-----|\s/g, '')

/** The playbook with one signature more; signing does not make another version of it. */
export const signPlaybook = (playbook: Playbook, signer: Signer, facts: SignatureFacts): Playbook => {
  const unsigned = {
    type: 'jss',
    id: facts.id,
    created: facts.at,
    modified: facts.at,
    signee: facts.signee,
    related_to: playbook.id,
    related_version: playbook.modified,
    hash_algorithm: HASH,
    algorithm: ALGORITHM,
    public_key: plainKey(signer.publicKey),
    ...(facts.validUntil === undefined ? {} : { valid_until: facts.validUntil }),
  } as const satisfies Unsigned
  const value = Buffer.from(signer.sign(message(playbook, unsigned))).toString('base64url')
  return { ...playbook, signatures: [...(playbook.signatures ?? []), { ...unsigned, value }] }
}

const keyOf = (text: string | undefined): VerificationKey | undefined => {
  if (text === undefined) return undefined
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
    return readVerificationKey(String(key.export({ type: 'spki', format: 'pem' })))
  } catch {
    return undefined
  }
}

export type VerifiedSignature = { readonly keyid: string; readonly signee: string; readonly id: string }

const isTimely = (signature: PlaybookSignature, now: number): boolean => {
  const { valid_from: from, valid_until: until } = signature
  if (signature.revoked === true) return false
  return (from === undefined || Date.parse(from) <= now) && (until === undefined || now < Date.parse(until))
}

/** Signatures that hold for these bytes and this time, whosever key it is; algorithms other than ours do not count. */
export const verifiedSignatures = (playbook: Playbook, now: number): readonly VerifiedSignature[] =>
  (playbook.signatures ?? []).flatMap((signature) => {
    const { value, ...unsigned } = signature
    const key = keyOf(signature.public_key)
    const fits =
      signature.algorithm === ALGORITHM &&
      signature.hash_algorithm === HASH &&
      signature.related_to === playbook.id &&
      signature.related_version === playbook.modified
    if (key === undefined || !fits || !isTimely(signature, now)) return []
    if (!key.verify(message(playbook, unsigned), Buffer.from(value, 'base64url'))) return []
    return [{ keyid: key.keyid, signee: signature.signee, id: signature.id }]
  })

/** The first signature of a key that is trusted. Throws CACAO_SIGNATURE_INVALID. */
export const requireSignature = (
  playbook: Playbook,
  trusted: (keyid: string) => boolean,
  now: number,
): VerifiedSignature => {
  const found = verifiedSignatures(playbook, now).find(({ keyid }) => trusted(keyid))
  if (found === undefined)
    throw cacaoErrors.CACAO_SIGNATURE_INVALID(
      `None of ${playbook.signatures?.length ?? 0} signatures of ${playbook.id} is one of a trusted key that holds now.`,
    )
  return found
}
