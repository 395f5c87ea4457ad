import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  createKeyVerifier,
  readModelPrivateKey,
  readModelPublicKey,
  type SignModelRequest,
  signModel,
  type VerifyModelRequest,
  verifyModel,
} from '../model.ts'
import { sortByName } from './model-files.ts'
import { ecKeyPem, newFolder, writeModel } from './testing/model.ts'

const keys = ecKeyPem()
const signer = readModelPrivateKey(keys.privatePem)
const verifier = createKeyVerifier(readModelPublicKey(keys.publicPem))

type Overrides = { readonly sign?: Partial<SignModelRequest>; readonly verify?: Partial<VerifyModelRequest> }

const SMALL: Readonly<Record<string, string | Uint8Array>> = { 'w.bin': 'weights', 'c/config.json': '{}' }

const open = async (t: Parameters<typeof newFolder>[0], files = SMALL) => {
  const folder = await newFolder(t)
  const path = await writeModel(join(folder, 'model'), files)
  const signaturePath = join(folder, 'model.sig')
  return {
    folder,
    path,
    signaturePath,
    sign: (overrides: Overrides['sign'] = {}) => signModel({ path, signaturePath, signer, ...overrides }),
    verify: (overrides: Overrides['verify'] = {}) =>
      verifyModel({ path, signaturePath, verifier, ...overrides }),
  }
}

const reasons = (verdict: Awaited<ReturnType<typeof verifyModel>>): string =>
  verdict.verdict === 'untrusted' ? verdict.reasons.join('; ') : 'trusted'

test('every curve of the format signs and verifies; the other kinds of key are refused by name', async (t) => {
  const model = await open(t)
  for (const curve of ['P-256', 'P-384', 'P-521']) {
    const own = ecKeyPem(curve)
    await model.sign({ signer: readModelPrivateKey(own.privatePem) })
    assert.equal(
      reasons(await model.verify({ verifier: createKeyVerifier(readModelPublicKey(own.publicPem)) })),
      'trusted',
    )
    assert.match(reasons(await model.verify()), /names another public key/)
  }
  const pem = (pair: ReturnType<typeof generateKeyPairSync>): [string, string] => [
    String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    String(pair.publicKey.export({ type: 'spki', format: 'pem' })),
  ]
  for (const [pair, kind] of [
    [generateKeyPairSync('ed25519'), /type ed25519/],
    [generateKeyPairSync('rsa', { modulusLength: 2048 }), /type rsa/],
    [generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), /curve secp256k1/],
  ] as const) {
    const [privatePem, publicPem] = pem(pair)
    assert.throws(() => readModelPrivateKey(privatePem), {
      code: 'SIGNING_PRIVATE_KEY_INVALID',
      message: kind,
    })
    assert.throws(() => readModelPublicKey(publicPem), { code: 'SIGNING_KEY_INVALID', message: kind })
  }
  assert.throws(() => readModelPublicKey(keys.privatePem), { code: 'SIGNING_KEY_INVALID' })
})

test('an encrypted key opens with its password only', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = String(
    privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'pass phrase' }),
  )
  assert.equal(readModelPrivateKey(pem, 'pass phrase').verifier.curve, 'prime256v1')
  for (const [password, why] of [
    [undefined, /no password/],
    ['other', /does not open/],
  ] as const)
    assert.throws(() => readModelPrivateKey(pem, password), {
      code: 'SIGNING_PRIVATE_KEY_INVALID',
      message: why,
    })
})

test('a changed, added, lost and renamed file are named', async (t) => {
  const model = await open(t)
  await model.sign()
  assert.equal(reasons(await model.verify()), 'trusted')
  await writeFile(join(model.path, 'w.bin'), 'Weights')
  assert.equal(reasons(await model.verify()), 'changed: w.bin')
  await writeFile(join(model.path, 'w.bin'), 'weights')
  await writeFile(join(model.path, 'extra.py'), 'x')
  assert.equal(reasons(await model.verify()), 'not signed: extra.py')
  const lenient = await model.verify({ ignoreUnsignedFiles: true })
  assert.ok(lenient.verdict === 'trusted')
  assert.deepEqual(lenient.unsigned, ['extra.py'])
  assert.equal(reasons(await model.verify({ ignorePaths: ['extra.py'] })), 'trusted')
  await rename(join(model.path, 'w.bin'), join(model.path, 'extra.py'))
  assert.equal(reasons(await model.verify({ ignoreUnsignedFiles: true })), 'missing: w.bin')
})

test('ignored paths hide a folder and all below, travel in the signature, and must lie inside', async (t) => {
  const model = await open(t, { 'w.bin': 'w', 'c/config.json': '{}', '.gitattributes': 'x' })
  const signed = await model.sign({ ignorePaths: ['c/'] })
  assert.deepEqual([signed.resources, signed.ignored], [1, ['.gitattributes', 'c']])
  await writeFile(join(model.path, 'c', 'config.json'), 'other')
  assert.equal(reasons(await model.verify()), 'trusted')
  await assert.rejects(model.sign({ ignorePaths: ['../w.bin'] }), { code: 'SIGNING_OPTIONS_INVALID' })
  await model.sign({ ignoreGitPaths: false })
  assert.equal(reasons(await model.verify()), 'trusted')
  await writeFile(join(model.path, '.gitattributes'), 'y')
  assert.equal(reasons(await model.verify()), 'changed: .gitattributes')
})

test('the signature inside the model is left out, and what a killed run left behind never becomes part of it', async (t) => {
  const model = await open(t)
  const signaturePath = join(model.path, 'model.sig')
  await writeFile(join(model.path, '.model.sig.unfinished'), 'half')
  await model.sign({ signaturePath })
  assert.deepEqual((await readdir(model.path)).sort(), ['c', 'model.sig', 'w.bin'])
  assert.equal(reasons(await model.verify({ signaturePath })), 'trusted')
  await model.sign({ signaturePath })
  assert.equal(reasons(await model.verify({ signaturePath })), 'trusted')
})

test('links are refused unless allowed; linked folders, dangling links and devices always are', async (t) => {
  const model = await open(t)
  await writeFile(join(model.folder, 'blob'), 'outside')
  await symlink(join(model.folder, 'blob'), join(model.path, 'link.bin'))
  await assert.rejects(model.sign(), {
    code: 'SIGNING_MODEL_UNREADABLE',
    message: /link\.bin is a symbolic link/,
  })
  await model.sign({ allowSymlinks: true })
  assert.equal(reasons(await model.verify()), 'trusted')
  await writeFile(join(model.folder, 'blob'), 'changed')
  assert.equal(reasons(await model.verify()), 'changed: link.bin')
  await rm(join(model.path, 'link.bin'))
  for (const [target, why] of [
    [model.folder, /link to a folder/],
    ['/nonexistent', /no file/],
    ['/dev/zero', /no file/],
  ] as const) {
    await symlink(target, join(model.path, 'odd'))
    await assert.rejects(model.sign({ allowSymlinks: true }), {
      code: 'SIGNING_MODEL_UNREADABLE',
      message: why,
    })
    await rm(join(model.path, 'odd'))
  }
  await model.sign()
  await symlink('/dev/zero', join(model.path, 'odd'))
  assert.match(reasons(await model.verify()), /odd is a symbolic link/)
  const lenient = await model.verify({ ignoreUnsignedFiles: true })
  assert.ok(lenient.verdict === 'trusted' && lenient.unsigned.includes('odd'))
})

test('shards name byte ranges; a changed byte names its shard; an unsigned empty file is shown', async (t) => {
  const model = await open(t, { 'w.bin': 'abcdefghij' })
  await model.sign({ shardSize: 4 })
  await mkdir(join(model.path, 'd'))
  await writeFile(join(model.path, 'd', 'empty'), '')
  const verdict = await model.verify()
  assert.ok(verdict.verdict === 'trusted')
  assert.deepEqual([verdict.resources, verdict.unsigned], [3, ['d/empty']])
  await writeFile(join(model.path, 'w.bin'), 'abcdeFghij')
  assert.equal(reasons(await model.verify()), 'changed: w.bin:4:8')
  for (const shardSize of [0, -1, 1.5, Number.NaN])
    await assert.rejects(model.sign({ shardSize }), { code: 'SIGNING_OPTIONS_INVALID' })
  await assert.rejects(model.sign({ shardSize: 4, hashType: 'blake3' }), { code: 'SIGNING_OPTIONS_INVALID' })
})

test('large models are hashed in threads with the same answer; stopping them is heard', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 700 }, (_, at) => [`${at % 7}/${at}.bin`, Buffer.alloc(20_000, at)]),
  )
  const model = await open(t, { ...files, 'big.bin': Buffer.alloc(9_000_000, 7) })
  const [one, two] = [await model.sign({ threads: 1 }), await model.sign({ threads: 2 })]
  assert.equal(one.digest, two.digest)
  assert.equal(reasons(await model.verify()), 'trusted')
  const controller = new AbortController()
  const running = model.verify({ signal: controller.signal })
  controller.abort(new Error('stop'))
  await assert.rejects(running, /stop/)
})

test('nothing to sign, nothing there, no signature file', async (t) => {
  const model = await open(t, {})
  await mkdir(model.path, { recursive: true })
  await assert.rejects(model.sign(), { code: 'SIGNING_MODEL_UNREADABLE' })
  await assert.rejects(model.sign({ path: join(model.folder, 'no') }), { code: 'SIGNING_MODEL_NOT_FOUND' })
  await assert.rejects(model.verify(), { code: 'SIGNING_MODEL_NOT_FOUND' })
})

test('every flipped bit of the payload or the signature is refused; elsewhere nothing breaks', async (t) => {
  const model = await open(t)
  await model.sign()
  const good = readFileSync(model.signaturePath, 'latin1')
  const signed = [...good.matchAll(/"(?:payload|sig)":"([^"]*)"/dg)].map(
    (match) => match.indices?.[1] ?? [0, 0],
  )
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
      const bytes = Buffer.from(good, 'latin1')
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
      await writeFile(model.signaturePath, bytes)
      const { verdict } = await model.verify()
      if (signed.some(([from = 0, to = 0]) => at >= from && at < to)) assert.equal(verdict, 'untrusted')
    }),
    { numRuns: 300 },
  )
})

test('names sort by components and code points, not by text and UTF-16', () => {
  const names = ['sub-b', 'sub/a', 'sub', '\u{1f600}', '\uffee', 'a/b/c', 'a/b', 'a-b']
  assert.deepEqual(
    sortByName(names.map((name) => ({ name }))).map(({ name }) => name),
    ['a/b', 'a/b/c', 'a-b', 'sub', 'sub/a', 'sub-b', '\uffee', '\u{1f600}'],
  )
})
