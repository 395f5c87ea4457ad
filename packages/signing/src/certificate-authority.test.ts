import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, createServer, type TlsOptions } from 'node:tls'
import fc from 'fast-check'
import { createLocalCa, type IssuedCertificate } from './certificate-authority.ts'

const HOUR = 3_600_000
const newFolder = async (t: { after(fn: () => Promise<void>): void }): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-ca-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
const clock = { now: () => Date.now() }
const api = { tenant: 'default', id: 'api', hosts: ['127.0.0.1', 'localhost'] }

const startServer = async (issued: IssuedCertificate, overrides: TlsOptions = {}) => {
  const seen: Uint8Array[] = []
  const server = createServer(
    {
      key: issued.privateKeyPem,
      cert: issued.certificatePem,
      ca: issued.caPem,
      requestCert: true,
      ...overrides,
    },
    (socket) => {
      seen.push(socket.getPeerCertificate().raw)
      socket.end('hello')
    },
  )
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, seen, port: (server.address() as AddressInfo).port }
}

const call = async (port: number, ca: string, client?: IssuedCertificate): Promise<string> => {
  const socket = connect({
    host: '127.0.0.1',
    port,
    ca,
    ...(client?.privateKeyPem ? { key: client.privateKeyPem, cert: client.certificatePem } : {}),
  })
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text
}

test('two components meet over mutual TLS and the server learns the caller’s identity', async (t) => {
  const ca = await createLocalCa({ folder: await newFolder(t), clock })
  const { server, seen, port } = await startServer(await ca.issueComponentCertificate(api))
  t.after(() => void server.close())
  const client = await ca.issueComponentCertificate({ tenant: 'default', id: 'gateway-1' })
  assert.equal(await call(port, ca.caPem, client), 'hello')
  const verdict = ca.verifyComponentCertificate(seen)
  assert.equal(verdict.verdict, 'trusted')
  assert.deepEqual(verdict, {
    verdict: 'trusted',
    tenant: 'default',
    id: 'gateway-1',
    notAfter: client.notAfter,
    serialNumber: client.serialNumber,
  })
})

test('a caller without a certificate, or with one of another authority, is refused', async (t) => {
  const ca = await createLocalCa({ folder: await newFolder(t), clock })
  const other = await createLocalCa({ folder: await newFolder(t), clock })
  const { server, seen, port } = await startServer(await ca.issueComponentCertificate(api))
  t.after(() => void server.close())
  // TLS 1.3 lets a client finish first, so a refusal reaches it as an alert, a reset or an early end.
  const refused = async (client?: IssuedCertificate) =>
    assert.notEqual(await call(port, ca.caPem, client).catch(() => 'refused'), 'hello')
  await refused()
  const foreign = await other.issueComponentCertificate({ tenant: 'default', id: 'gateway-1' })
  await refused(foreign)
  assert.deepEqual(seen, [])
  await assert.rejects(call(port, other.caPem, foreign), /self-signed|unable to verify|certificate/i)
  const verdict = ca.verifyComponentCertificate(foreign.certificatePem)
  assert.equal(verdict.verdict, 'untrusted')
  assert.ok(
    verdict.verdict === 'untrusted' && verdict.reasons.some((reason) => reason.startsWith('signature')),
  )
})

test('an expired and a not yet valid certificate are untrusted, with the time in the reason', async (t) => {
  const ca = await createLocalCa({ folder: await newFolder(t), clock })
  const issued = await ca.issueComponentCertificate({ tenant: 'default', id: 'x', ttlMs: HOUR })
  const later = ca.verifyComponentCertificate(issued.certificatePem, Date.now() + HOUR + 1000)
  assert.ok(later.verdict === 'untrusted' && later.reasons.some((reason) => reason.startsWith('expired at')))
  const before = ca.verifyComponentCertificate(issued.certificatePem, Date.now() - HOUR)
  assert.ok(before.verdict === 'untrusted' && before.reasons.some((reason) => reason.startsWith('not valid')))
})

test('the root certificate itself is not a component', async (t) => {
  const ca = await createLocalCa({ folder: await newFolder(t), clock })
  const verdict = ca.verifyComponentCertificate(ca.caPem)
  assert.ok(verdict.verdict === 'untrusted' && verdict.reasons.includes('not an end-entity certificate'))
})

test('keys stay in the folder, private, and are found again; racing openers agree', async (t) => {
  const folder = join(await newFolder(t), 'ca')
  const [first, second] = await Promise.all([
    createLocalCa({ folder, clock }),
    createLocalCa({ folder, clock }),
  ])
  assert.equal(first.caPem, second.caPem)
  assert.equal((await createLocalCa({ folder, clock })).caPem, first.caPem)
  assert.equal((await stat(join(folder, 'ca-key.pem'))).mode & 0o777, 0o600)
  assert.deepEqual((await readdir(folder)).sort(), ['ca-key.pem', 'ca.pem'])
  await chmod(join(folder, 'ca-key.pem'), 0o644)
  await assert.rejects(createLocalCa({ folder, clock }), { code: 'SIGNING_KEY_FILE_OPEN' })
})

test('a broken key file or a certificate of another key is named, not replaced', async (t) => {
  const folder = await newFolder(t)
  await createLocalCa({ folder, clock })
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(join(folder, 'ca-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await assert.rejects(createLocalCa({ folder, clock }), { code: 'SIGNING_KEY_FILE_INVALID' })
  await writeFile(join(folder, 'ca-key.pem'), 'not a key')
  await assert.rejects(createLocalCa({ folder, clock }), { code: 'SIGNING_KEY_FILE_INVALID' })
})

test('the caller may bring an own public key; other kinds and illegal names are refused', async (t) => {
  const ca = await createLocalCa({ folder: await newFolder(t), clock })
  const pem = (key: ReturnType<typeof generateKeyPairSync>) =>
    String(key.publicKey.export({ type: 'spki', format: 'pem' }))
  const own = pem(generateKeyPairSync('ed25519'))
  const issued = await ca.issueComponentCertificate({ tenant: 'default', id: 'x', publicKey: own })
  assert.equal(issued.privateKeyPem, undefined)
  assert.equal(ca.verifyComponentCertificate(issued.certificatePem).verdict, 'trusted')
  const rsa = pem(generateKeyPairSync('rsa', { modulusLength: 1024 }))
  for (const publicKey of [rsa, 'nonsense', '']) {
    await assert.rejects(ca.issueComponentCertificate({ tenant: 'default', id: 'x', publicKey }), {
      code: 'SIGNING_KEY_INVALID',
    })
  }
  for (const bad of [
    { id: '../x' },
    { tenant: 'a/b' },
    { ttlMs: 25 * HOUR },
    { ttlMs: Number.NaN },
    { hosts: ['a b'] },
  ]) {
    await assert.rejects(ca.issueComponentCertificate({ tenant: 'default', id: 'x', ...bad }), {
      code: 'SIGNING_CERTIFICATE_REQUEST',
    })
  }
})

test('random bytes and flipped certificate bits are untrusted, never an exception', async (t) => {
  const ca = await createLocalCa({ folder: await newFolder(t), clock })
  const { certificatePem } = await ca.issueComponentCertificate({ tenant: 'default', id: 'x' })
  const der = Buffer.from(certificatePem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.nat(der.length - 1),
      fc.integer({ min: 1, max: 255 }),
      (noise, at, mask) => {
        assert.equal(ca.verifyComponentCertificate([noise]).verdict, 'untrusted')
        const flipped = Uint8Array.from(der)
        flipped[at] = (flipped[at] ?? 0) ^ mask
        assert.equal(ca.verifyComponentCertificate([flipped]).verdict, 'untrusted')
      },
    ),
    { numRuns: 200 },
  )
})
