import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import {
  type ApprovalStanding,
  componentPrincipal,
  type DecisionResult,
  type Digest,
  type ModelVersion,
  PREDICATE,
  type Stage,
} from '@rampart/domain'
import { createLogger, cryptoRandom, systemClock } from '@rampart/kit'
import { type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { checkVerdict, createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import type { EvidenceRecord } from '../evidence-verification.ts'
import { trustMigrations } from '../index.ts'
import { createTrust } from '../trust.ts'
import { createWaivers } from '../waivers.ts'
import { createVerdicts } from './verdicts.ts'

const HOUR = 3_600_000
const principal = componentPrincipal('test', ['admin'])
const signer = createEd25519Signer(generateEd25519Pem())
const logger = createLogger({ level: 'silent', name: 'test' })
const digestOf = (digit: string) => `sha256:${digit.repeat(64)}` as Digest

let db: TestDatabase
before(async () => {
  db = await testDatabase({ sources: [trustMigrations()] })
})
after(() => db.stop())

let offsetMs = 0
const now = () => Date.now() + offsetMs
const clock = { ...systemClock, now, iso: () => new Date(now()).toISOString() }
beforeEach(() => {
  offsetMs = 0
})

/** As the shipped pack in short; its own rules are tested where it is. */
const decide = (input: unknown): DecisionResult => {
  const { scan, assessment } = input as {
    scan: { result: string; waivers: unknown[] }
    assessment: { result: string }
  }
  const reasons = [
    ...(scan.result === 'clean' || scan.waivers.length > 0 ? [] : [`scan ${scan.result}`]),
    ...(assessment.result === 'passed' ? [] : ['no assessment']),
  ]
  return { allow: reasons.length === 0, reasons, obligations: {} }
}

const versionOf = (name: string, digest: Digest, stage: Stage = 'deployed'): ModelVersion => ({
  tenant: 'default',
  name,
  version: '1',
  digest,
  stage,
  artifacts: [
    { path: 'm.onnx', role: 'model', digest, sizeBytes: 1 },
    { path: 'run.py', role: 'other', digest: digestOf('f'), sizeBytes: 1 },
  ],
  spec: {},
  createdBy: 'user:olga',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  revision: 1,
})

const open = (versions: readonly ModelVersion[]) => {
  const audited: string[] = []
  const audit = { record: async (_tx: unknown, entry: { action: string }) => void audited.push(entry.action) }
  const base = { database: db.database, eventLog: db.eventLog, clock, random: cryptoRandom, logger, audit }
  const trust = createTrust({ ...base, signer })
  let bundle = digestOf('1')
  let changed = (): void => undefined
  let approvalRules = digestOf('2')
  let rulesChanged = (): void => undefined
  let standing = (_version: ModelVersion, records: readonly EvidenceRecord[]): ApprovalStanding => ({
    met: true,
    reasons: [],
    counted: records.map(({ id }) => id),
    persons: [],
  })
  const verdicts = createVerdicts({
    ...base,
    trust,
    keys: [signer.publicKey],
    policy: {
      hot: () => ({ digest: bundle, evaluate: decide }),
      onChange: (listener) => {
        changed = listener
        return () => undefined
      },
    },
    subjects: {
      versionsWithDigest: async (_tx, digest) => versions.filter((one) => one.digest === digest),
      versionDigestsOf: async (_tx, digest) =>
        versions
          .filter((one) => one.digest === digest || one.artifacts.some((file) => file.digest === digest))
          .map((one) => one.digest),
      versionDigest: async (_tx, ref) => versions.find((one) => ref === `${one.name}:${one.version}`)?.digest,
    },
    approvals: {
      standing: async (_tx, version, records) => standing(version, records),
      policyDigest: () => approvalRules,
      onPolicyChange: (listener) => {
        rulesChanged = listener
        return () => undefined
      },
    },
    dependents: async () => [],
    ttlMs: 24 * HOUR,
  })
  const attest = (
    digest: Digest,
    predicateType: string,
    predicate: Record<string, unknown>,
    subjectName: string,
  ) =>
    db.database.tx('default', (tx) =>
      trust.attest(tx, principal, {
        subjectName,
        digest,
        predicateType,
        predicate: { tenant: 'default', ...predicate },
      }),
    )
  const scanned = (digest: Digest, path: string, result: string, rules: readonly string[] = []) =>
    attest(digest, PREDICATE.scan, { path, result, rules, format: 'onnx', scannedAt: clock.iso() }, path)
  const complete = async ({ name, digest }: ModelVersion): Promise<void> => {
    await scanned(digest, 'm.onnx', 'clean')
    await scanned(digestOf('f'), 'run.py', 'clean')
    await attest(digest, PREDICATE.assessment, { result: 'passed', reasons: [], metrics: {} }, `${name}:1`)
  }
  const history = async (digest: Digest) =>
    (await verdicts.history('default', digest, { limit: 50 })).map(({ decision }) => decision)
  const activate = (digest: Digest): void => {
    bundle = digest
    changed()
  }
  const waivers = createWaivers({
    ...base,
    trust,
    verdicts,
    versions: { get: async (_tenant, { name }) => versions.find((one) => one.name === name) as ModelVersion },
  })
  const stand = (digest: Digest, next: typeof standing): void => {
    standing = next
    approvalRules = digest
    rulesChanged()
  }
  return { trust, verdicts, waivers, scanned, attest, complete, history, audited, activate, stand }
}

test('the same facts give one verdict, one history entry and one event, however often and at once it is made', async () => {
  const version = versionOf('same', digestOf('a'))
  const { verdicts, complete, history, audited } = open([version])
  await complete(version)
  const made = await Promise.all(
    Array.from({ length: 20 }, () => verdicts.refresh('default', version.digest, 'test')),
  )
  assert.equal(new Set(made.map((one) => one?.verdictDigest)).size, 1)
  assert.equal(made[0]?.verdict.decision, 'allow')
  offsetMs = 11 * HOUR
  await verdicts.refresh('default', version.digest, 'later')
  assert.deepEqual(await history(version.digest), ['allow'])
  assert.deepEqual(
    audited.filter((one) => one.startsWith('verdict.')),
    ['verdict.allow'],
  )
  const signed = verdicts.lookup('default', version.digest)
  assert.equal(signed?.verdictDigest, made[0]?.verdictDigest)
  const subject = { digest: version.digest, tenant: 'default' }
  assert.ok(checkVerdict(signed?.envelope, subject, [signer.publicKey], Date.now()).valid)
  assert.equal(verdicts.lookup('other', version.digest), undefined)
})

test('what only gets older is signed again after half its life, and is no news', async () => {
  const version = versionOf('older', digestOf('b'))
  const { verdicts, complete, history } = open([version])
  await complete(version)
  const first = await verdicts.refresh('default', version.digest, 'test')
  offsetMs = 13 * HOUR
  const second = await verdicts.refresh('default', version.digest, 'time')
  assert.notEqual(second?.verdictDigest, first?.verdictDigest)
  assert.ok(Date.parse(second?.verdict.expiresAt ?? '') > Date.parse(first?.verdict.expiresAt ?? ''))
  assert.deepEqual(await history(version.digest), ['allow'])
})

test('evidence about any file of a version changes its verdict by itself, and restarts find what counts', async () => {
  const version = versionOf('files', digestOf('c'))
  const { verdicts, complete, history, scanned } = open([version])
  await verdicts.start()
  await complete(version)
  const decision = () => verdicts.lookup('default', version.digest)?.verdict.decision
  await until(() => decision() === 'allow')
  await scanned(digestOf('f'), 'run.py', 'blocked', ['pickle-dangerous-global'])
  await until(() => decision() === 'deny')
  const [newest] = await verdicts.history('default', version.digest, { limit: 1 })
  assert.deepEqual([newest?.decision, newest?.reasons], ['deny', ['scan blocked']])
  assert.match(newest?.cause ?? '', /^evidence\.recorded /)
  await verdicts.stop()
  const again = open([version])
  await again.verdicts.start()
  assert.equal(again.verdicts.get('default', version.digest).verdict.decision, 'deny')
  assert.deepEqual(await again.history(version.digest), await history(version.digest))
  await again.verdicts.stop()
})

test('a stored verdict that was changed is none', async () => {
  const version = versionOf('forged', digestOf('d'))
  const one = open([version])
  await one.scanned(version.digest, 'm.onnx', 'blocked', ['x'])
  const made = await one.verdicts.refresh('default', version.digest, 'test')
  assert.equal(made?.verdict.decision, 'deny')
  const payload = Buffer.from(
    Buffer.from(made?.envelope.payload ?? '', 'base64')
      .toString()
      .replace('"decision":"deny"', '"decision":"allow"'),
  ).toString('base64')
  await db.database.tx('default', (tx) =>
    tx.query('UPDATE trust_verdict SET envelope = $2 WHERE digest = $1', [
      version.digest,
      JSON.stringify({ ...made?.envelope, payload }),
    ]),
  )
  const two = open([])
  await two.verdicts.start()
  assert.equal(two.verdicts.lookup('default', version.digest), undefined)
  assert.throws(() => two.verdicts.get('default', version.digest), { code: 'TRUST_VERDICT_NOT_FOUND' })
  await two.verdicts.stop()
})

test('another policy decides about everything again', async () => {
  const version = versionOf('policy', digestOf('e'))
  const { verdicts, complete, history, activate } = open([version])
  await complete(version)
  await verdicts.start()
  await verdicts.refresh('default', version.digest, 'test')
  activate(digestOf('2'))
  await until(() => verdicts.lookup('default', version.digest)?.verdict.policyBundleDigest === digestOf('2'))
  assert.ok((await history(version.digest)).length >= 2)
  await verdicts.stop()
})

test('a waiver covers exactly what was found, for as long as it says, and nothing that is blocked', async () => {
  const version = versionOf('waived', digestOf('9'), 'approved')
  const { verdicts, waivers, complete, scanned } = open([version])
  const ref = { name: 'waived', version: '1' }
  const decision = async () => (await verdicts.refresh('default', version.digest, 'test'))?.verdict.decision
  await complete(version)
  await assert.rejects(waivers.waive(principal, ref, { reason: 'r' }), { code: 'TRUST_WAIVER_INVALID' })
  await scanned(version.digest, 'm.onnx', 'unverified', ['onnx-custom-domain'])
  assert.equal(await decision(), 'deny')
  const expiresAt = new Date(now() + HOUR).toISOString()
  const { covers } = await waivers.waive(principal, ref, { reason: 'our own operator', expiresAt })
  assert.deepEqual(covers, [{ digest: version.digest, path: 'm.onnx', rules: ['onnx-custom-domain'] }])
  const waived = verdicts.get('default', version.digest).verdict
  assert.deepEqual([waived.decision, waived.expiresAt], ['allow', expiresAt])
  assert.deepEqual(
    waived.scan.waivers.map(({ by, reason }) => [by, reason]),
    [['component:test', 'our own operator']],
  )
  offsetMs = HOUR + 1
  assert.equal(await decision(), 'deny')
  offsetMs = 0
  await scanned(version.digest, 'm.onnx', 'unverified', ['onnx-custom-domain', 'trailing-data'])
  assert.equal(await decision(), 'deny')
  await scanned(version.digest, 'm.onnx', 'blocked', ['archive-mismatch'])
  await assert.rejects(waivers.waive(principal, ref, { reason: 'r' }), {
    code: 'TRUST_WAIVER_INVALID',
    message: /cannot be waived/,
  })
})

test('approvals speak only while they count; their end ends the verdict, and another rule asks again', async () => {
  const version = versionOf('counted', digestOf('8'))
  const { verdicts, attest, complete, stand } = open([version])
  await complete(version)
  const predicate = { model: 'counted', version: '1', approver: 'user:ann', reason: 'fine' }
  const { id } = await attest(version.digest, PREDICATE.approval, predicate, 'counted:1')
  const expiresAt = new Date(now() + HOUR).toISOString()
  stand(digestOf('3'), () => ({ met: true, reasons: [], counted: [id], persons: ['user:ann'], expiresAt }))
  const made = (await verdicts.refresh('default', version.digest, 'test'))?.verdict
  assert.deepEqual([made?.approvals.map(({ evidence }) => evidence), made?.expiresAt], [[id], expiresAt])
  assert.deepEqual(made?.quorums, [{ subject: 'counted:1', met: true, reasons: [], expiresAt }])
  await verdicts.start()
  stand(digestOf('4'), () => ({ met: false, reasons: ['needs 1 more'], counted: [id], persons: [] }))
  await until(() => verdicts.lookup('default', version.digest)?.verdict.approvals.length === 0)
  const quorums = verdicts.lookup('default', version.digest)?.verdict.quorums
  assert.deepEqual(quorums, [{ subject: 'counted:1', met: false, reasons: ['needs 1 more'] }])
  await verdicts.stop()
})
