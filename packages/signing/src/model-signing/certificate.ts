/** X.509 certificates of model signers: reads them strictly and says what each may do (RFC 5280 section 4.2.1). */
import 'reflect-metadata'
import { X509Certificate as NativeCertificate } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate,
} from '@peculiar/x509'
import { signingErrors } from '../errors.ts'

export type Certificate = {
  /** OpenSSL's view: names, signatures. */
  readonly native: NativeCertificate
  readonly der: Uint8Array
  readonly subject: string
  readonly notBefore: number
  readonly notAfter: number
  readonly isSelfSigned: boolean
  readonly isAuthority: boolean
  /** How many further authorities may follow below this one. */
  readonly pathLength: number
  /** Everything that makes it unfit wherever it stands. */
  readonly faults: readonly string[]
  readonly signsModels: string | undefined
}

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3'
const ANY_PURPOSE = '2.5.29.37.0'
const NAME_CONSTRAINTS = '2.5.29.30'
/** Key usage, basic constraints, identifiers, extended key usage, subject alternative name; policies say nothing here. */
const UNDERSTOOD = new Set([
  '2.5.29.14',
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.19',
  '2.5.29.32',
  '2.5.29.35',
  '2.5.29.37',
])
const MIN_RSA_BITS = 2048
const PEM_BLOCK =
  /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END (?:TRUSTED )?CERTIFICATE-----/g
const MAX_PEM = 4 * 1024 * 1024

/** Why its key may not sign models; undefined when it may. Stricter than the reference, which lets either field permit. */
const signingFault = (parsed: X509Certificate): string | undefined => {
  const usage = parsed.getExtension(KeyUsagesExtension)
  const purposes = parsed.getExtension(ExtendedKeyUsageExtension)?.usages.map(String)
  if (usage === null && purposes === undefined) return 'it names neither a key usage nor a purpose'
  if (usage !== null && (usage.usages & KeyUsageFlags.digitalSignature) === 0)
    return 'its key usage lacks digitalSignature'
  if (purposes !== undefined && !purposes.includes(CODE_SIGNING) && !purposes.includes(ANY_PURPOSE))
    return 'its extended key usage lacks codeSigning'
  return undefined
}

const isAuthority = (parsed: X509Certificate): boolean => {
  const usage = parsed.getExtension(KeyUsagesExtension)
  return (
    parsed.getExtension(BasicConstraintsExtension)?.ca === true &&
    (usage === null || (usage.usages & KeyUsageFlags.keyCertSign) !== 0)
  )
}

const weakness = (native: NativeCertificate, parsed: X509Certificate): string | undefined => {
  const { hash } = parsed.signatureAlgorithm as { hash?: { name?: string } }
  if (/^(MD5|SHA-1)$/i.test(hash?.name ?? '')) return `it is signed with ${hash?.name}`
  const { asymmetricKeyType, asymmetricKeyDetails } = native.publicKey
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS)
    return `its RSA key is shorter than ${MIN_RSA_BITS} bits`
  return undefined
}

const faultsOf = (native: NativeCertificate, parsed: X509Certificate): string[] => {
  const faults: string[] = []
  for (const { type, critical } of parsed.extensions) {
    if (type === NAME_CONSTRAINTS) faults.push('it has name constraints, which are not evaluated')
    else if (critical && !UNDERSTOOD.has(type))
      faults.push(`its critical extension ${type} is not understood`)
  }
  const weak = weakness(native, parsed)
  if (weak !== undefined) faults.push(weak)
  return faults
}

/** Undefined for anything that is not exactly one X.509 certificate. */
export const readCertificate = (bytes: string | Uint8Array): Certificate | undefined => {
  try {
    const native = new NativeCertificate(bytes)
    // OpenSSL ignores bytes after the certificate; what was read must be all that was given.
    if (typeof bytes !== 'string' && !native.raw.equals(bytes)) return undefined
    const parsed = new X509Certificate(Uint8Array.from(native.raw))
    return {
      native,
      der: Uint8Array.from(native.raw),
      subject: native.subject.replaceAll('\n', ', ') || `serial ${native.serialNumber}`,
      notBefore: parsed.notBefore.getTime(),
      notAfter: parsed.notAfter.getTime(),
      isSelfSigned: native.checkIssued(native) && native.verify(native.publicKey),
      isAuthority: isAuthority(parsed),
      pathLength: parsed.getExtension(BasicConstraintsExtension)?.pathLength ?? Number.POSITIVE_INFINITY,
      faults: faultsOf(native, parsed),
      signsModels: signingFault(parsed),
    }
  } catch {
    return undefined
  }
}

/** All certificates of a PEM text, in order. Throws SIGNING_CERTIFICATE_INVALID when there is none or one is malformed. */
export const readCertificates = (pem: string, where: string): readonly Certificate[] => {
  if (pem.length > MAX_PEM) throw signingErrors.SIGNING_CERTIFICATE_INVALID(`${where} is larger than 4 MiB`)
  const blocks = pem.match(PEM_BLOCK) ?? []
  if (blocks.length === 0)
    throw signingErrors.SIGNING_CERTIFICATE_INVALID(`${where} holds no certificate in PEM`)
  return blocks.map((block, at) => {
    const certificate = readCertificate(block)
    if (certificate === undefined)
      throw signingErrors.SIGNING_CERTIFICATE_INVALID(`certificate ${at + 1} of ${where} is malformed`)
    return certificate
  })
}
