import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { signCheckpoint } from './checkpoint.ts'
import { createEd25519Signer, generateEd25519Pem } from './ed25519-key.ts'
import { createCompactTree, hashLeaf } from './merkle-hash.ts'
import { createInclusionProof } from './merkle-proof.ts'
import { proveInSegment, type RecordProof, readRecordProof, verifyRecordProof } from './record-proof.ts'

const signer = createEd25519Signer(generateEd25519Pem())
const trust = { origin: 'test/audit', publicKey: signer.publicKey }
const EPOCH = '01900000-0000-7000-8000-000000000000'
const SEGMENT = `${EPOCH}-000000000001`
const line = (sequence: number) => JSON.stringify({ seq: sequence, epoch: EPOCH, label: `l${sequence}` })

const prove = async (size: number, at: number): Promise<RecordProof> => {
  const lines = Array.from({ length: size }, (_, index) => line(index + 1))
  const leaves = Buffer.concat(lines.map((one) => hashLeaf(Buffer.from(one))))
  const segment = await proveInSegment(lines[at] ?? '', SEGMENT, leaves)
  assert.ok(segment !== undefined)
  const details = { id: SEGMENT, root: `sha256:${segment.root}`, records: size }
  const body = Buffer.from(JSON.stringify({ action: 'inference-log.anchor', details }))
  const others = [hashLeaf(Buffer.from('a')), hashLeaf(body), hashLeaf(Buffer.from('b'))]
  const tree = createCompactTree()
  for (const leaf of others) tree.append(leaf)
  const nodes = async (_level: number, from: number, to: number) => others.slice(from, to)
  const hashes = await createInclusionProof({ nodes }, 1, 3)
  return {
    schema: 'record-proof/1',
    id: `${EPOCH}-${String(at + 1).padStart(12, '0')}`,
    record: lines[at] ?? '',
    segment,
    audit: {
      entry: body.toString('base64'),
      index: 1,
      size: 3,
      hashes: hashes.map((one) => Buffer.from(one).toString('hex')),
      checkpoint: signCheckpoint(
        { origin: trust.origin, size: 3, root: tree.root(), extensions: [] },
        signer,
      ),
    },
  }
}

test('every record of a segment of any size can be proved', async () => {
  const place = fc
    .integer({ min: 1, max: 600 })
    .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)))
  await fc.assert(
    fc.asyncProperty(place, async ([size, at]) => {
      const proof = await prove(size, at)
      assert.deepEqual(readRecordProof(JSON.parse(JSON.stringify(proof))), proof)
      assert.equal(verifyRecordProof(proof, trust).verdict, 'valid')
    }),
    { numRuns: 40 },
  )
})

test('a change anywhere in a proof makes it invalid, and the step says where', async () => {
  const proof = await prove(13, 7)
  const failing = (changed: RecordProof): string[] =>
    verifyRecordProof(changed, trust)
      .steps.filter(({ ok }) => !ok)
      .map(({ step }) => step)
  assert.deepEqual(failing({ ...proof, record: proof.record.replace('l8', 'l9') }), ['segment'])
  assert.deepEqual(failing({ ...proof, id: `${EPOCH}-000000000009` }), ['record'])
  assert.deepEqual(failing({ ...proof, segment: { ...proof.segment, size: 12 } }), ['anchor'])
  const entry = Buffer.from(
    Buffer.from(proof.audit.entry, 'base64').toString().replace('anchor', 'gap'),
  ).toString('base64')
  assert.deepEqual(failing({ ...proof, audit: { ...proof.audit, entry } }), ['anchor', 'entry'])
  assert.deepEqual(failing({ ...proof, audit: { ...proof.audit, index: 0 } }), ['entry'])
  const other = createEd25519Signer(generateEd25519Pem())
  const forged = verifyRecordProof(proof, { ...trust, publicKey: other.publicKey })
  assert.equal(forged.verdict, 'invalid')
})

test('what is not a proof is told from one without an exception', async () => {
  const proof = await prove(3, 1)
  for (const wrong of [
    null,
    7,
    [],
    {},
    { ...proof, schema: 'x' },
    { ...proof, audit: { ...proof.audit, hashes: ['zz'] } },
  ])
    assert.equal(readRecordProof(wrong), undefined)
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.base64String(), (record, id, entry) => {
      const hostile = { ...proof, record, id, audit: { ...proof.audit, entry, checkpoint: record } }
      assert.equal(verifyRecordProof(hostile, trust).verdict, 'invalid')
    }),
  )
})
