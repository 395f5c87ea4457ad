import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { cli } from './testing.ts'

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-sign-'))
  mkdirSync(join(folder, 'model'))
  writeFileSync(join(folder, 'model', 'w.bin'), 'weights')
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pkcs8 = { type: 'pkcs8', format: 'pem' } as const
  writeFileSync(join(folder, 'k.pem'), privateKey.export(pkcs8), { mode: 0o600 })
  writeFileSync(
    join(folder, 'locked.pem'),
    privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'pw' }),
    { mode: 0o600 },
  )
  writeFileSync(join(folder, 'p.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(join(folder, 'rsa.pem'), rsa.privateKey.export(pkcs8), { mode: 0o600 })
  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  writeFileSync(join(folder, 'other.pem'), other.publicKey.export({ type: 'spki', format: 'pem' }))
})
after(() => rmSync(folder, { recursive: true, force: true }))

const run = (line: string, env: Record<string, string> = {}) =>
  cli(line.split(' '), { cwd: folder, env: { HOME: folder, ...env } })
const SIGN = 'sign model --key k.pem --signature m.sig'
const VERIFY = 'verify model --public-key p.pem --signature m.sig'

test('sign, then verify: exit 0, the same digest in both answers', async () => {
  const signed = await run(`${SIGN} -o json`)
  assert.deepEqual([signed.code, signed.err], [0, ''])
  const { digest, resources } = JSON.parse(signed.out) as { digest: string; resources: number }
  assert.equal(resources, 1)
  const verified = await run(`${VERIFY} -o json`)
  assert.equal(verified.code, 0)
  const verdict = JSON.parse(verified.out) as { verdict: string; model: { name: string; digest: string } }
  assert.deepEqual([verdict.verdict, verdict.model], ['trusted', { name: 'model', digest }])
  assert.match((await run(VERIFY)).out, /^trusted: model, 1 files, 7 bytes, sha256:/)
})

test('what is not trusted is exit 5, with the reason on stderr and the verdict on stdout as JSON', async () => {
  await run(SIGN)
  writeFileSync(join(folder, 'model', 'extra.py'), 'x')
  const extra = await run(`${VERIFY} -o json`)
  assert.equal(extra.code, 5)
  assert.match(extra.err, /not signed: extra\.py \(CLI_MODEL_UNTRUSTED\)/)
  assert.equal((JSON.parse(extra.out) as { verdict: string }).verdict, 'untrusted')
  assert.match((await run(`${VERIFY} --ignore-unsigned-files`)).out, /not signed extra\.py/)
  assert.equal((await run(`${VERIFY} --ignore-paths extra.py`)).code, 0)
  rmSync(join(folder, 'model', 'extra.py'))
  assert.equal((await run('verify model --public-key other.pem --signature m.sig')).code, 5)
  writeFileSync(join(folder, 'broken.sig'), '{"a":1,"a":2}')
  assert.equal((await run('verify model --public-key p.pem --signature broken.sig')).code, 5)
})

test('an encrypted key takes its password from the environment or a file', async () => {
  const locked = 'sign model --key locked.pem --signature locked.sig'
  assert.equal((await run(locked, { RAMPART_KEY_PASSWORD: 'pw' })).code, 0)
  writeFileSync(join(folder, 'password'), 'pw\n')
  assert.equal((await run(`${locked} --password-file password`)).code, 0)
  for (const [env, why] of [
    [{}, /no password was given/],
    [{ RAMPART_KEY_PASSWORD: 'wrong' }, /does not open/],
  ] as const) {
    const { code, err } = await run(locked, env)
    assert.equal(code, 2)
    assert.match(err, why)
  }
})

test('mistakes are exit 2 or 3 and leave no signature behind', async () => {
  for (const [line, code, why] of [
    ['sign model --key rsa.pem --signature x.sig', 2, /type rsa/],
    ['sign model --key p.pem --signature x.sig', 2, /not a private key/],
    ['sign model --key none.pem --signature x.sig', 3, /cannot be read/],
    ['sign nothing --key k.pem --signature x.sig', 3, /no file or folder/],
    ['sign model --key k.pem --signature x.sig --certificate-chain p.pem', 2, /needs --certificate/],
    ['sign model --key k.pem --signature x.sig --certificate p.pem', 2, /no certificate/],
    ['sign model --key k.pem --signature x.sig --ignore-paths ../k.pem', 2, /not inside/],
    ['sign model --key k.pem --signature x.sig --hash md5', 2, /Allowed choices/],
    ['sign model --key k.pem', 2, /required option/],
    ['verify model --signature m.sig', 2, /name whom to trust/],
    ['verify model --signature m.sig --public-key k.pem', 2, /not a public key/],
    ['verify model --signature m.sig --certificate-chain p.pem', 2, /no certificate/],
    ['verify model --signature m.sig --trusted-root p.pem', 2, /--certificate-identity/],
    ['verify model --signature none.sig --public-key p.pem', 3, /no signature file/],
  ] as const) {
    const result = await run(line)
    assert.equal(result.code, code, `${line}: ${result.err}`)
    assert.match(result.err, why, line)
  }
  assert.equal(existsSync(join(folder, 'x.sig')), false)
})

test('a key that others can read is used with a warning', async () => {
  chmodSync(join(folder, 'k.pem'), 0o644)
  const { code, err } = await run(SIGN)
  assert.equal(code, 0)
  assert.match(err, /other accounts can read k\.pem/)
})
