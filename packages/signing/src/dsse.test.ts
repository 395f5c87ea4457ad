import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DSSE_PAYLOAD_TYPE, type Envelope, STATEMENT_TYPE } from '@rampart/domain'
import fc from 'fast-check'
import { parseEnvelope, preAuthEncoding, signEnvelope, verifyEnvelope } from './dsse.ts'
import { createEd25519Signer, generateEd25519Pem } from './ed25519-key.ts'
import { createStatement, isAbout, validateStatement } from './statement.ts'

const newSigner = () => createEd25519Signer(generateEd25519Pem())
const [a, b, c] = [newSigner(), newSigner(), newSigner()]
const type = 'application/example'
const payload = Buffer.from('hello world')

test('the pre-authentication encoding is that of the protocol document', () => {
  assert.equal(
    Buffer.from(preAuthEncoding('http://example.com/HelloWorld', payload)).toString(),
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  )
  assert.equal(Buffer.from(preAuthEncoding('é', Buffer.from('ü'))).toString(), 'DSSEv1 2 é 2 ü')
})

test('signed by two keys: each verifies, both fulfil a threshold of two, a stranger does not', () => {
  const envelope = signEnvelope(type, payload, [a, b])
  for (const signer of [a, b]) {
    const verdict = verifyEnvelope(envelope, { keys: [signer.publicKey], payloadType: type })
    assert.equal(verdict.verdict, 'trusted')
  }
  const keys = [a.publicKey, b.publicKey, c.publicKey]
  assert.equal(verifyEnvelope(envelope, { keys, payloadType: type, threshold: 2 }).verdict, 'trusted')
  assert.equal(verifyEnvelope(envelope, { keys, payloadType: type, threshold: 3 }).verdict, 'untrusted')
  assert.equal(verifyEnvelope(envelope, { keys: [c.publicKey], payloadType: type }).verdict, 'untrusted')
  assert.equal(verifyEnvelope(envelope, { keys: [], payloadType: type, threshold: 0 }).verdict, 'untrusted')
})

test('one key that signs twice counts once', () => {
  const envelope = signEnvelope(type, payload, [a, a])
  const keys = [a.publicKey, b.publicKey]
  assert.equal(verifyEnvelope(envelope, { keys, payloadType: type, threshold: 2 }).verdict, 'untrusted')
})

test('a signature without key id is tried against every key', () => {
  const envelope = signEnvelope(type, payload, [b])
  const anonymous = parseEnvelope({ ...envelope, signatures: [{ sig: envelope.signatures[0]?.sig }] })
  const keys = [a.publicKey, b.publicKey]
  assert.equal(verifyEnvelope(anonymous, { keys, payloadType: type }).verdict, 'trusted')
})

test('another payload type is untrusted although the signature is good', () => {
  const verdict = verifyEnvelope(signEnvelope(type, payload, [a]), {
    keys: [a.publicKey],
    payloadType: 'text/plain',
  })
  assert.equal(verdict.verdict, 'untrusted')
})

test('any changed character of type, payload or signature is refused or untrusted', () => {
  const good = signEnvelope(type, payload, [a])
  const [signature] = good.signatures as [Envelope['signatures'][number]]
  const isTrusted = (value: Envelope): boolean => {
    try {
      return (
        verifyEnvelope(parseEnvelope(value), { keys: [a.publicKey], payloadType: type }).verdict === 'trusted'
      )
    } catch {
      return false
    }
  }
  assert.equal(isTrusted(good), true)
  fc.assert(
    fc.property(fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (pick, character) => {
      const change = (text: string): string => {
        const at = pick % text.length
        return text.slice(0, at) + character + text.slice(at + 1)
      }
      for (const changed of [
        { ...good, payloadType: change(type) },
        { ...good, payload: change(good.payload) },
        { ...good, signatures: [{ ...signature, sig: change(signature.sig) }] },
        { ...good, signatures: [{ ...signature, keyid: change(signature.keyid) }] },
      ]) {
        if (JSON.stringify(changed) !== JSON.stringify(good)) assert.equal(isTrusted(changed), false)
      }
    }),
    { numRuns: 1000 },
  )
})

test('malformed envelopes raise one code', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.throws(() => parseEnvelope(value), { code: 'SIGNING_ENVELOPE_INVALID' })
    }),
  )
  const good = signEnvelope(type, payload, [a])
  const bad = [
    { ...good, payload: 'AB==' },
    { ...good, payloadType: '' },
    { ...good, signatures: [] },
    { ...good, signatures: [{ keyid: 1, sig: '' }] },
    { ...good, signatures: Array.from({ length: 33 }, () => good.signatures[0]) },
    { ...good, payload: 'A'.repeat(24 * 1024 * 1024) },
  ]
  for (const value of bad) assert.throws(() => parseEnvelope(value), { code: 'SIGNING_ENVELOPE_INVALID' })
  assert.throws(() => signEnvelope(type, payload, []), { code: 'SIGNING_ENVELOPE_INVALID' })
})

const digest = 'a'.repeat(64)
const parts = {
  subject: [{ name: 'm:1', digest: { sha256: digest } }],
  predicateType: 'https://example.com/p/v1',
  predicate: { result: 'passed' },
}

test('a statement survives the envelope and is about its digest only', () => {
  const statement = createStatement(parts)
  const envelope = signEnvelope(DSSE_PAYLOAD_TYPE, Buffer.from(JSON.stringify(statement)), [a])
  const verdict = verifyEnvelope(envelope, { keys: [a.publicKey], payloadType: DSSE_PAYLOAD_TYPE })
  assert.ok(verdict.verdict === 'trusted')
  const read = validateStatement(JSON.parse(Buffer.from(verdict.payload).toString()))
  assert.deepEqual(read, { _type: STATEMENT_TYPE, ...parts })
  assert.equal(isAbout(read, `sha256:${digest}`), true)
  assert.equal(isAbout(read, `sha256:${'b'.repeat(64)}`), false)
})

test('malformed statements raise one code', () => {
  const good = createStatement(parts)
  const bad = [
    { ...good, _type: 'https://in-toto.io/Statement/v0.1' },
    { ...good, subject: [] },
    { ...good, subject: [{ name: 'x' }] },
    { ...good, subject: [{ name: 'x', digest: {} }] },
    { ...good, subject: [{ name: 'x', digest: { sha256: 'A'.repeat(64) } }] },
    { ...good, subject: [{ name: 'x', digest: { sha256: 'ab'.repeat(8) } }] },
    { ...good, predicateType: 'not a uri' },
    { ...good, predicate: [] },
  ]
  for (const value of bad)
    assert.throws(() => validateStatement(value), { code: 'SIGNING_STATEMENT_INVALID' })
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      assert.throws(() => validateStatement(value), { code: 'SIGNING_STATEMENT_INVALID' }),
    ),
  )
})
