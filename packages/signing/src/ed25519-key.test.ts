import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  createEd25519Signer,
  generateEd25519Pem,
  openEd25519Signer,
  readVerificationKey,
} from './ed25519-key.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))

test('RFC 8032 section 7.1, test 2 verifies from the raw key', () => {
  const key = readVerificationKey(hex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'))
  const signature = hex(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  )
  assert.equal(key.verify(hex('72'), signature), true)
  assert.equal(key.verify(hex('73'), signature), false)
  assert.equal(key.verify(hex('72'), signature.subarray(1)), false)
  assert.equal(readVerificationKey(key.pem).keyid, key.keyid)
  assert.match(key.keyid, /^[0-9a-f]{64}$/)
})

test('a key file is made once, private, and opens to the same key', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-key-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'keys', 'evidence.pem')
  const opened = await Promise.all(Array.from({ length: 8 }, () => openEd25519Signer(path)))
  assert.equal(new Set(opened.map((signer) => signer.publicKey.keyid)).size, 1)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  await chmod(path, 0o640)
  await assert.rejects(openEd25519Signer(path), { code: 'SIGNING_KEY_FILE_OPEN' })
  await chmod(path, 0o600)
  await writeFile(path, 'damaged')
  await assert.rejects(openEd25519Signer(path), { code: 'SIGNING_KEY_FILE_INVALID' })
})

test('other key types, private keys and nonsense are refused as verification keys', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ec = String(publicKey.export({ type: 'spki', format: 'pem' }))
  for (const bad of [ec, generateEd25519Pem(), '', 'x'.repeat(32), new Uint8Array(31), new Uint8Array(33)]) {
    assert.throws(() => readVerificationKey(bad), { code: 'SIGNING_KEY_INVALID' })
  }
  assert.throws(() => createEd25519Signer(ec), { code: 'SIGNING_KEY_INVALID' })
})
