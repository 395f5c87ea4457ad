import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { cli, type Received, startFakeServer } from './testing.ts'

let folder: string
let server: Awaited<ReturnType<typeof startFakeServer>>
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cli-signers-'))
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  put('p.pem', '-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n')
  put('k.pem', '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n')
  const manifest = (file: string): string =>
    `apiVersion: rampart/v1\nkind: Signer\nmetadata: { name: release }\nspec: { identities: [{ keyFile: ${file} }], models: [card-*] }\n`
  put('signer.yaml', manifest('p.pem'))
  put('private.yaml', manifest('k.pem'))
  put('missing.yaml', manifest('none.pem'))
  put('m.sig', '{"exact": "bytes"}\n')
  server = await startFakeServer(({ method, path }: Received) => {
    if (path === '/api/v1/signers')
      return {
        body: {
          items: [{ name: 'release', state: 'trusted', identities: [`key:${'ab'.repeat(32)}`], spec: {} }],
        },
      }
    if (path === '/api/v1/signers/release' && method === 'PUT') return { body: {} }
    if (path === '/api/v1/signers/release/revocation') return { body: { dependents: ['card-fraud:1.0.0'] } }
    if (path === '/api/v1/models/card-fraud/versions/1.0.0/signatures')
      return { status: 201, body: { evidenceId: 'e1', signer: 'release', isNew: true } }
    return undefined
  })
})
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...argv: string[]) =>
  cli([...argv, '--server', server.url], { cwd: folder, env: { HOME: folder } })
const lastBody = (): unknown => JSON.parse(server.received.at(-1)?.body ?? '')

test('a signer is applied with the text of the key file, listed, and handed in signatures go as they are', async () => {
  assert.equal((await run('apply', '-f', 'signer.yaml')).out, 'signer/release configured\n')
  assert.deepEqual(lastBody(), {
    identities: [{ key: '-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n' }],
    models: ['card-*'],
  })
  assert.match((await run('get', 'signers')).out, /release +trusted +key:abababababab +\*/)
  const { out } = await run('attest', 'card-fraud:1.0.0', 'm.sig')
  assert.equal(out, 'evidence/e1 accepted, signed by release\n')
  assert.deepEqual(lastBody(), { document: Buffer.from('{"exact": "bytes"}\n').toString('base64') })
})

test('a private key never leaves the machine; a missing file is named', async () => {
  const before = server.received.length
  for (const [file, why] of [
    ['private.yaml', /is a private key/],
    ['missing.yaml', /none\.pem cannot be read/],
  ] as const) {
    const { code, err } = await run('apply', '-f', file)
    assert.equal(code, 2)
    assert.match(err, why)
  }
  assert.equal(server.received.length, before)
})

test('revoking says what rests on the signer and needs a reason', async () => {
  const { out, err } = await run('revoke', 'release', '--reason', 'the key was lost')
  assert.equal(out, 'signer/release revoked\n')
  assert.match(err, /card-fraud:1\.0\.0 rests on it/)
  assert.deepEqual(lastBody(), { reason: 'the key was lost' })
  assert.equal((await run('revoke', 'release')).code, 2)
})
