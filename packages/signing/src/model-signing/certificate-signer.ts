/** Signing and verifying with certificates: the leaf and its chain travel in the bundle, the roots come from the verifier. */
import { hash } from 'node:crypto'
import { signingErrors } from '../errors.ts'
import { type Certificate, readCertificate, readCertificates } from './certificate.ts'
import { findCertificatePath } from './certificate-path.ts'
import { createModelVerifier, type ModelSigner } from './ec-key.ts'
import {
  type BundleVerifier,
  isSignedBy,
  type SignerVerdict,
  untrustedSigner,
} from './signer-verification.ts'

/**
 * The moment a certificate must be valid at, ms since the epoch, or `issue`: the first moment of the signer's
 * certificate, which ignores expiry like the reference tool does.
 */
export type ValidAt = number | 'issue'

const iso = (ms: number): string => new Date(ms).toISOString()

const refuse = (message: string): Error => signingErrors.SIGNING_CERTIFICATE_INVALID(message)

/**
 * The DER chain that goes into a bundle, leaf first. Throws SIGNING_CERTIFICATE_INVALID when the certificate is not the
 * key's, may not sign models, is not valid now, or does not lead to the end of the given chain.
 */
export const prepareCertificateChain = (
  signer: ModelSigner,
  pems: { readonly certificate: string; readonly chain: readonly string[] },
  nowMs: number,
): readonly Uint8Array[] => {
  const [leaf, ...between] = readCertificates(pems.certificate, 'the signing certificate')
  const chain = [...between, ...pems.chain.flatMap((pem) => readCertificates(pem, 'the certificate chain'))]
  if (leaf === undefined || !leaf.native.publicKey.equals(signer.publicKey))
    throw refuse('the signing certificate does not belong to the private key')
  const roots = chain.filter((one) => one.isSelfSigned)
  // Without a root at hand the path ends at the highest certificate given; who verifies brings the root.
  const ends = roots.length > 0 ? roots : [chain.at(-1) ?? leaf]
  const path = findCertificatePath(leaf, chain, leaf.isSelfSigned ? [...ends, leaf] : ends, nowMs)
  if (path.verdict === 'untrusted') throw refuse(path.reasons.join('; '))
  return [leaf, ...chain].map(({ der }) => der)
}

const judge = (
  bundle: Parameters<BundleVerifier>[0],
  chain: readonly Uint8Array[],
  given: readonly Certificate[],
  validAt: ValidAt,
): SignerVerdict => {
  const certificates = chain.map(readCertificate)
  if (!certificates.every((one) => one !== undefined))
    return untrustedSigner('a certificate in the signature file is malformed')
  const [leaf, ...between] = certificates
  if (leaf === undefined) return untrustedSigner('the signature file holds no certificate')
  const roots = given.filter((one) => one.isSelfSigned)
  const at = validAt === 'issue' ? leaf.notBefore : validAt
  const path = findCertificatePath(leaf, [...between, ...given], roots, at)
  if (path.verdict === 'untrusted') return path
  const key = createModelVerifier(leaf.native.publicKey)
  if (key === undefined)
    return untrustedSigner(`the key of ${leaf.subject} is not an EC key on P-256, P-384 or P-521`)
  if (!isSignedBy(bundle, key))
    return untrustedSigner(`the signature does not verify with the key of ${leaf.subject}`)
  return {
    verdict: 'trusted',
    signer: {
      kind: 'certificate',
      subject: leaf.subject,
      fingerprint: hash('sha256', leaf.der, 'hex'),
      root: path.path.at(-1)?.subject ?? '',
      notBefore: iso(leaf.notBefore),
      notAfter: iso(leaf.notAfter),
      validAt: iso(at),
    },
  }
}

/** Trusts signers whose certificates lead to a self-signed certificate of `pems`. Throws SIGNING_CERTIFICATE_INVALID. */
export const createCertificateVerifier = (pems: readonly string[], validAt: ValidAt): BundleVerifier => {
  const given = pems.flatMap((pem) => readCertificates(pem, 'the trusted certificate file'))
  if (!given.some((one) => one.isSelfSigned))
    throw refuse('the trusted certificate file holds no self-signed root certificate')
  return (bundle) =>
    bundle.material.kind === 'certificates'
      ? judge(bundle, bundle.material.chain, given, validAt)
      : untrustedSigner('the signature was not made with a certificate')
}
