/** Verifies a component's certificate against the one local root (RFC 5280 section 6, path length 0). */
import 'reflect-metadata'
import { createPublicKey, X509Certificate as NativeCertificate } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
} from '@peculiar/x509'
import { type ComponentIdentity, parseComponentUri } from './component-identity.ts'

export type CertificateVerdict =
  | (ComponentIdentity & {
      readonly verdict: 'trusted'
      readonly notAfter: number
      readonly serialNumber: string
    })
  | { readonly verdict: 'untrusted'; readonly reasons: readonly string[] }

/** PEM text (leaf first) or DER certificates (leaf first). */
export type CertificateChain = string | readonly Uint8Array[]

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const UNDERSTOOD = new Set(['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.35', '2.5.29.37', '2.5.29.14'])
const MAX_CERTIFICATE_BYTES = 16_384
const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/

type Leaf = { readonly native: NativeCertificate; readonly parsed: X509Certificate }

const readLeaf = (chain: CertificateChain): Leaf | undefined => {
  const first = typeof chain === 'string' ? PEM_BLOCK.exec(chain.slice(0, 65_536))?.[0] : chain[0]
  if (first === undefined || first.length > MAX_CERTIFICATE_BYTES) return undefined
  try {
    const native = new NativeCertificate(first)
    // OpenSSL ignores bytes after the certificate and lax lengths; what was read must be all that was given.
    if (typeof first !== 'string' && !native.raw.equals(first)) return undefined
    return { native, parsed: new X509Certificate(Uint8Array.from(native.raw)) }
  } catch {
    return undefined
  }
}

const componentOf = (leaf: X509Certificate): ComponentIdentity | undefined => {
  const uris = leaf
    .getExtension(SubjectAlternativeNameExtension)
    ?.names.items.filter((name) => name.type === 'url')
  // SPIFFE X509-SVID section 2: exactly one URI SAN, otherwise the identity is ambiguous.
  return uris?.length === 1 ? parseComponentUri(uris[0]?.value ?? '') : undefined
}

const profileFaults = (leaf: X509Certificate): string[] => {
  const faults: string[] = []
  const unknown = leaf.extensions.filter((extension) => extension.critical && !UNDERSTOOD.has(extension.type))
  for (const extension of unknown) faults.push(`critical extension ${extension.type} is not understood`)
  if (leaf.getExtension(BasicConstraintsExtension)?.ca !== false) faults.push('not an end-entity certificate')
  const usages = leaf.getExtension(KeyUsagesExtension)?.usages ?? 0
  if ((usages & KeyUsageFlags.digitalSignature) === 0) faults.push('key usage lacks digitalSignature')
  if (!leaf.getExtension(ExtendedKeyUsageExtension)?.usages.includes(CLIENT_AUTH)) {
    faults.push('extended key usage lacks clientAuth')
  }
  return faults
}

const inspect = (
  root: X509Certificate,
  { native, parsed: leaf }: Leaf,
  nowMs: number,
): CertificateVerdict => {
  const reasons = profileFaults(leaf)
  const identity = componentOf(leaf)
  if (identity === undefined) reasons.push('subject alternative name is not one component URI')
  if (leaf.issuer !== root.subject) reasons.push('issued by another authority')
  if (!native.verify(createPublicKey(root.publicKey.toString('pem')))) {
    reasons.push('signature is not the authority’s')
  }
  for (const certificate of [leaf, root]) {
    if (nowMs < certificate.notBefore.getTime())
      reasons.push(`not valid before ${certificate.notBefore.toISOString()}`)
    if (nowMs > certificate.notAfter.getTime())
      reasons.push(`expired at ${certificate.notAfter.toISOString()}`)
  }
  if (identity === undefined || reasons.length > 0) return { verdict: 'untrusted', reasons }
  return {
    verdict: 'trusted',
    ...identity,
    notAfter: leaf.notAfter.getTime(),
    serialNumber: leaf.serialNumber,
  }
}

/** Checks signature, validity at `nowMs`, profile and name; hostile bytes give `untrusted`, never an exception. */
export const verifyComponentCertificate = (
  root: X509Certificate,
  chain: CertificateChain,
  nowMs: number,
): CertificateVerdict => {
  const leaf = readLeaf(chain)
  if (leaf === undefined) return { verdict: 'untrusted', reasons: ['not an X.509 certificate'] }
  try {
    return inspect(root, leaf, nowMs)
  } catch {
    // The ASN.1 reader decodes lazily, so a malformed inner structure surfaces only here.
    return { verdict: 'untrusted', reasons: ['certificate is malformed'] }
  }
}
