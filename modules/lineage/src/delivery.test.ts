import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AppError, createMetrics, createSeededRandom } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createDelivery } from './delivery.ts'
import type { RunEvent } from './openlineage/event-schema.ts'

let store: TestDatabase
before(async () => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'lineage', dir }] })
})
after(() => store.stop())

const publish = (tenant: string, version: string): Promise<void> =>
  store.database.tx(tenant, (tx) =>
    store.eventLog.publish(tx, tenant, {
      type: 'rampart.model-version.registered.v1',
      subject: `m:${version}`,
      principal: 'user:ana',
      data: { name: 'm', version, digest: `sha256:${'1'.repeat(64)}`, stage: 'registered' },
    }),
  )
const textOf = ({ eventType, outputs }: RunEvent): string => `${eventType} ${outputs?.[0]?.name}`

test('a receiver that is away gets everything in order once it is back, and what it refuses is left out', async () => {
  const taken: string[] = []
  let answer: (event: RunEvent) => void = () => undefined
  const metrics = createMetrics()
  const deps = {
    ...store,
    random: createSeededRandom(1),
    logger: silentLogger,
    metrics,
    namespace: 'rampart',
    maxWaitMs: 20,
    send: async (event: RunEvent): Promise<void> => {
      answer(event)
      taken.push(textOf(event))
    },
  }
  let failures = 0
  answer = ({ outputs }) => {
    if (outputs?.[0]?.name === 'm:2')
      throw new AppError({ kind: 'PreconditionFailed', code: 'OUTBOUND_REFUSED', message: 'no' })
    if (failures++ < 3) throw new AppError({ kind: 'Unavailable', code: 'OUTBOUND_BUSY', message: 'away' })
  }
  for (const version of ['1', '2', '3']) await publish('default', version)
  const first = createDelivery(deps)
  first.start()
  await until(() => taken.length === 4)
  await publish('other', '4')
  await until(() => taken.length === 6)
  await first.stop()
  assert.deepEqual(
    taken,
    ['1', '3', '4'].flatMap((version) => [`START m:${version}`, `COMPLETE m:${version}`]),
  )
  assert.match(await metrics.registry.metrics(), /rampart_lineage_delivered_total\{result="refused"\} 2/)

  // The next start goes on where this one ended.
  await publish('default', '5')
  const next = createDelivery({ ...deps, metrics: createMetrics() })
  next.start()
  await until(() => taken.length === 8)
  await next.stop()
  assert.deepEqual(taken.slice(6), ['START m:5', 'COMPLETE m:5'])
})

test('stopping does not wait for a receiver that never answers', async () => {
  await publish('default', '6')
  let asked = false
  const delivery = createDelivery({
    ...store,
    random: createSeededRandom(1),
    logger: silentLogger,
    metrics: createMetrics(),
    namespace: 'rampart',
    send: (_event, signal) =>
      new Promise((_resolve, reject) => {
        asked = true
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  })
  delivery.start()
  await until(() => asked)
  await delivery.stop()
})
