/** The verdict about plain files, without a server: scan, signature and graph, summed up. Fewer gates, so another type. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { FileReport } from '@rampart/artifacts'
import { DSSE_PAYLOAD_TYPE, type Envelope } from '@rampart/domain'
import {
  canonicalJson,
  createEd25519Signer,
  createStatement,
  encodeBase64,
  preAuthEncoding,
  signEnvelope,
} from '@rampart/signing'
import { type ModelVerdict, readModelPrivateKey } from '@rampart/signing/model'

export const LOCAL_VERDICT_TYPE = 'https://rampart.dev/attestation/local-verdict/v1'

/** Rules of the scan that speak about an ONNX graph. */
const GRAPH_RULES: ReadonlySet<string> = new Set(['onnx-trigger', 'onnx-graph'])
const RANK = { clean: 0, unverified: 1, blocked: 2 } as const
const MAX_SUBJECTS = 1024

export type LocalFile = {
  readonly path: string
  readonly format: string
  readonly result: FileReport['verdict']
  readonly rules: readonly string[]
}

export type LocalVerdict = {
  readonly schema: 'local-verdict/1'
  readonly path: string
  readonly scan: { readonly result: FileReport['verdict']; readonly files: readonly LocalFile[] }
  readonly signature: {
    readonly result: 'trusted' | 'untrusted' | 'none'
    readonly reasons: readonly string[]
    readonly signer?: unknown
  }
  readonly graphLint: {
    readonly result: 'clean' | 'suspicious' | 'not-applicable'
    readonly rules: readonly string[]
  }
  readonly decision: 'allow' | 'deny'
  readonly reasons: readonly string[]
  readonly issuedAt: string
}

const fileOf = ({ path, format, verdict, findings }: FileReport): LocalFile => ({
  path,
  format,
  result: verdict,
  rules: [...new Set(findings.map(({ rule }) => rule))].sort(),
})

const signatureOf = (found: ModelVerdict | undefined): LocalVerdict['signature'] => {
  if (found === undefined) return { result: 'none', reasons: [] }
  return found.verdict === 'trusted'
    ? { result: 'trusted', reasons: [], signer: found.signer }
    : { result: 'untrusted', reasons: found.reasons }
}

const graphOf = (files: readonly LocalFile[]): LocalVerdict['graphLint'] => {
  const rules = [
    ...new Set(files.flatMap((file) => file.rules.filter((rule) => GRAPH_RULES.has(rule)))),
  ].sort()
  if (rules.length > 0) return { result: 'suspicious', rules }
  return { result: files.some(({ format }) => format === 'onnx') ? 'clean' : 'not-applicable', rules }
}

export const localVerdict = (facts: {
  readonly path: string
  readonly reports: readonly FileReport[]
  readonly signature: ModelVerdict | undefined
  readonly issuedAt: string
}): LocalVerdict => {
  const files = facts.reports.map(fileOf)
  const worst = files.reduce<FileReport['verdict']>(
    (found, { result }) => (RANK[result] > RANK[found] ? result : found),
    files.length === 0 ? 'unverified' : 'clean',
  )
  const signature = signatureOf(facts.signature)
  const told = files.filter(({ result }) => result !== 'clean')
  const reasons = [
    ...(files.length === 0 ? ['nothing was scanned'] : []),
    ...told.map(({ path, result, rules }) => `the scan of ${path} says ${result}: ${rules.join(', ')}`),
    ...(signature.result === 'untrusted'
      ? [`the signature is not trusted: ${signature.reasons.join('; ')}`]
      : []),
  ]
  return {
    schema: 'local-verdict/1',
    path: facts.path,
    scan: { result: worst, files },
    signature,
    graphLint: graphOf(files),
    decision: reasons.length === 0 ? 'allow' : 'deny',
    reasons,
    issuedAt: facts.issuedAt,
  }
}

const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** An in-toto statement about the files' digests in a DSSE envelope, by an Ed25519 or EC key. */
export const signLocalVerdict = async (
  verdict: LocalVerdict,
  files: readonly string[],
  keyPem: string,
): Promise<Envelope> => {
  const subject = await Promise.all(
    files
      .slice(0, MAX_SUBJECTS)
      .map(async (file) => ({ name: basename(file), digest: { sha256: await sha256Of(file) } })),
  )
  const statement = createStatement({ subject, predicateType: LOCAL_VERDICT_TYPE, predicate: { ...verdict } })
  const payload = Buffer.from(canonicalJson(statement))
  if (isEd25519(keyPem)) return signEnvelope(DSSE_PAYLOAD_TYPE, payload, [createEd25519Signer(keyPem)])
  const signer = readModelPrivateKey(keyPem)
  const sig = encodeBase64(signer.sign(preAuthEncoding(DSSE_PAYLOAD_TYPE, payload)))
  return {
    payloadType: DSSE_PAYLOAD_TYPE,
    payload: encodeBase64(payload),
    signatures: [{ keyid: signer.verifier.hint, sig }],
  }
}

const isEd25519 = (pem: string): boolean => {
  try {
    createEd25519Signer(pem)
    return true
  } catch {
    return false
  }
}
