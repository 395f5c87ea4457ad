import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { componentPrincipal, type Registry } from '@rampart/domain'
import { until } from '@rampart/kit/testing'
import { createMemoryRegistry, type RegistriesRig, startRegistries } from '../testing.ts'

const ADMIN = componentPrincipal('test', ['admin'])
const adapters = new Map<string, Registry>()
let rig: RegistriesRig

before(async () => {
  rig = await startRegistries(adapters)
})
after(() => rig.stop())

test('documents beside a version are handed on, are none of its files, and may come later', async () => {
  const memory = createMemoryRegistry()
  const kinds = { 'model.sig': 'signature', 'bom.json': 'bom' } as const
  const plain = memory.files
  memory.files = async (version, call) =>
    (await plain(version, call)).map((file) => {
      const attachment = kinds[file.path as keyof typeof kinds]
      return attachment === undefined ? file : { ...file, attachment }
    })
  adapters.set('beside', memory)
  memory.put('fraud', '1', { 'model.onnx': 'weights', 'model.sig': 'signed' })
  const spec = { type: 'oci', url: 'memory:', poll: '1h' } as const
  await rig.room().put(ADMIN, { name: 'beside', spec })
  const row = () => rig.room().version('default', 'beside', 'fraud', '1')
  await until(async () => rig.attached.length === 1, 60_000)
  assert.deepEqual(rig.attached, ['fraud:1 signature signed'])
  const registered = rig.inventory.versions.get('fraud:1')
  assert.deepEqual(
    registered?.artifacts.map(({ path }) => path),
    ['model.onnx'],
  )
  memory.put('fraud', '1', { 'model.onnx': 'weights', 'model.sig': 'signed', 'bom.json': '{}' })
  await rig.room().sync(ADMIN, 'beside')
  await until(async () => rig.attached.includes('fraud:1 bom {}'), 60_000)
  await until(async () => (await row())?.state === 'registered', 60_000)
  const changes = (await rig.events()).map(({ change }) => change)
  assert.ok(!changes.includes('bytes-changed'), 'a signature that comes later changes no bytes')
})
