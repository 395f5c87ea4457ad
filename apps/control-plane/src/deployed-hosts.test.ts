import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeployedHosts } from './deployed-hosts.ts'

const gateway = (id: string, hosts?: readonly string[], more: object = {}) => ({
  ...{ id, principal: 'p', epoch: 1, lag: 0, connected: true, firstSeen: '', lastSeen: '', version: '1' },
  ...{ addresses: [], startedAt: '', dropped: 0, waiting: 0, ready: true, requests: 0 },
  ...(hosts === undefined ? {} : { hosts }),
  ...more,
})

const served = [
  { model: 'card', version: '2', isDefault: true },
  { model: 'card', version: '1', isDefault: false },
]

const start = (hosts: readonly string[] = []) => {
  let asked = 0
  let now = 0
  const deployed = createDeployedHosts({
    gateways: {
      list: async () => {
        asked += 1
        return [
          gateway('busy', ['10.0.0.1', 'Edge-1']),
          gateway('idle', ['10.0.0.2']),
          gateway('old'),
          gateway('over', ['10.0.0.3'], { stopped: true }),
          gateway('away', ['10.0.0.4'], { connected: false }),
        ]
      },
      servedLately: () => [{ gateway: 'busy', route: 'mail', model: 'mail', version: '7' }],
    },
    served: () => served,
    clock: { monotonic: () => now },
    hostNames: () => hosts,
  })
  const about = async (...ids: string[]) => {
    const [first = '', ...rest] = ids.map((id) => ({ kind: 'host', id }))
    const found = await deployed.relate('default', {
      entity: first as { kind: string; id: string },
      related: rest as [],
    })
    return found.map(({ kind, id }) => `${kind} ${id}`)
  }
  return { deployed, about, asked: () => asked, pass: (ms: number) => (now += ms) }
}

test('an alert about a host is about the gateways there and the versions that answer', async () => {
  const { about, asked, pass } = start()
  assert.deepEqual(await about('10.0.0.1'), ['gateway busy', 'model-version mail:7'])
  assert.deepEqual(await about('EDGE-1'), ['gateway busy', 'model-version mail:7'])
  assert.deepEqual(await about('10.9.9.9', '10.0.0.2'), ['gateway idle', 'model-version card:2'])
  assert.equal(asked(), 1)
  pass(2_000)
  assert.deepEqual(await about('10.0.0.3', '10.0.0.4', '10.9.9.9'), [])
  assert.equal(asked(), 2)
})

test('this machine serves by itself, and which hosts serve can be asked', async () => {
  const { about, deployed } = start(['192.0.2.9'])
  assert.deepEqual(await about('192.0.2.9'), ['model-version card:2'])
  assert.deepEqual(await deployed.servingHosts('default', ['192.0.2.9', '10.9.9.9', '10.0.0.1']), [
    '192.0.2.9',
    '10.0.0.1',
  ])
})

test('what names no host costs nothing', async () => {
  const { deployed, asked } = start()
  assert.deepEqual(await deployed.relate('default', { entity: { kind: 'route', id: '10.0.0.1' } }), [])
  assert.equal(asked(), 0)
})
