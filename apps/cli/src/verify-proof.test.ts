import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  createCompactTree,
  createEd25519Signer,
  formatNoteKey,
  generateEd25519Pem,
  hashLeaf,
  proveInSegment,
  signCheckpoint,
} from '@rampart/signing'
import { cli, startFakeServer } from './testing.ts'

const ORIGIN = 'rampart.local/audit/test'
const EPOCH = '01900000-0000-7000-8000-000000000000'
const signer = createEd25519Signer(generateEd25519Pem())

/** A segment of five records, anchored in a log of one entry. */
const makeProof = async () => {
  const lines = [1, 2, 3, 4, 5].map((seq) => JSON.stringify({ seq, epoch: EPOCH, caller: 'user:ann' }))
  const record = lines[2] ?? ''
  const leaves = Buffer.concat(lines.map((line) => hashLeaf(Buffer.from(line))))
  const segment = await proveInSegment(record, `${EPOCH}-000000000001`, leaves)
  assert.ok(segment !== undefined)
  const details = { id: segment.id, root: `sha256:${segment.root}`, records: 5 }
  const body = Buffer.from(JSON.stringify({ action: 'inference-log.anchor', details }))
  const tree = createCompactTree()
  tree.append(hashLeaf(body))
  const checkpoint = signCheckpoint({ origin: ORIGIN, size: 1, root: tree.root(), extensions: [] }, signer)
  const audit = { entry: body.toString('base64'), index: 0, size: 1, hashes: [], checkpoint }
  return { schema: 'record-proof/1', id: `${EPOCH}-000000000003`, record, segment, audit }
}

test('a proof from the server is verified with the key here, and its JSON again without a server', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cli-proof-'))
  const proof = await makeProof()
  const server = await startFakeServer(() => ({ body: proof }))
  try {
    const key = join(folder, 'key')
    writeFileSync(key, `${formatNoteKey({ name: ORIGIN, key: signer.publicKey })}\n`)
    const env = { HOME: folder, RAMPART_SERVER: server.url }
    const shown = await cli(['audit', 'prove', '--record', proof.id, '--key', key], { env })
    assert.deepEqual([shown.code, shown.err], [0, ''])
    assert.match(
      shown.out,
      /^ok {2}segment .*\nok {2}anchor .*\nok {2}entry .*\nok {2}checkpoint signed by rampart/m,
    )
    const saved = await cli(['audit', 'prove', '--record', proof.id, '--key', key, '-o', 'json'], { env })
    const file = join(folder, 'proof.json')
    writeFileSync(file, saved.out)
    const offline = { env: { HOME: folder, RAMPART_SERVER: 'http://127.0.0.1:9' } }
    assert.equal((await cli(['audit', 'verify-proof', file, '--key', key], offline)).code, 0)
    writeFileSync(file, saved.out.replace('user:ann', 'user:eve'))
    const forged = await cli(['audit', 'verify-proof', file, '--key', key], offline)
    assert.equal(forged.code, 5)
    assert.match(forged.err, /does not hold: the record is not in the tree of its segment/)
    writeFileSync(file, '{"schema":"record-proof/1"}')
    assert.equal((await cli(['audit', 'verify-proof', file, '--key', key], offline)).code, 5)
    assert.equal((await cli(['audit', 'verify-proof', `${file}.gone`, '--key', key], offline)).code, 3)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
