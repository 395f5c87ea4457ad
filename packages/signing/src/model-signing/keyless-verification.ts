/**
 * Sigstore keyless signatures, verified offline: certificate, its transparency, the log entry and the time all come from
 * the bundle and are judged against one given trusted root. Nothing is fetched.
 */
import { bundleFromJSON, type SerializedBundle } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'
import { signingErrors } from '../errors.ts'
import { type BundleVerifier, untrustedSigner } from './signer-verification.ts'
import { isRecord, parseStrictJson } from './strict-json.ts'

export type KeylessTrust = {
  /** JSON of a Sigstore TrustedRoot, or of a client trust configuration that contains one. */
  readonly trustedRoot: Uint8Array
  /** The signer's subject alternative name, compared exactly: an e-mail address or a URI. */
  readonly identity: string
  /** The OpenID Connect issuer that vouched for it, compared exactly. */
  readonly issuer: string
}

const MAX_ROOT_BYTES = 8 * 1024 * 1024

const refuse = (why: string, cause?: unknown): Error =>
  signingErrors.SIGNING_TRUST_ROOT_INVALID(`not a Sigstore trusted root: ${why}`, { cause })

const readTrustedRoot = (bytes: Uint8Array): ReturnType<typeof toTrustMaterial> => {
  const json = parseStrictJson(bytes, MAX_ROOT_BYTES)
  if ('fault' in json) throw refuse(json.fault)
  if (!isRecord(json.value)) throw refuse('not an object')
  const root = isRecord(json.value.trustedRoot) ? json.value.trustedRoot : json.value
  if (!Array.isArray(root.certificateAuthorities) || root.certificateAuthorities.length === 0)
    throw refuse('it names no certificate authority')
  try {
    return toTrustMaterial(TrustedRoot.fromJSON(root))
  } catch (cause) {
    throw refuse('it is malformed', cause)
  }
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 500)

/** Trusts one identity of one issuer under a trusted root. Throws SIGNING_TRUST_ROOT_INVALID. */
export const createKeylessVerifier = (trust: KeylessTrust): BundleVerifier => {
  const verifier = new Verifier(readTrustedRoot(trust.trustedRoot))
  return (bundle) => {
    if (bundle.material.kind !== 'keyless') return untrustedSigner('the signature is not a keyless one')
    try {
      const entity = toSignedEntity(bundleFromJSON(bundle.document as unknown as SerializedBundle))
      const { identity = {} } = verifier.verify(entity)
      const [name, issuer] = [identity.subjectAlternativeName, identity.extensions?.issuer]
      if (name !== trust.identity) return untrustedSigner(`the signer is ${name}, not ${trust.identity}`)
      if (issuer !== trust.issuer)
        return untrustedSigner(`the identity comes from ${issuer}, not from ${trust.issuer}`)
      return { verdict: 'trusted', signer: { kind: 'keyless', identity: name, issuer } }
    } catch (error) {
      return untrustedSigner(`the keyless signature does not verify: ${reasonOf(error)}`)
    }
  }
}
