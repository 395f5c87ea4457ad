import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCheckpoint, signCheckpoint, verifyCheckpoint } from './checkpoint.ts'
import { createEd25519Signer, generateEd25519Pem } from './ed25519-key.ts'
import { EMPTY_ROOT } from './merkle-hash.ts'
import { formatNoteKey, isNoteSignedBy, parseNote, parseNoteKey } from './signed-note.ts'

const signer = createEd25519Signer(generateEd25519Pem())
const origin = 'rampart.local/audit'

test('the note and key of the Go module sumdb documentation verify', () => {
  const key = parseNoteKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
  const note = parseNote(
    'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n\n'.replace(
      '’',
      "'",
    ) +
      '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
  )
  assert.equal(isNoteSignedBy(note, key), true)
  assert.equal(isNoteSignedBy({ ...note, text: `${note.text}x\n` }, key), false)
  assert.equal(formatNoteKey(key), 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
})

test('a checkpoint is read back as it was signed', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (size, root) => {
      const verdict = verifyCheckpoint(
        signCheckpoint({ origin, size: size % 1e15, root, extensions: ['time 1'] }, signer),
        origin,
        signer.publicKey,
      )
      assert.ok(verdict.verdict === 'trusted')
      assert.equal(verdict.checkpoint.size, size % 1e15)
      assert.deepEqual(Uint8Array.from(verdict.checkpoint.root), root)
      assert.deepEqual(verdict.checkpoint.extensions, ['time 1'])
    }),
  )
})

test('any changed character, another key or another origin is untrusted', () => {
  const note = signCheckpoint({ origin, size: 7, root: EMPTY_ROOT, extensions: [] }, signer)
  assert.equal(verifyCheckpoint(note, origin, signer.publicKey).verdict, 'trusted')
  assert.equal(verifyCheckpoint(note, 'other', signer.publicKey).verdict, 'untrusted')
  const stranger = createEd25519Signer(generateEd25519Pem()).publicKey
  assert.equal(verifyCheckpoint(note, origin, stranger).verdict, 'untrusted')
  fc.assert(
    fc.property(
      fc.nat(note.length - 1),
      fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
      (at, character) => {
        const changed = note.slice(0, at) + character + note.slice(at + 1)
        if (changed !== note)
          assert.equal(verifyCheckpoint(changed, origin, signer.publicKey).verdict, 'untrusted')
      },
    ),
    { numRuns: 1000 },
  )
})

test('malformed notes and checkpoints raise one code', () => {
  const lines = (...text: string[]): string => `${text.join('\n')}\n\n— x AAAAAAA=\n`
  const root = Buffer.from(EMPTY_ROOT).toString('base64')
  const bad = [
    '',
    '\n',
    'x\n',
    'x\n\n',
    lines(''),
    lines('o', '01', root),
    lines('o', '-1', root),
    lines('o', '1', 'AAAA'),
  ]
  bad.push(
    lines('o', '9999999999999999', root),
    lines('o', '1', root).replace('— x', '— x y'),
    'x'.repeat(70_000),
  )
  for (const note of bad) assert.throws(() => parseCheckpoint(note), { code: 'SIGNING_CHECKPOINT_INVALID' })
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) =>
      assert.throws(() => parseCheckpoint(text), { code: 'SIGNING_CHECKPOINT_INVALID' }),
    ),
  )
  for (const line of [
    '',
    'a+b',
    'PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'x+00000000+AQ==',
  ]) {
    assert.throws(() => parseNoteKey(line), { code: 'SIGNING_KEY_INVALID' })
  }
  assert.throws(() => signCheckpoint({ origin: 'a b', size: 1, root: EMPTY_ROOT, extensions: [] }, signer), {
    code: 'SIGNING_CHECKPOINT_INVALID',
  })
})
