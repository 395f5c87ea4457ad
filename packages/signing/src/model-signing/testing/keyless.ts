/** For tests: a Sigstore of our own (certificate authority, certificate log, transparency log) and bundles made under it. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { initializeCA, initializeCTLog, initializeTLog } from '@sigstore/mock'
import { preAuthEncoding } from '../../dsse.ts'
import { IN_TOTO_TYPE } from '../model-statement.ts'
import { BUNDLE_MEDIA_TYPE } from '../signature-bundle.ts'

/** Fulcio's object identifiers of the issuer, old and new form. */
const ISSUER_OLD = '1.3.6.1.4.1.57264.1.1'
const ISSUER_NEW = '1.3.6.1.4.1.57264.1.8'
const FROM = '2020-01-01T00:00:00Z'

const base64 = (bytes: Uint8Array | ArrayBufferView): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()
/** What the log answers; the package that names these types is not among its dependencies. */
type LogAnswer = {
  readonly body: string
  readonly integratedTime: number
  readonly logID: string
  readonly logIndex: number
  readonly verification: {
    readonly signedEntryTimestamp: string
    readonly inclusionProof: {
      readonly logIndex: number
      readonly rootHash: string
      readonly treeSize: number
      readonly checkpoint: string
    }
  }
}

const ecKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })

const logOf = (publicKey: Uint8Array) => ({
  baseUrl: 'https://log.example.test',
  hashAlgorithm: 'SHA2_256',
  publicKey: {
    rawBytes: base64(publicKey),
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    validFor: { start: FROM },
  },
  logId: { keyId: base64(sha256(publicKey)) },
})

const certificatePem = (der: string): string =>
  `-----BEGIN CERTIFICATE-----\n${der.match(/.{1,64}/g)?.join('\n')}\n-----END CERTIFICATE-----\n`

export const createSigstore = async () => {
  const [caKeys, ctKeys, logKeys] = [ecKeys(), ecKeys(), ecKeys()]
  const ctLog = await initializeCTLog(ctKeys)
  const ca = await initializeCA(caKeys, ctLog)
  const log = await initializeTLog('https://log.example.test', logKeys)

  const trustedRoot = JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logOf(spki(logKeys.publicKey))],
    certificateAuthorities: [
      {
        subject: { organization: 'sigstore.mock', commonName: 'sigstore' },
        uri: 'https://ca.example.test',
        certChain: { certificates: [{ rawBytes: base64(ca.rootCertificate) }] },
        validFor: { start: FROM },
      },
    ],
    ctlogs: [logOf(spki(ctKeys.publicKey))],
    timestampAuthorities: [],
  })

  const signPayload = async (payload: Uint8Array, identity: string, issuer: string): Promise<string> => {
    const keys = ecKeys()
    const certificate = await ca.issueCertificate({
      publicKey: Uint8Array.from(spki(keys.publicKey)),
      subjectAltName: identity,
      extensions: [
        { oid: ISSUER_OLD, value: issuer, legacy: true },
        { oid: ISSUER_NEW, value: issuer },
      ],
    })
    const signature = sign('sha256', preAuthEncoding(IN_TOTO_TYPE, payload), keys.privateKey).toString(
      'base64',
    )
    const envelope = {
      payload: base64(payload),
      payloadType: IN_TOTO_TYPE,
      signatures: [{ sig: signature, keyid: '' }],
    }
    const entries = await log.log({
      apiVersion: '0.0.1',
      kind: 'dsse',
      spec: {
        envelopeHash: { algorithm: 'sha256', value: sha256(JSON.stringify(envelope)).toString('hex') },
        payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
        signatures: [
          {
            signature,
            verifier: Buffer.from(certificatePem(base64(certificate))).toString('base64'),
          },
        ],
      },
    })
    const [entry] = Object.values(entries as Readonly<Record<string, LogAnswer>>)
    const proof = entry?.verification?.inclusionProof
    return JSON.stringify({
      mediaType: BUNDLE_MEDIA_TYPE,
      verificationMaterial: {
        certificate: { rawBytes: base64(certificate) },
        tlogEntries: [
          {
            logIndex: String(entry?.logIndex),
            logId: { keyId: Buffer.from(entry?.logID ?? '', 'hex').toString('base64') },
            kindVersion: { kind: 'dsse', version: '0.0.1' },
            integratedTime: String(entry?.integratedTime),
            inclusionPromise: { signedEntryTimestamp: entry?.verification?.signedEntryTimestamp },
            inclusionProof: {
              logIndex: String(proof?.logIndex),
              rootHash: Buffer.from(proof?.rootHash ?? '', 'hex').toString('base64'),
              treeSize: String(proof?.treeSize),
              hashes: [],
              checkpoint: { envelope: proof?.checkpoint },
            },
            canonicalizedBody: entry?.body,
          },
        ],
      },
      dsseEnvelope: envelope,
    })
  }
  return { trustedRoot, signPayload }
}
