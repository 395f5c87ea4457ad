import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import {
  createKeyVerifier,
  loadCertificateSigning,
  readModelPrivateKey,
  readModelPublicKey,
  readModelStatement,
  readSignatureBundle,
  signModel,
  verifyModel,
} from '../model.ts'
import { ecKeyPem, GOLDEN_FILES, newFolder, writeModel } from './testing/model.ts'

const golden = (name: string): string =>
  join(import.meta.dirname, '..', '..', 'golden', 'model-signing', name)
const verifier = createKeyVerifier(readModelPublicKey(readFileSync(golden('key.pub.pem'), 'utf8')))
/** A day on which the golden signer's certificate was valid. */
const VALID_DAY = Date.parse('2026-12-01T00:00:00Z')

let certificates: Awaited<ReturnType<typeof loadCertificateSigning>>
before(async () => {
  certificates = await loadCertificateSigning()
})

const readGolden = (name: string) => {
  const reading = readSignatureBundle(readFileSync(golden(name)))
  assert.ok('bundle' in reading)
  const statement = readModelStatement(reading.bundle.payload)
  assert.ok('statement' in statement)
  return statement.statement
}

test('signatures of the reference implementation verify, by file and by shard, with each hash function', async (t) => {
  const path = await writeModel(await newFolder(t))
  for (const [name, resources, method] of [
    ['files-sha256.sig', 6, 'files'],
    ['files-blake2b.sig', 6, 'files'],
    ['files-blake3.sig', 6, 'files'],
    ['shards-sha256.sig', 8, 'shards'],
  ] as const) {
    const verdict = await verifyModel({ path, signaturePath: golden(name), verifier })
    assert.equal(verdict.verdict, 'trusted', `${name} ${JSON.stringify(verdict)}`)
    assert.ok(verdict.verdict === 'trusted')
    assert.deepEqual([verdict.resources, verdict.method, verdict.ignored], [resources, method, ['.git']])
  }
})

test('a model that is one file verifies, whatever it is called now', async (t) => {
  const folder = await newFolder(t)
  const path = join(folder, 'renamed.bin')
  await writeFile(path, 'hello')
  const request = { path, signaturePath: golden('single-file.sig'), verifier }
  assert.equal((await verifyModel(request)).verdict, 'trusted')
  await writeFile(path, 'hellO')
  assert.deepEqual(await verifyModel(request), {
    verdict: 'untrusted',
    reasons: ['changed: .'],
    signer: {
      kind: 'key',
      hint: 'dc9c95a71b2f2260713e60aa4db1a5ca5df8f7c4a04dab2fff13053151eecebc',
      curve: 'prime256v1',
    },
  })
})

test('a certificate of the reference verifies on a day it was valid; after its end only when expiry is ignored', async (t) => {
  const path = await writeModel(await newFolder(t))
  const signaturePath = golden('certificate.sig')
  const root = readFileSync(golden('root.pem'), 'utf8')
  const at = (validAt: number | 'issue') =>
    verifyModel({ path, signaturePath, verifier: certificates.createCertificateVerifier([root], validAt) })
  const verdict = await at(VALID_DAY)
  assert.ok(verdict.verdict === 'trusted' && verdict.signer.kind === 'certificate')
  assert.deepEqual(
    [verdict.signer.subject, verdict.signer.root],
    ['CN=Golden signer', 'CN=Golden model signing root'],
  )
  const late = await at(Date.parse('2027-06-01T00:00:00Z'))
  assert.ok(late.verdict === 'untrusted' && /expired at 2026-12-23/.test(late.reasons.join()))
  assert.equal((await at('issue')).verdict, 'trusted')
})

test('what we sign lists the same resources, in the same order, with the same root as the reference', async (t) => {
  const folder = await newFolder(t)
  const path = await writeModel(join(folder, 'model'))
  const signer = readModelPrivateKey(ecKeyPem().privatePem)
  for (const [name, options] of [
    ['files-sha256.sig', {}],
    ['files-blake2b.sig', { hashType: 'blake2b' }],
    ['files-blake3.sig', { hashType: 'blake3' }],
    ['shards-sha256.sig', { shardSize: 4 }],
  ] as const) {
    const signaturePath = join(folder, name)
    const signed = await signModel({ path, signaturePath, signer, ...options })
    const theirs = readGolden(name)
    const reading = readSignatureBundle(readFileSync(signaturePath))
    assert.ok('bundle' in reading)
    const ours = readModelStatement(reading.bundle.payload)
    assert.ok('statement' in ours)
    assert.deepEqual(ours.statement.resources, theirs.resources)
    assert.equal(signed.digest, `sha256:${theirs.root}`)
  }
})

test('a golden signature beside the model, or with one byte of a file changed, added or lost', async (t) => {
  const path = await writeModel(await newFolder(t))
  const signaturePath = join(path, 'files-sha256.sig')
  await copyFile(golden('files-sha256.sig'), signaturePath)
  const verify = () => verifyModel({ path, signaturePath, verifier })
  assert.equal((await verify()).verdict, 'trusted')
  for (const name of Object.keys(GOLDEN_FILES).filter((one) => !one.startsWith('.git/'))) {
    await writeFile(join(path, name), `${GOLDEN_FILES[name]}!`)
    assert.equal((await verify()).verdict, 'untrusted', name)
    await writeFile(join(path, name), GOLDEN_FILES[name] ?? '')
  }
  assert.equal((await verify()).verdict, 'trusted')
})
