import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOutboundHttp } from '../outbound/index.ts'
import { createOciPusher, type OciPusher } from '../testing/oci-pusher.ts'
import { startOciStandIn } from '../testing/oci-stand-in.ts'
import { registryContract } from '../testing/registry-contract.ts'
import { createOciRegistry, type OciOptions } from './index.ts'

const openAt = (origin: string, options: Partial<OciOptions> = {}) =>
  createOciRegistry({
    url: `${origin}/team/models`,
    http: createOutboundHttp({ addresses: { allowLoopback: true, allowed: [] } }),
    login: { kind: 'none' },
    ...options,
  })

const call = () => ({ signal: AbortSignal.timeout(30_000) })
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const filesOf = (files: Readonly<Record<string, Uint8Array>>) =>
  Object.entries(files).map(([title, bytes]) => ({ title, bytes }))

for (const [name, options] of [
  ['oci', {}],
  ['oci without referrers API', { referrers: false, deletesTags: false }],
] as const)
  registryContract({
    name,
    start: async () => {
      const standIn = await startOciStandIn(options)
      const pusher = createOciPusher(standIn.origin)
      const kept = new Map<string, Readonly<Record<string, Uint8Array>>>()
      const at = (model: string): string => `team/models/${model}`
      const put = async (model: string, version: string, files: Readonly<Record<string, Uint8Array>>) => {
        kept.set(`${model}/${version}`, files)
        await pusher.artifact(at(model), version, { files: filesOf(files) })
        return version
      }
      return {
        open: async () => openAt(standIn.origin),
        put,
        setAlias: async (model, alias, version) => {
          if (version !== undefined) return pusher.retag(at(model), version, alias)
          const registry = openAt(standIn.origin)
          const present = (await registry.aliases(model, call()))[alias]
          await registry.writer?.setAlias(model, alias, undefined, present, call())
          await registry.close()
        },
        replace: async (model, version, path, bytes) => {
          await put(model, version, { ...kept.get(`${model}/${version}`), [path]: bytes })
        },
        remove: async (model, version) => {
          const { source } = (await openAt(standIn.origin).version(model, version, call())) ?? { source: '' }
          await pusher.remove(at(model), source.slice(source.indexOf('@') + 1))
        },
        stop: standIn.stop,
      }
    },
  })

const rig = async (
  t: { after(fn: () => Promise<void>): void },
  options = {},
  registryOptions: Partial<OciOptions> = {},
) => {
  const standIn = await startOciStandIn(options)
  const pusher: OciPusher = createOciPusher(standIn.origin)
  const registry = openAt(standIn.origin, registryOptions)
  t.after(async () => {
    await registry.close()
    await standIn.stop()
  })
  const version = async (model: string, name: string) => {
    const found = await registry.version(model, name, call())
    assert.ok(found !== undefined)
    return found
  }
  return { standIn, pusher, registry, version }
}

test('signatures and bills of materials that refer to a version are its files, the model keeps its names', async (t) => {
  for (const referrers of [true, false]) {
    const { pusher, registry, version } = await rig(t, { referrers })
    const repository = 'team/models/fraud'
    const subject = await pusher.artifact(repository, '1.0', {
      files: [
        { title: 'model.onnx', bytes: text('weights') },
        { title: 'bom.json', bytes: text('own') },
      ],
    })
    const bundle = 'application/vnd.dev.sigstore.bundle.v0.3+json'
    const attached = []
    for (const [artifactType, body, annotations] of [
      [bundle, 'oms', { 'dev.sigstore.bundle.predicateType': 'https://model_signing/signature/v1.0' }],
      [bundle, 'cosign', {}],
      ['application/vnd.cyclonedx+json', 'bom', {}],
      ['application/vnd.example.notes', 'nothing', {}],
    ] as const)
      attached.push({
        artifactType,
        annotations,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        ...(await pusher.artifact(repository, undefined, {
          artifactType,
          annotations,
          subject,
          files: [{ bytes: text(body), mediaType: artifactType }],
        })),
      })
    if (!referrers)
      await pusher.manifest(
        repository,
        subject.digest.replace(':', '-'),
        { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: attached },
        'application/vnd.oci.image.index.v1+json',
      )
    const files = await registry.files(await version('fraud', '1.0'), call())
    const paths = files.map(({ path }) => path).toSorted()
    assert.deepEqual(
      paths.map((path) => path.replace(/[0-9a-f]{16}/, 'HEX')),
      ['attestations/HEX-bom.json', 'attestations/HEX.sigstore.json', 'bom.json', 'model.onnx', 'model.sig'],
    )
    const [page] = [await registry.list(undefined, call())]
    assert.deepEqual(
      page.versions.map(({ version: name }) => name),
      ['1.0'],
      'carrier tags are no versions',
    )
  }
})

test('a signature attached later changes the revision; a manifest that only an alias names is a version', async (t) => {
  const { pusher, registry, version } = await rig(t)
  const files = [{ title: 'model.onnx', bytes: text('weights') }]
  const subject = await pusher.artifact('team/models/fraud', '1.0', { files })
  const before = await version('fraud', '1.0')
  await pusher.artifact('team/models/fraud', undefined, {
    subject,
    artifactType: 'application/vnd.cyclonedx+json',
    files: [{ bytes: text('{}'), mediaType: 'application/vnd.cyclonedx+json' }],
  })
  assert.notEqual((await version('fraud', '1.0')).revision, before.revision)
  const other = await pusher.artifact('team/models/fraud', 'nightly', {
    files: [{ title: 'model.onnx', bytes: text('other') }],
    annotations: {
      'org.opencontainers.image.revision': 'abc123',
      'org.opencontainers.image.source': 'https://git.example.com/fraud',
      'org.opencontainers.image.created': '2026-11-01T00:00:00Z',
    },
  })
  assert.deepEqual(await registry.aliases('fraud', call()), { nightly: other.digest })
  const nightly = await version('fraud', other.digest)
  assert.deepEqual(nightly.aliases, ['nightly'])
  assert.equal(nightly.createdAt, '2026-11-01T00:00:00.000Z')
  assert.deepEqual(await registry.lineage?.(nightly, call()), {
    codeRevision: 'abc123',
    codeRepository: 'https://git.example.com/fraud',
  })
})

test('an index is read through its manifests, each in its folder', async (t) => {
  const { pusher, registry, version } = await rig(t)
  const repository = 'team/models/fraud'
  const INDEX = 'application/vnd.oci.image.index.v1+json'
  const part = async (seed: string, platform?: unknown) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...(await pusher.artifact(repository, undefined, {
      files: [{ title: 'model.onnx', bytes: text(seed) }],
    })),
    platform,
  })
  const manifests = [
    await part('a', { os: 'linux', architecture: 'amd64' }),
    await part('b', { os: 'linux', architecture: 'arm64' }),
    await part('c', { os: 'unknown', architecture: 'unknown' }),
  ]
  await pusher.manifest(repository, '1', { schemaVersion: 2, mediaType: INDEX, manifests }, INDEX)
  const paths = (await registry.files(await version('fraud', '1'), call())).map(({ path }) => path)
  assert.deepEqual(paths, ['linux-amd64/model.onnx', 'linux-arm64/model.onnx'])
  await pusher.manifest(
    repository,
    '2',
    { schemaVersion: 2, mediaType: INDEX, manifests: manifests.slice(0, 1) },
    INDEX,
  )
  assert.deepEqual(
    (await registry.files(await version('fraud', '2'), call())).map(({ path }) => path),
    ['model.onnx'],
  )
})

test('named repositories are asked for without the catalog, and an unchanged one costs no manifest', async (t) => {
  const { pusher, registry, standIn } = await rig(t, {}, { include: ['fraud'] })
  for (let at = 1; at <= 7; at++)
    await pusher.artifact('team/models/fraud', `${at}`, {
      files: [{ title: 'm.onnx', bytes: text(`${at}`) }],
    })
  await pusher.artifact('team/models/other', '1', { files: [{ title: 'm.onnx', bytes: text('x') }] })
  const count = async () => {
    standIn.asked.length = 0
    const page = await registry.list(undefined, call())
    assert.equal(page.versions.length, 7)
    assert.equal(page.next, undefined)
    return standIn.asked.length
  }
  assert.equal(await count(), 2 + 7 * 3)
  assert.equal(await count(), 2 + 7 * 2)
  assert.ok(!standIn.asked.some((one) => one.includes('_catalog') || one.includes('other')))
})
