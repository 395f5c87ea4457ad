import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Registry, RegistryCall } from '@rampart/domain'
import { until } from '@rampart/kit/testing'
import { registryContract } from '../testing/registry-contract.ts'
import { createFolderRegistry } from './folder-registry.ts'

const call = (): RegistryCall => ({ signal: AbortSignal.timeout(30_000) })

const write = async (path: string, bytes: string | Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.part`, bytes)
  await rename(`${path}.part`, path)
}

const startRig = async () => {
  const root = await mkdtemp(join(tmpdir(), 'rampart-folder-'))
  const aliases = new Map<string, Record<string, string>>()
  return {
    root,
    open: async (): Promise<Registry> => createFolderRegistry({ url: `file://${root}`, pageSize: 6 }),
    put: async (model: string, version: string, files: Readonly<Record<string, Uint8Array>>) => {
      for (const [path, bytes] of Object.entries(files)) await write(join(root, model, version, path), bytes)
      return version
    },
    setAlias: async (model: string, alias: string, version: string | undefined) => {
      const now = { ...aliases.get(model), ...(version === undefined ? {} : { [alias]: version }) }
      if (version === undefined) delete now[alias]
      aliases.set(model, now)
      await write(join(root, model, 'aliases.json'), JSON.stringify(now))
    },
    remove: (model: string, version: string) => rm(join(root, model, version), { recursive: true }),
    replace: (model: string, version: string, path: string, bytes: Uint8Array) =>
      write(join(root, model, version, path), bytes),
    stop: () => rm(root, { recursive: true, force: true }),
  }
}

registryContract({ name: 'folder', start: startRig })

test('links and sockets make a version refused, others go on', async () => {
  const rig = await startRig()
  const socket = createServer()
  try {
    await rig.put('fine', '1', { 'model.onnx': Buffer.from('x') })
    await mkdir(join(rig.root, 'bad', '1'), { recursive: true })
    await symlink('/etc/hostname', join(rig.root, 'bad', '1', 'model.onnx'))
    await symlink('/etc', join(rig.root, 'bad', '2'))
    await mkdir(join(rig.root, 'bad', '3'))
    await new Promise<void>((done) => socket.listen(join(rig.root, 'bad', '3', 'model.onnx'), done))
    await mkdir(Buffer.concat([Buffer.from(`${rig.root}/bad/`), Buffer.from([0x34, 0xff])]))
    await mkdir(Buffer.concat([Buffer.from(`${rig.root}/`), Buffer.from([0x7a, 0xff])]))
    const registry = await rig.open()
    const { versions } = await registry.list(undefined, call())
    assert.equal(versions.length, 6)
    for (const one of versions.filter(({ model }) => model === 'bad'))
      await assert.rejects(registry.files(one, call()), { code: 'FOLDER_FILE_REFUSED' })
    for (const location of ['bad/1/model.onnx', 'bad/2/hostname', 'bad/3/model.onnx', '../../etc/hostname'])
      await assert.rejects(registry.open({ path: 'model.onnx', location }, 0, call()), location)
    assert.equal(await registry.version('..', 'etc', call()), undefined)
  } finally {
    socket.close()
    await rig.stop()
  }
})

test('a folder must be allowed, and never our own state', () => {
  const refused = { code: 'FOLDER_NOT_ALLOWED' }
  assert.throws(() => createFolderRegistry({ url: 'models' }), refused)
  assert.throws(() => createFolderRegistry({ url: '/srv/models', allowed: ['/srv/other'] }), refused)
  assert.throws(() => createFolderRegistry({ url: '/srv/models-2', allowed: ['/srv/models'] }), refused)
  assert.throws(() => createFolderRegistry({ url: '/', forbidden: ['/var/rampart'] }), refused)
  assert.throws(
    () => createFolderRegistry({ url: '/var/rampart/keys', forbidden: ['/var/rampart'] }),
    refused,
  )
  createFolderRegistry({ url: 'file:///srv/models/mine', allowed: ['/srv/models'] })
})

test('a change is told soon', async () => {
  const rig = await startRig()
  const registry = await rig.open()
  let told = 0
  const watching = registry.watch?.(() => {
    told += 1
  })
  try {
    await rig.put('new', '1', { 'model.onnx': Buffer.from('x') })
    await until(() => told > 0)
  } finally {
    await watching?.stop()
    await rig.stop()
  }
})
