/**
 * A local certificate authority for mutual TLS between components: one ECDSA P-256 root in a folder, short-lived
 * end-entity certificates named by a SPIFFE URI. Key files are PEM PKCS#8, mode 0600.
 */
import 'reflect-metadata'
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  webcrypto,
} from 'node:crypto'
import { isIP } from 'node:net'
import { join } from 'node:path'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import {
  type CertificateChain,
  type CertificateVerdict,
  verifyComponentCertificate,
} from './certificate-verification.ts'
import { type ComponentIdentity, formatComponentUri, isComponentName } from './component-identity.ts'
import { signingErrors } from './errors.ts'
import { readOrCreatePrivateFile } from './key-file.ts'

export type CertificateRequest = ComponentIdentity & {
  /** SPKI PEM of the caller's own key (EC P-256 or Ed25519); absent = a P-256 key is generated. */
  readonly publicKey?: string
  /** Lifetime in ms; default 1 h, at most 24 h. */
  readonly ttlMs?: number
  /** DNS names or IP literals a server listens on; default none (peers then check the URI). */
  readonly hosts?: readonly string[]
}

export type IssuedCertificate = {
  readonly certificatePem: string
  readonly caPem: string
  /** Present only when the key was generated here. */
  readonly privateKeyPem?: string
  readonly serialNumber: string
  readonly uri: string
  readonly notBefore: number
  readonly notAfter: number
}

export type LocalCa = {
  readonly caPem: string
  issueComponentCertificate(request: CertificateRequest): Promise<IssuedCertificate>
  verifyComponentCertificate(chain: CertificateChain, nowMs?: number): CertificateVerdict
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const ROOT_NAME = 'CN=Rampart local CA'
const ROOT_LIFETIME_MS = 10 * 365 * 24 * 3_600_000
const DEFAULT_TTL_MS = 3_600_000
const MIN_TTL_MS = 1_000
const MAX_TTL_MS = 24 * 3_600_000
/** Peers whose clocks lag a little must still accept a fresh certificate. */
const SKEW_MS = 60_000
const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/

type Signer = { readonly privateKey: webcrypto.CryptoKey; readonly publicKey: webcrypto.CryptoKey }

const newKeyPem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()

// RFC 5280 4.1.2.2: positive, at most 20 octets, unpredictable.
const newSerial = (): string => {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}

const importSigner = async (pem: string, path: string): Promise<Signer> => {
  try {
    const key = createPrivateKey(pem)
    const pkcs8 = key.export({ type: 'pkcs8', format: 'der' })
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
    return {
      privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']),
      publicKey: await webcrypto.subtle.importKey('spki', spki, ALGORITHM, true, ['verify']),
    }
  } catch (cause) {
    throw signingErrors.SIGNING_KEY_FILE_INVALID(`${path} is not an EC P-256 private key`, { cause })
  }
}

const createRoot = async (keys: Signer, nowMs: number): Promise<X509Certificate> =>
  await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: ROOT_NAME,
    notBefore: new Date(nowMs - SKEW_MS),
    notAfter: new Date(nowMs + ROOT_LIFETIME_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })

const readRoot = async (pem: string, keys: Signer, path: string): Promise<X509Certificate> => {
  try {
    const root = new X509Certificate(pem)
    if (await root.verify({ publicKey: keys.publicKey, signatureOnly: true })) return root
  } catch (cause) {
    throw signingErrors.SIGNING_KEY_FILE_INVALID(`${path} is not a certificate`, { cause })
  }
  throw signingErrors.SIGNING_KEY_FILE_INVALID(`${path} does not belong to the key beside it`)
}

const readSubjectKey = (pem: string): KeyObject => {
  const refuse = (cause?: unknown): Error =>
    signingErrors.SIGNING_KEY_INVALID('the public key must be an SPKI PEM of an EC P-256 or Ed25519 key', {
      cause,
    })
  let key: KeyObject
  try {
    if (!pem.includes('-----BEGIN PUBLIC KEY-----')) throw refuse()
    key = createPublicKey(pem)
  } catch (cause) {
    throw refuse(cause)
  }
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  if (!isP256 && key.asymmetricKeyType !== 'ed25519') throw refuse()
  return key
}

const checkRequest = (request: CertificateRequest): number => {
  const refuse = (why: string): Error => signingErrors.SIGNING_CERTIFICATE_REQUEST(why)
  if (!isComponentName(request.tenant)) throw refuse('tenant is not a legal name')
  if (!isComponentName(request.id)) throw refuse('component id is not a legal name')
  const ttlMs = request.ttlMs ?? DEFAULT_TTL_MS
  if (!(ttlMs >= MIN_TTL_MS && ttlMs <= MAX_TTL_MS))
    throw refuse(`ttlMs must be in ${MIN_TTL_MS}..${MAX_TTL_MS}`)
  const hosts = request.hosts ?? []
  if (hosts.length > 16) throw refuse('at most 16 hosts')
  for (const host of hosts)
    if (isIP(host) === 0 && !HOST.test(host)) throw refuse('a host is not a DNS name or IP')
  return ttlMs
}

const leafExtensions = async (
  request: CertificateRequest,
  subjectKey: ArrayBuffer,
  root: X509Certificate,
) => [
  new BasicConstraintsExtension(false, undefined, true),
  new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
  new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
  new SubjectAlternativeNameExtension([
    { type: 'url', value: formatComponentUri(request) },
    ...(request.hosts ?? []).map((host) => ({
      type: isIP(host) === 0 ? ('dns' as const) : ('ip' as const),
      value: host,
    })),
  ]),
  await SubjectKeyIdentifierExtension.create(subjectKey),
  await AuthorityKeyIdentifierExtension.create(root.publicKey),
]

const issue = async (
  request: CertificateRequest,
  keys: Signer,
  root: X509Certificate,
  nowMs: number,
): Promise<IssuedCertificate> => {
  const ttlMs = checkRequest(request)
  const privateKeyPem = request.publicKey === undefined ? newKeyPem() : undefined
  const subjectKey =
    privateKeyPem === undefined ? readSubjectKey(request.publicKey ?? '') : createPublicKey(privateKeyPem)
  const spki = Uint8Array.from(subjectKey.export({ type: 'spki', format: 'der' })).buffer
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: [{ CN: [request.id] }, { O: [request.tenant] }],
    issuer: root.subject,
    notBefore: new Date(nowMs - SKEW_MS),
    notAfter: new Date(Math.min(nowMs + ttlMs, root.notAfter.getTime())),
    publicKey: spki,
    signingKey: keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: await leafExtensions(request, spki, root),
  })
  return {
    certificatePem: `${certificate.toString('pem')}\n`,
    caPem: `${root.toString('pem')}\n`,
    ...(privateKeyPem === undefined ? {} : { privateKeyPem }),
    serialNumber: certificate.serialNumber,
    uri: formatComponentUri(request),
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
  }
}

/** Opens the authority in `folder` (`ca-key.pem`, `ca.pem`), making it on first use; safe if killed at any point. */
export const createLocalCa = async (deps: {
  readonly folder: string
  readonly clock: { now(): number }
}): Promise<LocalCa> => {
  const keyPath = join(deps.folder, 'ca-key.pem')
  const certificatePath = join(deps.folder, 'ca.pem')
  const keys = await importSigner(await readOrCreatePrivateFile(keyPath, newKeyPem), keyPath)
  const pem = await readOrCreatePrivateFile(
    certificatePath,
    async () => `${(await createRoot(keys, deps.clock.now())).toString('pem')}\n`,
  )
  const root = await readRoot(pem, keys, certificatePath)
  return {
    caPem: pem,
    issueComponentCertificate: (request) => issue(request, keys, root, deps.clock.now()),
    verifyComponentCertificate: (chain, nowMs = deps.clock.now()) =>
      verifyComponentCertificate(root, chain, nowMs),
  }
}
