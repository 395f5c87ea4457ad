import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeRecord, PAYLOAD_FORMATS, toExportRecord } from '@rampart/codecs'
import { createFakeClock } from '@rampart/kit/testing'
import type { Feed } from '@rampart/siem'
import { createSiemFeeds } from './siem-feeds.ts'

const checkpoint = (size: number, time: string) => ({
  origin: 'rampart.local/audit/0123456789abcdef',
  size,
  rootHash: 'ab'.repeat(32),
  time,
  keyId: '01'.repeat(32),
  note: 'a signed note',
})
const decision = (id: string, over: object) => ({
  id,
  pack: 'authz',
  allow: true,
  principal: 'user:ann',
  action: 'model:read',
  reasons: [],
  obligations: {},
  times: 1,
  packVersion: 1,
  bundleDigest: `sha256:${'a'.repeat(64)}`,
  inputDigest: `sha256:${'b'.repeat(64)}`,
  time: '2026-11-23T10:00:00.000Z',
  place: { xid: '7', seq: id },
  ...over,
})
const call = {
  id: '01a20ac4-280a-78bc-b41f-fba8aa745408-000000000001',
  record: {
    seq: 1,
    epoch: '01a20ac4-280a-78bc-b41f-fba8aa745408',
    time: '2026-11-23T10:00:00.000Z',
    tenant: 'default',
    route: 'fraud',
    model: 'card-fraud',
    version: '1.0.0',
    status: 200,
    latency_us: 1500,
    caller: 'service:shop',
    obligations: { export_rate: 0.5 },
  },
}

const clock = createFakeClock(Date.parse('2026-11-23T10:00:00.000Z'))

const feeds = (over: { checkpoint?: () => Promise<unknown> } = {}): ReadonlyMap<string, Feed> =>
  new Map(
    createSiemFeeds({
      clock,
      audit: { checkpoint: over.checkpoint } as never,
      policy: {
        decisionHead: async () => ({ xid: '5', seq: '0' }),
        decisionsAfter: async () => [
          decision('1', {}),
          decision('2', { allow: false, action: 'model:transition' }),
          decision('3', { pack: 'response' }),
        ],
      } as never,
      inferenceLog: {
        follow: async (_tenant: string, place: object) => ({
          records: [call, { ...call, record: { ...call.record, reasons: ['no role'], status: 403 } }],
          place,
          more: false,
        }),
      } as never,
    }).map((feed) => [feed.name, feed]),
  )
const feedOf = (name: string, over?: Parameters<typeof feeds>[0]): Feed => feeds(over).get(name) as Feed

test('what the feeds give can be written in every format, and names the model in OCSF', async () => {
  for (const name of ['inference', 'decision']) {
    const feed = feedOf(name)
    const { bodies } = await feed.read('default', await feed.head('default'), 10)
    for (const { eventId, value } of bodies) {
      const record = toExportRecord(value, { eventId, tenant: 'default' })
      assert.equal(record.type, feed.type)
      for (const format of PAYLOAD_FORMATS) assert.ok(encodeRecord(record, format).length > 50)
      const ocsf = JSON.parse(encodeRecord(record, 'ocsf')) as { ai_model?: object }
      if (name === 'inference')
        assert.deepEqual(ocsf.ai_model, { name: 'card-fraud', ai_provider: 'Internal', version: '1.0.0' })
    }
  }
})

test('calls say what became of them and which share the policy asked for', async () => {
  const feed = feedOf('inference')
  const { bodies } = await feed.read('default', await feed.head('default'), 10)
  assert.deepEqual(
    bodies.map(({ value }) => [value['action'], value['severity'], value['obligations']]),
    [
      ['allow', 'info', { export_rate: 0.5 }],
      ['deny', 'medium', { export_rate: 0.5 }],
    ],
  )
})

test('decisions of the response are left to their event, and those that let read are routine', async () => {
  const { bodies, place } = await feedOf('decision').read('default', '5-0', 3)
  assert.deepEqual(
    bodies.map(({ eventId, value }) => [eventId, value['routine']]),
    [
      ['1', true],
      ['2', false],
    ],
  )
  assert.equal(place, '7-3')
})

test('the newest checkpoint goes out every 10 s at most, to the operator only, the same under the same id', async () => {
  let now = checkpoint(5, '2026-11-23T10:00:00.000Z')
  const feed = feedOf('audit-checkpoint', { checkpoint: async () => now })
  assert.deepEqual((await feed.read('acme', '0 ', 10)).bodies, [])
  const first = await feed.read('default', '0 ', 10)
  assert.deepEqual(
    first.bodies.map(({ eventId }) => eventId),
    ['0123456789abcdef-5'],
  )
  now = checkpoint(9, '2026-11-23T10:00:09.000Z')
  clock.advance(9_500)
  assert.deepEqual(await feed.read('default', first.place, 10), {
    bodies: [],
    place: first.place,
    more: false,
  })
  // Nothing more was recorded, and yet the last one goes out.
  clock.advance(500)
  const second = await feed.read('default', first.place, 10)
  assert.deepEqual(
    second.bodies.map(({ value }) => value['size']),
    [9],
  )
  assert.equal((await feed.read('default', second.place, 10)).bodies.length, 0)
})
