import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Registry, RegistryCall } from '@rampart/domain'
import { createOutboundHttp } from '../outbound/index.ts'
import { registryContract } from '../testing/registry-contract.ts'
import { createS3StandIn, type S3StandIn } from '../testing/s3-stand-in.ts'
import { decodeKey } from './listing.ts'
import { createS3Registry, placeOf } from './s3-registry.ts'

const call = (): RegistryCall => ({ signal: AbortSignal.timeout(30_000) })

const openOn = (standIn: S3StandIn, pageKeys: number, allowLoopback = true): Registry =>
  createS3Registry({
    url: 's3://models/team',
    parameters: { endpoint: standIn.url() },
    login: { kind: 'aws', accessKeyId: 'reader', secretAccessKey: async () => 'not-a-secret' },
    http: createOutboundHttp({ addresses: { allowLoopback, allowed: [] } }),
    pageKeys,
  })

const startRig = async () => {
  const standIn = createS3StandIn()
  await standIn.start()
  const aliases = new Map<string, Record<string, string>>()
  return {
    standIn,
    open: async () => openOn(standIn, 5),
    put: async (model: string, version: string, files: Readonly<Record<string, Uint8Array>>) => {
      for (const [path, bytes] of Object.entries(files))
        standIn.put(`team/${model}/${version}/${path}`, bytes)
      return version
    },
    setAlias: async (model: string, alias: string, version: string | undefined) => {
      const now = { ...aliases.get(model), ...(version === undefined ? {} : { [alias]: version }) }
      if (version === undefined) delete now[alias]
      aliases.set(model, now)
      standIn.put(`team/${model}/aliases.json`, Buffer.from(JSON.stringify(now)))
    },
    remove: async (model: string, version: string) => standIn.remove(`team/${model}/${version}/`),
    replace: async (model: string, version: string, path: string, bytes: Uint8Array) =>
      standIn.put(`team/${model}/${version}/${path}`, bytes),
    stop: () => standIn.kill(),
  }
}

registryContract({ name: 's3', start: startRig })

test('a walk over many versions costs the listings', async () => {
  const standIn = createS3StandIn()
  await standIn.start()
  for (let at = 0; at < 300; at++) standIn.put(`team/m${at % 10}/${at}/model.onnx`, Buffer.from(`${at}`))
  const registry = openOn(standIn, 100)
  try {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await registry.list(cursor, call())
      seen.push(...page.versions.map(({ model, version }) => `${model}/${version}`))
      cursor = page.next
    } while (cursor !== undefined)
    assert.equal(new Set(seen).size, 300)
    assert.equal(seen.length, 300)
    // Three pages and a bit, because what may go on is listed again; at most two alias files per border.
    assert.ok(registry.requests() <= 14, `${registry.requests()} requests`)
  } finally {
    await registry.close()
    await standIn.kill()
  }
})

test('what changed since it was listed is refused, as are addresses that are not allowed', async () => {
  const standIn = createS3StandIn()
  await standIn.start()
  standIn.put('team/m/1/model.onnx', Buffer.from('one'))
  const registry = openOn(standIn, 100)
  const guarded = openOn(standIn, 100, false)
  try {
    const version = await registry.version('m', '1', call())
    assert.ok(version !== undefined)
    const [file] = await registry.files(version, call())
    assert.ok(file !== undefined)
    standIn.put('team/m/1/model.onnx', Buffer.from('two'))
    await assert.rejects(registry.open(file, 0, call()), { code: 'S3_OBJECT_CHANGED' })
    await assert.rejects(guarded.list(undefined, call()), { code: 'OUTBOUND_URL_REFUSED' })
    standIn.intercept = (_request, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end()
      return true
    }
    await assert.rejects(registry.list(undefined, call()), { code: 'OUTBOUND_REFUSED' })
    // A bomb would be unpacked by whoever trusts the header.
    standIn.intercept = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1_000_000)))
      return true
    }
    await assert.rejects(registry.open(file, 0, call()), {
      code: 'OUTBOUND_ANSWER_INVALID',
    })
    standIn.intercept = (_request, response) => {
      response.writeHead(503, { 'retry-after': '7' }).end('<Error><Code>SlowDown</Code></Error>')
      return true
    }
    await assert.rejects(registry.list(undefined, call()), (error: { kind?: string; details?: object }) => {
      assert.equal(error.kind, 'Unavailable')
      assert.equal((error.details as { retryAfterMs?: number }).retryAfterMs, 7000)
      return true
    })
  } finally {
    await registry.close()
    await guarded.close()
    await standIn.kill()
  }
})

test('keys that are not UTF-8 are shown as such, places are checked', () => {
  assert.equal(decodeKey('a%2Fb+c'), 'a/b c')
  assert.equal(decodeKey('a%ffb'), 'a\ufffdb')
  assert.deepEqual(placeOf({ url: 's3://models/a/b/' }), { bucket: 'models', prefix: 'a/b/' })
  assert.throws(() => placeOf({ url: 'https://models' }), { code: 'S3_SPEC_INVALID' })
  assert.throws(() => placeOf({ url: 's3://models', parameters: { endpoint: 'file:///etc' } }), {
    code: 'OUTBOUND_URL_REFUSED',
  })
})
