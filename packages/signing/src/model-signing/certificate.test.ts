import 'reflect-metadata'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
} from '@peculiar/x509'
import {
  loadCertificateSigning,
  readModelPrivateKey,
  signModel,
  type ValidAt,
  verifyModel,
} from '../model.ts'
import { authority, type Issued, issue, modelSigner, newFolder, writeModel } from './testing/model.ts'

const DAY_MS = 86_400_000
const now = Date.now()
let certificates: Awaited<ReturnType<typeof loadCertificateSigning>>
let root: Issued
before(async () => {
  certificates = await loadCertificateSigning()
  root = await issue({ name: 'root', notBefore: now - 1000 * DAY_MS, notAfter: now + 1000 * DAY_MS })
})

type Case = {
  readonly leaf: Issued
  readonly chain?: readonly Issued[]
  readonly trusted?: Issued
  readonly at?: ValidAt
}

/** Puts any chain into a bundle, as a signer without scruples could. */
const signWith = async (t: Parameters<typeof newFolder>[0], { leaf, chain = [] }: Case) => {
  const folder = await newFolder(t)
  const request = {
    path: await writeModel(join(folder, 'm'), { a: 'x' }),
    signaturePath: join(folder, 'm.sig'),
  }
  await signModel({
    ...request,
    signer: readModelPrivateKey(leaf.privatePem),
    chain: [leaf, ...chain].map(({ certificate }) => new Uint8Array(certificate.rawData)),
  })
  return request
}

const judge = async (t: Parameters<typeof newFolder>[0], one: Case): Promise<string> => {
  const request = await signWith(t, one)
  const verifier = certificates.createCertificateVerifier([(one.trusted ?? root).pem], one.at ?? Date.now())
  const verdict = await verifyModel({ ...request, verifier })
  return verdict.verdict === 'trusted' ? 'trusted' : verdict.reasons.join('; ')
}

test('a leaf under the root, and under an intermediate that travels in the bundle, is trusted', async (t) => {
  assert.equal(await judge(t, { leaf: await issue({ name: 'leaf', issuer: root }) }), 'trusted')
  const middle = await issue({ name: 'middle', issuer: root, extensions: authority(0) })
  const leaf = await issue({ name: 'leaf', issuer: middle })
  assert.equal(await judge(t, { leaf, chain: [middle, root] }), 'trusted')
  assert.match(await judge(t, { leaf }), /no path leads/)
})

test('an expired signer is refused, however the moment is named, and accepted only for the past', async (t) => {
  const [notBefore, notAfter] = [now - 10 * DAY_MS, now - DAY_MS]
  const leaf = await issue({ name: 'leaf', issuer: root, notBefore, notAfter })
  assert.match(await judge(t, { leaf }), /CN=leaf expired at/)
  assert.equal(await judge(t, { leaf, at: now - 2 * DAY_MS }), 'trusted')
  assert.equal(await judge(t, { leaf, at: 'issue' }), 'trusted')
  const future = await issue({
    name: 'future',
    issuer: root,
    notBefore: now + DAY_MS,
    notAfter: now + 2 * DAY_MS,
  })
  assert.match(await judge(t, { leaf: future }), /not valid before/)
  const old = await issue({ name: 'old root', notBefore: now - 10 * DAY_MS, notAfter: now - DAY_MS })
  const young = await issue({ name: 'leaf', issuer: old, notBefore: now - 10 * DAY_MS })
  assert.match(await judge(t, { leaf: young, trusted: old }), /CN=old root expired/)
})

test('who may not sign models, and who may not issue, is refused', async (t) => {
  const end = new BasicConstraintsExtension(false, undefined, true)
  for (const [extensions, why] of [
    [[end], /neither a key usage nor a purpose/],
    [[end, new KeyUsagesExtension(KeyUsageFlags.keyAgreement, true)], /lacks digitalSignature/],
    [
      [
        end,
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1']),
      ],
      /lacks codeSigning/,
    ],
    [
      [...modelSigner(), new Extension('1.2.3.4', true, Uint8Array.of(5, 0))],
      /critical extension 1\.2\.3\.4/,
    ],
  ] as const)
    assert.match(await judge(t, { leaf: await issue({ name: 'leaf', issuer: root, extensions }) }), why)
  const impostor = await issue({ name: 'impostor', issuer: root })
  const below = await issue({ name: 'below', issuer: impostor })
  assert.match(
    await judge(t, { leaf: below, chain: [impostor] }),
    /no path leads|not a certificate authority/,
  )
  const narrow = await issue({ name: 'narrow', issuer: root, extensions: authority(0) })
  const second = await issue({ name: 'second', issuer: narrow, extensions: authority() })
  const deep = await issue({ name: 'deep', issuer: second })
  assert.match(await judge(t, { leaf: deep, chain: [narrow, second] }), /longer than it allows/)
})

test('a root that only the bundle brings is worth nothing', async (t) => {
  const stranger = await issue({ name: 'root' })
  const leaf = await issue({ name: 'leaf', issuer: stranger })
  assert.match(await judge(t, { leaf, chain: [stranger] }), /no path leads/)
  const middle = await issue({ name: 'middle', issuer: root, extensions: authority() })
  assert.throws(() => certificates.createCertificateVerifier([middle.pem], now), {
    code: 'SIGNING_CERTIFICATE_INVALID',
  })
  assert.throws(() => certificates.createCertificateVerifier(['no'], now), {
    code: 'SIGNING_CERTIFICATE_INVALID',
  })
})

test('a maze of authorities that issue each other ends at once', async (t) => {
  const first = await issue({ name: 'a' })
  const maze: Issued[] = []
  for (let at = 0; at < 14; at++)
    maze.push(await issue({ name: 'a', issuer: first, extensions: authority() }))
  const startedAt = performance.now()
  const leaf = await issue({ name: 'a', issuer: first })
  assert.match(await judge(t, { leaf, chain: maze }), /no path leads/)
  assert.ok(performance.now() - startedAt < 5000)
})

test('signing refuses a certificate of another key, out of its time, or without a path', async () => {
  const leaf = await issue({ name: 'leaf', issuer: root })
  const other = await issue({ name: 'other', issuer: root })
  const expired = await issue({
    name: 'leaf',
    issuer: root,
    notBefore: now - 9 * DAY_MS,
    notAfter: now - DAY_MS,
  })
  const stranger = await issue({ name: 'stranger' })
  const prepare = (certificate: Issued, key: Issued, chain: readonly Issued[]) =>
    certificates.prepareCertificateChain(
      readModelPrivateKey(key.privatePem),
      { certificate: certificate.pem, chain: chain.map(({ pem }) => pem) },
      now,
    )
  assert.equal(prepare(leaf, leaf, [root]).length, 2)
  assert.equal(prepare(leaf, leaf, []).length, 1)
  for (const [certificate, key, chain, why] of [
    [leaf, other, [root], /does not belong/],
    [expired, expired, [root], /expired/],
    [leaf, leaf, [stranger], /no path/],
  ] as const)
    assert.throws(() => prepare(certificate, key, chain), {
      code: 'SIGNING_CERTIFICATE_INVALID',
      message: why,
    })
})
