import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DSSE_PAYLOAD_TYPE, PREDICATE, type Verdict } from '@rampart/domain'
import {
  canonicalDigest,
  canonicalJson,
  checkVerdict,
  createEd25519Signer,
  createStatement,
  generateEd25519Pem,
  readVerificationKey,
  signEnvelope,
  verifyEnvelope,
} from '@rampart/signing'
import { cli, startFakeServer } from './testing.ts'

const digest = `sha256:${'a'.repeat(64)}` as const
const pem = generateEd25519Pem()
const signer = createEd25519Signer(pem)
const stranger = createEd25519Signer(generateEd25519Pem())
const facts: Verdict = {
  schema: 'verdict/1',
  tenant: 'default',
  digest,
  subjects: [{ name: 'm:1', stage: 'deployed' }],
  scan: { result: 'clean', files: [], waivers: [] },
  signature: { result: 'none', signers: [] },
  provenance: { result: 'none', statements: [] },
  graphLint: { result: 'clean', rules: [], waivers: [] },
  assessment: { result: 'passed', reasons: [], metrics: {} },
  approvals: [],
  policyBundleDigest: digest,
  decision: 'allow',
  reasons: [],
  issuedAt: '2025-12-31T12:00:00.000Z',
  expiresAt: '2026-01-01T12:00:00.000Z',
}

let folder = ''
let answer: unknown
let server: Awaited<ReturnType<typeof startFakeServer>>
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-cli-verdict-'))
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(join(folder, 'good.json'), '{"model_type": "bert"}')
  writeFileSync(join(folder, 'bad.pkl'), 'cposix\nsystem\n(Vtrue\ntR.')
  writeFileSync(join(folder, 'ec.pem'), String(ec.privateKey.export({ type: 'pkcs8', format: 'pem' })))
  writeFileSync(join(folder, 'ec.pub'), String(ec.publicKey.export({ type: 'spki', format: 'pem' })))
  writeFileSync(join(folder, 'ed.pem'), pem)
  writeFileSync(join(folder, 'server.pub'), signer.publicKey.pem)
  writeFileSync(join(folder, 'other.pub'), stranger.publicKey.pem)
  server = await startFakeServer(({ path }) => {
    if (path === `/api/v1/verdicts/${digest}`) return { body: answer }
    if (path === '/api/v1/models/m/versions/1') return { body: { digest } }
    if (path === '/api/v1/keys') return { body: { items: [{ use: 'evidence', pem: signer.publicKey.pem }] } }
    return undefined
  })
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await server.stop()
})

const seal = (predicate: Verdict, by = signer) => {
  const subject = [{ name: 'm:1', digest: { sha256: digest.slice(7) } }]
  const statement = createStatement({
    subject,
    predicateType: PREDICATE.verdict,
    predicate: predicate as unknown as Record<string, unknown>,
  })
  const envelope = signEnvelope(DSSE_PAYLOAD_TYPE, Buffer.from(canonicalJson(statement)), [by])
  return { verdict: { ...predicate, decision: 'allow' }, envelope, verdictDigest: canonicalDigest(envelope) }
}
const local = (...argv: string[]) => cli(['verdict', ...argv], { cwd: folder })
const remote = (...argv: string[]) => local(...argv, '--server', server.url)

test('clean files are allowed, others are exit code 5, each with its reasons', async () => {
  const good = await local('good.json', '-o', 'json')
  assert.equal(good.code, 0)
  const document = JSON.parse(good.out) as { decision: string; graphLint: { result: string } }
  assert.deepEqual([document.decision, document.graphLint.result], ['allow', 'not-applicable'])
  const bad = await local('.')
  assert.equal(bad.code, 5)
  assert.match(bad.out, /^deny: \.\n {2}scan +blocked/)
  assert.match(bad.err, /\.\/bad\.pkl says blocked: pickle-dangerous-global \(CLI_VERDICT_UNTRUSTED\)/)
})

test('a signature counts in the verdict, of the signer that was named only', async () => {
  assert.equal(
    (await cli(['sign', 'good.json', '--key', 'ec.pem', '--signature', 'm.sig'], { cwd: folder })).code,
    0,
  )
  const trusted = await local('good.json', '--signature', 'm.sig', '--public-key', 'ec.pub')
  assert.equal(trusted.code, 0)
  assert.match(trusted.out, /signature +trusted/)
  const other = await local('bad.pkl', '--signature', 'm.sig', '--public-key', 'ec.pub')
  assert.equal(other.code, 5)
  assert.match(other.err, /the signature is not trusted/)
  assert.equal((await local('good.json', '--public-key', 'ec.pub')).code, 2)
})

test('a local verdict can be signed, and is never taken for the one that serving asks for', async () => {
  for (const key of ['ed.pem', 'ec.pem'])
    assert.equal((await local('good.json', '--key', key, '--out', `${key}.json`)).code, 0)
  const envelope = JSON.parse(readFileSync(join(folder, 'ed.pem.json'), 'utf8'))
  const checked = verifyEnvelope(envelope, { keys: [signer.publicKey], payloadType: DSSE_PAYLOAD_TYPE })
  assert.equal(checked.verdict, 'trusted')
  const use = checkVerdict(
    envelope,
    { digest, tenant: 'default' },
    [readVerificationKey(signer.publicKey.pem)],
    0,
  )
  assert.equal(use.valid, false)
})

test('the server’s verdict is shown from what was signed, and verified', async () => {
  answer = seal(facts)
  for (const target of [digest, 'm:1']) {
    const found = await remote(target)
    assert.equal(found.code, 0, found.err)
    assert.match(found.out, /^allow: m:1 \(deployed\)/)
  }
  assert.equal((await remote('m:1', '--public-key', 'server.pub')).code, 0)
})

test('a verdict that denies, has ended, or is signed by somebody else is exit code 5', async () => {
  answer = seal({ ...facts, decision: 'deny', reasons: ['the scan blocks model.onnx'] })
  const denied = await remote('m:1')
  assert.equal(denied.code, 5)
  assert.match(denied.out, /^deny: /)
  assert.match(denied.err, /the scan blocks model\.onnx/)
  answer = seal({ ...facts, expiresAt: '2025-12-31T13:00:00.000Z' })
  assert.match((await remote(digest)).err, /it expired at/)
  answer = seal(facts, stranger)
  assert.match((await remote('m:1')).err, /cannot be believed: signature/)
  answer = seal(facts)
  assert.equal((await remote('m:1', '--public-key', 'other.pub')).code, 5)
  answer = seal({ ...facts, subjects: [{ name: 'other:1', stage: 'deployed' }] })
  assert.match((await remote('m:1')).err, /it is not about m:1/)
  answer = seal({ ...facts, digest: `sha256:${'b'.repeat(64)}` })
  assert.equal((await remote(digest)).code, 5)
})
