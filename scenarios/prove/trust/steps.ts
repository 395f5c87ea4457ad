/** One version on its way: registered with a file that takes a while to scan, signed, approved, deployed, revoked. */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { tinyClassifier } from '../../../packages/onnx/src/testing.ts'
import { readModelPrivateKey, signModel } from '../../../packages/signing/src/model.ts'
import type { Plane } from '../kill/plane.ts'

export type Subject = {
  readonly name: string
  readonly digest: string
  readonly files: readonly { readonly path: string; readonly digest: string; readonly bytes: Uint8Array }[]
  readonly signer: string
  /** What the server acknowledged, in order. */
  readonly acknowledged: string[]
}

const WAIT_MS = 60_000

/** A pickle of a list of small numbers, harmless and dense: every byte pair is an instruction to look at. */
const densePickle = (bytes: number, salt: number): Uint8Array => {
  const batch = Buffer.concat([Buffer.from('('), Buffer.from('K\u0001'.repeat(1000)), Buffer.from('e')])
  const count = Math.ceil(bytes / batch.length)
  return Buffer.concat([
    Buffer.from([0x80, 2, 0x5d]),
    ...Array.from({ length: count }, () => batch),
    Buffer.from([0x4b, salt % 256, 0x61]),
    Buffer.from([0x4b, (salt >> 8) % 256, 0x61, 0x2e]),
  ])
}

/** One weight of the tiny classifier is the number of the version: every version has bytes of its own. */
const modelOf = (number: number): Uint8Array => {
  const bytes = Buffer.from(tinyClassifier(4))
  const weight = Buffer.alloc(4)
  weight.writeFloatLE(0.2)
  bytes.writeFloatLE(0.2 + number / 1000, bytes.indexOf(weight))
  return bytes
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export const createSubject = (number: number, denseBytes: number): Subject => {
  const model = modelOf(number)
  const dense = densePickle(denseBytes, number)
  return {
    name: `prove-trust-${number}`,
    digest: digestOf(model),
    files: [
      { path: 'model.onnx', digest: digestOf(model), bytes: model },
      { path: 'tokens.pkl', digest: digestOf(dense), bytes: dense },
    ],
    signer: `signer-${number}`,
    acknowledged: [],
  }
}

export const versionPath = ({ name }: Subject): string => `/api/v1/models/${name}/versions/1`

/** Sends a change, and enters it once it was acknowledged. */
const send = async (
  plane: Plane,
  subject: Subject,
  what: string,
  question: readonly [string, string, unknown?],
): Promise<void> => {
  const answer = await plane.call(...question)
  if (answer.status >= 400 && answer.status < 500)
    throw new Error(`${what} of ${subject.name} was refused: ${answer.status} ${JSON.stringify(answer.body)}`)
  if (answer.status < 300) subject.acknowledged.push(what)
}

export const upload = async (plane: Plane, { files }: Subject): Promise<void> => {
  for (const { bytes, digest } of files) await plane.ask('POST', `/api/v1/artifacts?digest=${digest}`, bytes)
}

export const register = (plane: Plane, subject: Subject): Promise<void> => {
  const artifacts = subject.files.map(({ path, digest }, at) => ({
    path,
    role: at === 0 ? 'model' : 'other',
    digest,
  }))
  const body = { version: '1', artifacts, spec: {} }
  return send(plane, subject, 'registration', ['POST', `/api/v1/models/${subject.name}/versions`, body])
}

export const stageOf = async (plane: Plane, subject: Subject): Promise<string> =>
  String(((await plane.ask('GET', versionPath(subject))).body as { stage?: string }).stage)

export const untilStage = async (plane: Plane, subject: Subject, wanted: string): Promise<void> => {
  for (const end = Date.now() + WAIT_MS; ; await delay(20)) {
    const stage = await stageOf(plane, subject)
    if (stage === wanted) return
    if (Date.now() > end) throw new Error(`${subject.name} is ${stage}, not ${wanted}, after ${WAIT_MS} ms`)
  }
}

export const step = (plane: Plane, subject: Subject, to: string): Promise<void> =>
  send(plane, subject, to, [
    'POST',
    `${versionPath(subject)}/transitions`,
    { to, reason: 'the proof goes on' },
  ])

const pem = (key: KeyObject): string => String(key.export({ type: 'spki', format: 'pem' }))

/** A signature over the model file by a key of its own, as base64, and the key. */
export const signature = async (subject: Subject): Promise<{ document: string; key: string }> => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-prove-'))
  try {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(join(folder, 'model.onnx'), subject.files[0]?.bytes ?? Buffer.alloc(0))
    const signer = readModelPrivateKey(String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
    await signModel({ path: join(folder, 'model.onnx'), signaturePath: join(folder, 'm.sig'), signer })
    return { document: readFileSync(join(folder, 'm.sig')).toString('base64'), key: pem(publicKey) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const trustSigner = (plane: Plane, subject: Subject, key: string): Promise<void> =>
  send(plane, subject, 'signer', ['PUT', `/api/v1/signers/${subject.signer}`, { identities: [{ key }] }])

export const submit = (plane: Plane, subject: Subject, document: string): Promise<void> =>
  send(plane, subject, 'signature', ['POST', `${versionPath(subject)}/signatures`, { document }])

export const revoke = (plane: Plane, subject: Subject): Promise<void> =>
  send(plane, subject, 'revocation', [
    'POST',
    `/api/v1/signers/${subject.signer}/revocation`,
    { reason: 'the key was lost' },
  ])
