import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { preAuthEncoding } from '../dsse.ts'
import { isAboutAny, isAttestedBy, readAttestation } from './attestation.ts'
import { IN_TOTO_TYPE } from './model-statement.ts'

const SHA = 'ab'.repeat(32)
const statement = JSON.stringify({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'm', digest: { sha256: SHA } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: { buildDefinition: {} },
})
const ed = generateKeyPairSync('ed25519')
const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const pem = (pair: typeof ed): string => String(pair.publicKey.export({ type: 'spki', format: 'pem' }))
const message = preAuthEncoding(IN_TOTO_TYPE, Buffer.from(statement))
const envelope = {
  payloadType: IN_TOTO_TYPE,
  payload: Buffer.from(statement).toString('base64'),
  signatures: [sign(null, message, ed.privateKey), sign('sha384', message, ec.privateKey)].map((sig) => ({
    sig: sig.toString('base64'),
  })),
}
const read = (value: unknown) => {
  const reading = readAttestation(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
  assert.ok('attestation' in reading, JSON.stringify(reading))
  return reading.attestation
}

test('a statement is read bare, enveloped and in a bundle; only a signature makes it more than a claim', () => {
  for (const form of [statement, envelope, { mediaType: 'x', dsseEnvelope: envelope }]) {
    const attestation = read(form)
    assert.equal(attestation.predicateType, 'https://slsa.dev/provenance/v1')
    assert.ok(isAboutAny(attestation, new Set([SHA])))
    assert.ok(!isAboutAny(attestation, new Set(['00'])))
    assert.equal(isAttestedBy(attestation, pem(ed)), form !== statement)
    assert.equal(isAttestedBy(attestation, pem(ec as never)), form !== statement)
    assert.equal(isAttestedBy(attestation, pem(generateKeyPairSync('ed25519'))), false)
  }
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  for (const key of [String(rsa.publicKey.export({ type: 'spki', format: 'pem' })), 'nonsense', ''])
    assert.throws(() => isAttestedBy(read(envelope), key), { code: 'SIGNING_KEY_INVALID' })
})

test('malformed attestations are answers', () => {
  const changed = (changes: object): string =>
    JSON.stringify({ ...(JSON.parse(statement) as object), ...changes })
  for (const text of [
    '',
    '[]',
    '{}',
    changed({ _type: 'x' }),
    changed({ subject: [] }),
    changed({ subject: [{}] }),
    changed({ predicate: [] }),
    changed({ predicateType: 1 }),
    JSON.stringify({ ...envelope, payloadType: 'x' }),
    JSON.stringify({ ...envelope, payload: '*' }),
    JSON.stringify({ ...envelope, signatures: [{ sig: '*' }] }),
    JSON.stringify({ ...envelope, signatures: new Array(40).fill({ sig: 'AAAA' }) }),
  ])
    assert.ok('fault' in readAttestation(Buffer.from(text)), text)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readAttestation(bytes)))
})
