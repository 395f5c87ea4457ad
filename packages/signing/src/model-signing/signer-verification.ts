/** Who signed a bundle: by a known key, by a certificate under trusted roots, or by a Sigstore identity. */
import { preAuthEncoding } from '../dsse.ts'
import type { ModelVerifier } from './ec-key.ts'
import type { SignatureBundle } from './signature-bundle.ts'

export type SignerIdentity =
  | { readonly kind: 'key'; readonly hint: string; readonly curve: string }
  | {
      readonly kind: 'certificate'
      readonly subject: string
      /** Lower-case hex SHA-256 of the certificate's DER. */
      readonly fingerprint: string
      readonly root: string
      /** RFC 3339. */
      readonly notBefore: string
      readonly notAfter: string
      /** The moment at which the path was judged, RFC 3339. */
      readonly validAt: string
    }
  | { readonly kind: 'keyless'; readonly identity: string; readonly issuer: string }

export type SignerVerdict =
  | { readonly verdict: 'trusted'; readonly signer: SignerIdentity }
  | { readonly verdict: 'untrusted'; readonly reasons: readonly string[] }

/** Judges the signature over the bundle's payload. Never throws for what the bundle holds. */
export type BundleVerifier = (bundle: SignatureBundle) => SignerVerdict

export const untrustedSigner = (...reasons: string[]): SignerVerdict => ({ verdict: 'untrusted', reasons })

/** True when the key signed the bundle's envelope; malformed signatures are false. */
export const isSignedBy = (bundle: SignatureBundle, key: ModelVerifier): boolean => {
  try {
    return key.verify(preAuthEncoding(bundle.payloadType, bundle.payload), bundle.signature)
  } catch {
    return false
  }
}

/** Trusts one public key. */
export const createKeyVerifier =
  (key: ModelVerifier): BundleVerifier =>
  (bundle) => {
    const { material } = bundle
    if (material.kind !== 'key')
      return untrustedSigner('the signature was made with a certificate, not with a plain key')
    // The hint is not signed: it can only refuse, never permit.
    if (material.hint !== undefined && !key.isNamed(material.hint))
      return untrustedSigner('the signature names another public key')
    if (!isSignedBy(bundle, key)) return untrustedSigner('the signature does not verify with this public key')
    return { verdict: 'trusted', signer: { kind: 'key', hint: key.hint, curve: key.curve } }
  }
