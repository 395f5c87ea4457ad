import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import {
  createKeyVerifier,
  loadKeylessVerification,
  readModelPrivateKey,
  readModelPublicKey,
  readSignatureBundle,
  signModel,
  verifyModel,
} from '../model.ts'
import { createSigstore } from './testing/keyless.ts'
import { ecKeyPem, newFolder, writeModel } from './testing/model.ts'

const IDENTITY = 'https://example.test/release'
const ISSUER = 'https://issuer.example.test'

let sigstore: Awaited<ReturnType<typeof createSigstore>>
let keyless: Awaited<ReturnType<typeof loadKeylessVerification>>
before(async () => {
  sigstore = await createSigstore()
  keyless = await loadKeylessVerification()
})

const verifierOf = (changes: { trustedRoot?: string; identity?: string; issuer?: string } = {}) =>
  keyless.createKeylessVerifier({
    trustedRoot: Buffer.from(changes.trustedRoot ?? sigstore.trustedRoot),
    identity: changes.identity ?? IDENTITY,
    issuer: changes.issuer ?? ISSUER,
  })

/** The payload that a key signer would make, signed by an identity instead. */
const open = async (t: Parameters<typeof newFolder>[0]) => {
  const folder = await newFolder(t)
  const request = {
    path: await writeModel(join(folder, 'm'), { a: 'x' }),
    signaturePath: join(folder, 'm.sig'),
  }
  await signModel({ ...request, signer: readModelPrivateKey(ecKeyPem().privatePem) })
  const reading = readSignatureBundle(await readFile(request.signaturePath))
  assert.ok('bundle' in reading)
  const text = await sigstore.signPayload(reading.bundle.payload, IDENTITY, ISSUER)
  return {
    text,
    judge: async (bundle: string, verifier = verifierOf()) => {
      await writeFile(request.signaturePath, bundle)
      const verdict = await verifyModel({ ...request, verifier })
      return verdict.verdict === 'trusted' ? 'trusted' : verdict.reasons.join('; ')
    },
  }
}

test('a keyless signature is trusted for exactly its identity and issuer, without any network', async (t) => {
  const { text, judge } = await open(t)
  assert.equal(await judge(text), 'trusted')
  // A pattern or a prefix of the name is another name.
  for (const identity of ['https://example.test/', '.*', `${IDENTITY}/x`, ''])
    assert.match(await judge(text, verifierOf({ identity })), /the signer is/)
  assert.match(await judge(text, verifierOf({ issuer: 'https://other.test' })), /comes from/)
  const configuration = JSON.stringify({ trustedRoot: JSON.parse(sigstore.trustedRoot) as object })
  assert.equal(await judge(text, verifierOf({ trustedRoot: configuration })), 'trusted')
})

test('another root, a changed payload, log entry, time or certificate is refused', async (t) => {
  const { text, judge } = await open(t)
  const stranger = await createSigstore()
  assert.match(await judge(text, verifierOf({ trustedRoot: stranger.trustedRoot })), /does not verify/)
  const bundle = JSON.parse(text) as {
    dsseEnvelope: { payload: string; signatures: { sig: string }[] }
    verificationMaterial: { certificate: { rawBytes: string }; tlogEntries: Record<string, unknown>[] }
  }
  const changed = (change: (copy: typeof bundle) => void): string => {
    const copy = structuredClone(bundle)
    change(copy)
    return JSON.stringify(copy)
  }
  const other = JSON.parse(await sigstore.signPayload(Buffer.from('{}'), IDENTITY, ISSUER)) as typeof bundle
  const entry = (copy: typeof bundle): Record<string, unknown> =>
    copy.verificationMaterial.tlogEntries[0] ?? {}
  for (const text of [
    changed((copy) => {
      copy.dsseEnvelope.payload = Buffer.from('{"a":1}').toString('base64')
    }),
    changed((copy) => {
      copy.verificationMaterial.certificate = other.verificationMaterial.certificate
    }),
    changed((copy) => {
      copy.verificationMaterial.tlogEntries = other.verificationMaterial.tlogEntries
    }),
    changed((copy) => {
      copy.verificationMaterial.tlogEntries = []
    }),
    changed((copy) => {
      entry(copy).integratedTime = '1000000000'
    }),
    changed((copy) => {
      delete entry(copy).inclusionPromise
      delete entry(copy).inclusionProof
    }),
    changed((copy) => {
      entry(copy).canonicalizedBody = 'AAAA'
    }),
  ])
    assert.match(await judge(text), /does not verify/)
})

test('each way of trusting refuses the other ways of signing', async (t) => {
  const { text, judge } = await open(t)
  const keyVerifier = createKeyVerifier(readModelPublicKey(ecKeyPem().publicPem))
  assert.match(await judge(text, keyVerifier), /not with a plain key/)
})

test('a trusted root that is none is refused when it is read', () => {
  for (const trustedRoot of [
    '',
    '{}',
    '[]',
    '{"certificateAuthorities":[]}',
    '{"certificateAuthorities":[{"a":1}]}',
  ])
    assert.throws(() => verifierOf({ trustedRoot }), { code: 'SIGNING_TRUST_ROOT_INVALID' }, trustedRoot)
})
