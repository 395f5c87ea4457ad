/** Our signatures under the reference implementation and cosign, theirs under ours; each way also with a changed model. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  createKeyVerifier,
  loadCertificateSigning,
  loadKeylessVerification,
  readModelPrivateKey,
  readModelPublicKey,
  readSignatureBundle,
  type SignModelRequest,
  signModel,
  verifyModel,
} from '../model.ts'
import { createSigstore } from './testing/keyless.ts'
import { authority, ecKeyPem, type Issued, issue, writeModel } from './testing/model.ts'

const reference = process.env.RAMPART_MODEL_SIGNING ?? ''
const cosign = process.env.RAMPART_COSIGN ?? ''
const PREDICATE = 'https://model_signing/signature/v1.0'

let folder: string
let root: Issued
let middle: Issued
let leaf: Issued
const keys = { 'P-256': ecKeyPem('P-256'), 'P-384': ecKeyPem('P-384'), 'P-521': ecKeyPem('P-521') }

const at = (name: string): string => join(folder, name)
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text, { mode: 0o600 })
  return at(name)
}
const execute = (program: string, args: readonly string[]) => {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, COSIGN_PASSWORD: '', HOME: folder },
  })
  assert.equal(error, undefined)
  return { ok: status === 0, text: `${stdout}${stderr}` }
}
const theirVerify = (...args: string[]) => execute(reference, ['verify', ...args])
const theirSign = (...args: string[]): void => {
  const { ok, text } = execute(reference, ['sign', ...args])
  assert.ok(ok, text)
}
const ourSign = (name: string, request: Partial<SignModelRequest> = {}) =>
  signModel({
    path: at('model'),
    signaturePath: at(name),
    signer: readModelPrivateKey(keys['P-256'].privatePem),
    ...request,
  })
const ourVerify = async (
  name: string,
  verifier = createKeyVerifier(readModelPublicKey(keys['P-256'].publicPem)),
  options = {},
) => {
  const verdict = await verifyModel({ path: at('model'), signaturePath: at(name), verifier, ...options })
  return verdict.verdict === 'trusted' ? 'trusted' : verdict.reasons.join('; ')
}
const restoring = async (work: () => unknown | Promise<unknown>): Promise<void> => {
  rmSync(at('saved'), { recursive: true, force: true })
  cpSync(at('model'), at('saved'), { recursive: true })
  try {
    await work()
  } finally {
    rmSync(at('model'), { recursive: true, force: true })
    renameSync(at('saved'), at('model'))
  }
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-interop-'))
  await writeModel(at('model'), {
    'w.bin': 'weights',
    'sub/a.txt': 'a',
    'sub-b.txt': 'b',
    empty: '',
    '.hidden': 'h',
    '.gitattributes': 'x',
    'é "quoted" <x>.txt': 'é',
    '\u{1f600}/\uffee.bin': 'order',
  })
  for (const [curve, pair] of Object.entries(keys)) {
    write(`${curve}.pem`, pair.privatePem)
    write(`${curve}.pub.pem`, pair.publicPem)
  }
  root = await issue({ name: 'root' })
  middle = await issue({ name: 'middle', issuer: root, extensions: authority(0) })
  leaf = await issue({ name: 'leaf', issuer: middle })
  for (const [name, one] of Object.entries({ root, middle, leaf })) write(`${name}.crt`, one.pem)
  write('leaf.key', leaf.privatePem)
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('ours verify there, on every curve, and fail there with another key', async () => {
  for (const [curve, pair] of Object.entries(keys)) {
    await ourSign('ours.sig', { signer: readModelPrivateKey(pair.privatePem) })
    const { ok, text } = theirVerify(
      'key',
      '--signature',
      'ours.sig',
      '--public_key',
      `${curve}.pub.pem`,
      'model',
    )
    assert.ok(ok, `${curve}: ${text}`)
  }
  assert.equal(
    theirVerify('key', '--signature', 'ours.sig', '--public_key', 'P-256.pub.pem', 'model').ok,
    false,
  )
})

test('theirs verify here, on every curve', async () => {
  for (const [curve, pair] of Object.entries(keys)) {
    theirSign('key', '--signature', 'theirs.sig', '--private_key', `${curve}.pem`, 'model')
    const verifier = createKeyVerifier(readModelPublicKey(pair.publicPem))
    assert.equal(await ourVerify('theirs.sig', verifier), 'trusted', curve)
  }
  assert.match(await ourVerify('theirs.sig'), /names another public key/)
})

test('a changed, added, lost file and a link are refused on both sides', async () => {
  await ourSign('ours.sig')
  theirSign('key', '--signature', 'theirs.sig', '--private_key', 'P-256.pem', 'model')
  const changes: readonly (readonly [string, () => void])[] = [
    ['changed', () => writeFileSync(at('model/w.bin'), 'Weights')],
    ['added', () => writeFileSync(at('model/extra'), '')],
    ['lost', () => rmSync(at('model/empty'))],
    ['link', () => symlinkSync('w.bin', at('model/link'))],
  ]
  for (const [name, change] of changes)
    await restoring(async () => {
      change()
      assert.equal(
        theirVerify('key', '--signature', 'ours.sig', '--public_key', 'P-256.pub.pem', 'model').ok,
        false,
        name,
      )
      assert.notEqual(await ourVerify('theirs.sig'), 'trusted', name)
    })
})

test('options mean the same on both sides: ignored paths, unsigned files, links, a signature inside', async () => {
  await restoring(async () => {
    await ourSign('model/own.sig', { ignorePaths: ['sub'] })
    writeFileSync(at('model/sub/a.txt'), 'other')
    const key = ['--public_key', 'P-256.pub.pem']
    assert.ok(theirVerify('key', '--signature', 'model/own.sig', ...key, 'model').ok)
    writeFileSync(at('model/extra'), 'x')
    assert.equal(theirVerify('key', '--signature', 'model/own.sig', ...key, 'model').ok, false)
    assert.ok(
      theirVerify('key', '--signature', 'model/own.sig', ...key, '--ignore_unsigned_files', 'model').ok,
    )
  })
  await restoring(async () => {
    symlinkSync('w.bin', at('model/link'))
    await ourSign('linked.sig', { allowSymlinks: true })
    const { ok, text } = theirVerify(
      ...['key', '--signature', 'linked.sig', '--public_key', 'P-256.pub.pem', '--allow_symlinks', 'model'],
    )
    assert.ok(ok, text)
    theirSign('key', '--signature', 'theirs.sig', '--private_key', 'P-256.pem', '--allow_symlinks', 'model')
    assert.equal(await ourVerify('theirs.sig'), 'trusted')
  })
  theirSign('key', '--signature', 'theirs.sig', '--private_key', 'P-256.pem', 'model')
  await restoring(async () => {
    writeFileSync(at('model/extra'), 'x')
    assert.equal(await ourVerify('theirs.sig'), 'not signed: extra')
    assert.equal(await ourVerify('theirs.sig', undefined, { ignoreUnsignedFiles: true }), 'trusted')
  })
})

test('certificates with an intermediate verify both ways; an unknown root on neither side', async () => {
  const { createCertificateVerifier, prepareCertificateChain } = await loadCertificateSigning()
  const signer = readModelPrivateKey(leaf.privatePem)
  const chain = prepareCertificateChain(
    signer,
    { certificate: leaf.pem, chain: [middle.pem, root.pem] },
    Date.now(),
  )
  await ourSign('ours.sig', { signer, chain })
  const theirs = (...roots: string[]) =>
    theirVerify(
      'certificate',
      '--signature',
      'ours.sig',
      ...roots.flatMap((one) => ['--certificate_chain', one]),
      'model',
    )
  assert.ok(theirs('root.crt').ok, theirs('root.crt').text)
  write('stranger.crt', (await issue({ name: 'root' })).pem)
  assert.equal(theirs('stranger.crt').ok, false)
  theirSign(
    ...[
      'certificate',
      '--signature',
      'theirs.sig',
      '--private_key',
      'leaf.key',
      '--signing_certificate',
      'leaf.crt',
    ],
    ...['--certificate_chain', 'middle.crt', '--certificate_chain', 'root.crt', 'model'],
  )
  assert.equal(await ourVerify('theirs.sig', createCertificateVerifier([root.pem], Date.now())), 'trusted')
  const stranger = readFileSync(at('stranger.crt'), 'utf8')
  assert.match(
    await ourVerify('theirs.sig', createCertificateVerifier([stranger], Date.now())),
    /no path leads/,
  )
})

const cosignVerify = (bundle: string, ...args: string[]) =>
  execute(cosign, [
    ...['verify-blob-attestation', '--bundle', bundle, '--type', PREDICATE, '--check-claims=false'],
    ...args,
    'model/w.bin',
  ])

test('cosign verifies our signatures, and refuses a changed one and another key', async () => {
  // cosign hashes with SHA-256 whatever the curve is, so it reads P-256 alone, of the reference implementation's too.
  await ourSign('ours.sig')
  const plain = cosignVerify('ours.sig', '--key', 'P-256.pub.pem', '--insecure-ignore-tlog=true')
  assert.ok(plain.ok, plain.text)
  const text = readFileSync(at('ours.sig'), 'utf8')
  write(
    'changed.sig',
    text.replace(/"payload":"(.)/, (_, first: string) => `"payload":"${first === 'e' ? 'f' : 'e'}`),
  )
  assert.equal(cosignVerify('changed.sig', '--key', 'P-256.pub.pem', '--insecure-ignore-tlog=true').ok, false)
  assert.equal(cosignVerify('ours.sig', '--key', 'P-384.pub.pem', '--insecure-ignore-tlog=true').ok, false)
})

test('an attestation of cosign is a bundle we read, and its signature verifies here', async () => {
  const imported = execute(cosign, [
    'import-key-pair',
    '--key',
    'P-256.pem',
    '--output-key-prefix',
    'imported',
    '--yes',
  ])
  assert.ok(imported.ok, imported.text)
  write('predicate.json', '{"a":1}')
  const { ok, text } = execute(cosign, [
    ...['attest-blob', '--key', 'imported.key', '--predicate', 'predicate.json', '--type', PREDICATE],
    ...[
      '--tlog-upload=false',
      '--use-signing-config=false',
      '--bundle',
      'attested.sig',
      '--yes',
      'model/w.bin',
    ],
  ])
  assert.ok(ok, text)
  const reading = readSignatureBundle(readFileSync(at('attested.sig')))
  assert.ok('bundle' in reading, JSON.stringify(reading))
  const verify = createKeyVerifier(readModelPublicKey(keys['P-256'].publicPem))
  assert.equal(verify(reading.bundle).verdict, 'trusted')
  const stranger = createKeyVerifier(readModelPublicKey(ecKeyPem().publicPem))
  assert.equal(stranger(reading.bundle).verdict, 'untrusted')
  // Its statement is not one about a model, and is refused as such.
  assert.match(await ourVerify('attested.sig'), /not a model signature/)
})

test('a keyless bundle is judged alike by cosign and here, offline under one trusted root', async () => {
  const sigstore = await createSigstore()
  const [identity, issuer] = ['https://example.test/release', 'https://issuer.example.test']
  await ourSign('ours.sig')
  const reading = readSignatureBundle(readFileSync(at('ours.sig')))
  assert.ok('bundle' in reading)
  write('keyless.sig', await sigstore.signPayload(reading.bundle.payload, identity, issuer))
  write('trusted_root.json', sigstore.trustedRoot)
  const { createKeylessVerifier } = await loadKeylessVerification()
  for (const [name, expected] of [
    [identity, true],
    ['https://example.test/other', false],
  ] as const) {
    const { ok, text } = cosignVerify(
      ...(['keyless.sig', '--trusted-root', 'trusted_root.json'] as const),
      ...['--certificate-identity', name, '--certificate-oidc-issuer', issuer],
    )
    assert.equal(ok, expected, text)
    const verifier = createKeylessVerifier({
      trustedRoot: Buffer.from(sigstore.trustedRoot),
      identity: name,
      issuer,
    })
    assert.equal((await ourVerify('keyless.sig', verifier)) === 'trusted', expected)
  }
})
