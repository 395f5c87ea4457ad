import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNoteSigner } from '../../mock-api/checkpoint-note.ts'
import { checkCheckpoint } from './checkpoint.ts'

const ORIGIN = 'rampart.local/audit/test'
const root = Buffer.alloc(32, 7)
const signer = createNoteSigner(ORIGIN)
const note = signer.sign(`${ORIGIN}\n12\n${root.toString('base64')}\ntime 2026-01-01T00:00:00Z\n`)
const checkpoint = { origin: ORIGIN, size: 12, rootHash: root.toString('hex'), note }

test('a checkpoint is proven by its key among others', async () => {
  const other = createNoteSigner(ORIGIN)
  assert.deepEqual(await checkCheckpoint(checkpoint, [other, signer]), { ok: true, keyid: signer.keyid })
})

test('another key, another claim and every changed character are refused', async () => {
  const refused = async (over: Partial<typeof checkpoint>, keys = [signer]) =>
    assert.equal((await checkCheckpoint({ ...checkpoint, ...over }, keys)).ok, false, JSON.stringify(over))
  await refused({}, [createNoteSigner(ORIGIN)])
  await refused({}, [])
  await refused({ size: 13 })
  await refused({ rootHash: '00'.repeat(32) })
  await refused({ origin: 'rampart.local/audit/other' })
  await refused({ note: '' })
  // The last character of base64 may carry spare bits, and the final newline is not part of the note.
  for (let at = 0; at < note.length - 4; at += 1) {
    const changed = note[at] === 'x' ? 'y' : 'x'
    await refused({ note: note.slice(0, at) + changed + note.slice(at + 1) })
  }
})
