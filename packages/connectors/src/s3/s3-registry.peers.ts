/** Run by `npm run test:peers -- s3`: the contract on a real S3-compatible server, filled by the vendor's own client. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Registry } from '@rampart/domain'
import { createOutboundHttp } from '../outbound/index.ts'
import { freePort, startPeer } from '../testing/peer-process.ts'
import { registryContract } from '../testing/registry-contract.ts'
import { createS3Registry } from './s3-registry.ts'

const USER = 'rampart-test'
const SECRET = 'of-this-test-only'
const BUCKET = 'models'
const call = () => ({ signal: AbortSignal.timeout(60_000) })

const startGateway = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-s3-'))
  await mkdir(join(folder, 'data'))
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  const peer = await startPeer(
    process.env['RAMPART_VERSITYGW'] ?? '',
    [
      '--port',
      address,
      '--region',
      'us-east-1',
      '--quiet',
      '--access',
      USER,
      '--secret',
      SECRET,
      'posix',
      join(folder, 'data'),
    ],
    port,
  )
  const endpoint = `http://${address}`
  const client = new S3Client({
    region: 'us-east-1',
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: USER, secretAccessKey: SECRET },
  })
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }))
  const write = (key: string, bytes: Uint8Array) =>
    client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: bytes, ChecksumAlgorithm: 'SHA256' }))
  const open = async (secret = SECRET, pageKeys = 5): Promise<Registry> =>
    createS3Registry({
      url: `s3://${BUCKET}/team`,
      parameters: { endpoint },
      login: { kind: 'aws', accessKeyId: USER, secretAccessKey: async () => secret },
      http: createOutboundHttp({ addresses: { allowLoopback: true, allowed: [] } }),
      pageKeys,
    })
  const aliases = new Map<string, Record<string, string>>()
  return {
    write,
    open,
    put: async (model: string, version: string, files: Readonly<Record<string, Uint8Array>>) => {
      for (const [path, bytes] of Object.entries(files))
        await write(`team/${model}/${version}/${path}`, bytes)
      return version
    },
    setAlias: async (model: string, alias: string, version: string | undefined) => {
      const now = { ...aliases.get(model), ...(version === undefined ? {} : { [alias]: version }) }
      if (version === undefined) delete now[alias]
      aliases.set(model, now)
      await write(`team/${model}/aliases.json`, Buffer.from(JSON.stringify(now)))
    },
    replace: async (model: string, version: string, path: string, bytes: Uint8Array) => {
      await write(`team/${model}/${version}/${path}`, bytes)
    },
    remove: async (model: string, version: string) => {
      const Prefix = `team/${model}/${version}/`
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }))
      for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }))
    },
    stop: async () => {
      client.destroy()
      await peer.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

registryContract({ name: 's3 on a real server', start: startGateway })

let gateway: Awaited<ReturnType<typeof startGateway>>
before(async () => {
  gateway = await startGateway()
})
after(() => gateway.stop())

test('a listing over several pages has every version once', async () => {
  for (let at = 0; at < 60; at++)
    await gateway.write(`team/m${at % 4}/${at}/model.onnx`, Buffer.from(`${at}`))
  const registry = await gateway.open(SECRET, 17)
  try {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await registry.list(cursor, call())
      seen.push(...page.versions.map(({ model, version }) => `${model}/${version}`))
      cursor = page.next
    } while (cursor !== undefined)
    assert.equal(seen.length, 60)
    assert.equal(new Set(seen).size, 60)
  } finally {
    await registry.close()
  }
})

test('the checksum that the server keeps is the digest, before anything is fetched', async () => {
  const bytes = Buffer.from('weights with a checksum')
  await gateway.write('team/summed/1/model.onnx', bytes)
  const registry = await gateway.open()
  try {
    const version = await registry.version('summed', '1', call())
    assert.ok(version !== undefined)
    const [file] = await registry.files(version, call())
    assert.equal(file?.digest, `sha256:${createHash('sha256').update(bytes).digest('hex')}`)
  } finally {
    await registry.close()
  }
})

test('a wrong secret is told as such', async () => {
  const registry = await gateway.open('another')
  try {
    await assert.rejects(registry.list(undefined, call()), { code: 'OUTBOUND_DENIED' })
  } finally {
    await registry.close()
  }
})
