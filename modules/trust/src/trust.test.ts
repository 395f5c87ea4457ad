import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { componentPrincipal, PREDICATE } from '@rampart/domain'
import { ALL_TENANTS, cryptoRandom, systemClock } from '@rampart/kit'
import { type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createEd25519Signer, generateEd25519Pem, verifyEnvelope } from '@rampart/signing'
import { trustMigrations } from './index.ts'
import { createTrust, type StatementRequest } from './trust.ts'

let db: TestDatabase
before(async () => {
  db = await testDatabase({ sources: [trustMigrations()] })
})
after(() => db.stop())

const signer = createEd25519Signer(generateEd25519Pem())
const principal = componentPrincipal('assurance', ['operator'])
const recorded: { action: string; details: Readonly<Record<string, unknown>> }[] = []
const open = (key = signer) =>
  createTrust({
    database: db.database,
    eventLog: db.eventLog,
    clock: systemClock,
    random: cryptoRandom,
    signer: key,
    audit: { record: async (_tx, entry) => void recorded.push(entry) },
  })
const request = (fill: string): StatementRequest => ({
  subjectName: 'card-fraud:1.0.0',
  digest: `sha256:${fill.repeat(64)}`,
  predicateType: PREDICATE.assessment,
  predicate: { result: 'passed', metrics: { accuracy: 0.97 } },
})
const attest = (fill: string, trust = open()) =>
  db.database.tx('default', (tx) => trust.attest(tx, principal, request(fill)))
const asOwner = (sql: string, params: unknown[]) =>
  db.database.tx(ALL_TENANTS, async (tx) => {
    await tx.query('SET LOCAL ROLE NONE')
    await tx.query(sql, params)
  })

test('a statement is signed, stored, announced, audited and verified again on read', async () => {
  const trust = open()
  const { id, envelope } = await attest('a', trust)
  const options = { keys: [signer.publicKey], payloadType: 'application/vnd.in-toto+json' }
  assert.equal(verifyEnvelope(envelope, options).verdict, 'trusted')
  const [found] = await trust.evidenceFor('default', request('a').digest)
  assert.deepEqual(
    [found?.id, found?.verified, found?.signer, found?.principal, found?.predicate],
    [id, true, signer.publicKey.keyid, 'component:assurance', request('a').predicate],
  )
  assert.deepEqual(await trust.evidence('default', id), found)
  assert.ok(recorded.some((entry) => entry.action === 'evidence:record' && entry.details.evidenceId === id))
  const published = async () =>
    (await db.eventLog.read({ tenant: 'default', limit: 100 })).events.find(
      ({ data }) => data.evidence_id === id,
    )
  // On a shared server, transactions of others hold back what can be read in order.
  await until(async () => (await published()) !== undefined)
  const event = await published()
  assert.deepEqual(
    [event?.type, event?.data.model, event?.data.version],
    ['rampart.evidence.recorded.v1', 'card-fraud', '1.0.0'],
  )
})

test('evidence of another tenant, of nothing and of nonsense', async () => {
  const trust = open()
  const { id } = await attest('b', trust)
  assert.deepEqual(await trust.evidenceFor('other', request('b').digest), [])
  await assert.rejects(trust.evidence('other', id), { code: 'TRUST_EVIDENCE_NOT_FOUND' })
  await assert.rejects(trust.evidenceFor('default', 'sha256:x'), { code: 'TRUST_SUBJECT_INVALID' })
})

test('every changed byte of a stored envelope shows as not verified, also after it was read good', async () => {
  const trust = open()
  const { id } = await attest('c', trust)
  assert.equal((await trust.evidence('default', id)).verified, true)
  const [row] = await db.database.read('default', (tx) =>
    tx.query<{ envelope: string }>('SELECT envelope FROM trust_evidence WHERE id = $1', [id]),
  )
  const text = row?.envelope ?? ''
  for (let at = 0; at < text.length; at += 3) {
    const changed = `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`
    await asOwner('UPDATE trust_evidence SET envelope = $2 WHERE id = $1', [id, changed])
    const found = await trust.evidence('default', id)
    assert.equal(found.verified, false, `byte ${at}`)
    assert.ok(found.reasons.length > 0)
  }
  await asOwner('UPDATE trust_evidence SET envelope = $2 WHERE id = $1', [id, text])
  assert.equal((await trust.evidence('default', id)).verified, true)
})

test('a genuine envelope moved to another digest, name or type is not verified', async () => {
  const trust = open()
  const { id } = await attest('d', trust)
  const moved = `sha256:${'e'.repeat(64)}`
  const original = request('d')
  for (const [column, value, back] of [
    ['subject_digest', moved, original.digest],
    ['subject_name', 'card-fraud:2.0.0', original.subjectName],
    ['predicate_type', PREDICATE.approval, original.predicateType],
  ]) {
    await asOwner(`UPDATE trust_evidence SET ${column} = $2 WHERE id = $1`, [id, value])
    const found = await trust.evidence('default', id)
    assert.equal(found.verified, false, String(column))
    await asOwner(`UPDATE trust_evidence SET ${column} = $2 WHERE id = $1`, [id, back])
  }
})

test('another key does not verify it, and the application role cannot change it', async () => {
  const { id } = await attest('f')
  const stranger = open(createEd25519Signer(generateEd25519Pem()))
  const found = await stranger.evidence('default', id)
  assert.deepEqual([found.verified, found.signer, found.predicate.result], [false, '', 'passed'])
  for (const sql of ['DELETE FROM trust_evidence', "UPDATE trust_evidence SET principal = 'x'"]) {
    await assert.rejects(
      db.database.tx('default', (tx) => tx.query(sql)),
      /permission denied/,
    )
  }
})
