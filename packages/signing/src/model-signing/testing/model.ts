/** For the tests of model signing: a model folder on disk, EC keys, and certificates of any validity. */
import 'reflect-metadata'
import { generateKeyPairSync, webcrypto } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

type Cleanup = { after(fn: () => Promise<void>): void }

export const newFolder = async (t: Cleanup): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-model-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The model that the golden signatures were made of by the reference implementation. */
export const GOLDEN_FILES: Readonly<Record<string, string>> = {
  'a.bin': 'hello',
  'sub/b.bin': 'world12345',
  'sub-b.txt': 'b',
  empty: '',
  '.hidden': 'x',
  '.git/config': 'git',
  'é"<>.txt': 'é',
}

export const writeModel = async (
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>> = GOLDEN_FILES,
): Promise<string> => {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

export const ecKeyPem = (
  namedCurve = 'P-256',
): { readonly privatePem: string; readonly publicPem: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
  return {
    privatePem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    publicPem: String(publicKey.export({ type: 'spki', format: 'pem' })),
  }
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000

export type Issued = {
  readonly certificate: X509Certificate
  readonly keys: webcrypto.CryptoKeyPair
  readonly pem: string
  readonly privatePem: string
}

export type IssueOptions = {
  readonly name: string
  readonly issuer?: Issued
  readonly notBefore?: number
  readonly notAfter?: number
  readonly extensions?: readonly Extension[]
}

export const authority = (pathLength?: number): Extension[] => [
  new BasicConstraintsExtension(true, pathLength, true),
  new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
]
export const modelSigner = (): Extension[] => [
  new BasicConstraintsExtension(false, undefined, true),
  new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
  new ExtendedKeyUsageExtension([ExtendedKeyUsage.codeSigning]),
]

export const issue = async (options: IssueOptions): Promise<Issued> => {
  const { name, issuer, notBefore = Date.now() - DAY_MS, notAfter = Date.now() + DAY_MS } = options
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const common = {
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)))
      .toString('hex')
      .replace(/^./, '4'),
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    signingAlgorithm: ALGORITHM,
    extensions: [...(options.extensions ?? (issuer === undefined ? authority() : modelSigner()))],
  }
  const certificate =
    issuer === undefined
      ? await X509CertificateGenerator.createSelfSigned({ ...common, name: `CN=${name}`, keys })
      : await X509CertificateGenerator.create({
          ...common,
          subject: `CN=${name}`,
          issuer: issuer.certificate.subject,
          publicKey: keys.publicKey,
          signingKey: issuer.keys.privateKey,
        })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    certificate,
    keys,
    pem: `${certificate.toString('pem')}\n`,
    privatePem: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
  }
}
