/** Export and intake: a sink that delivers with two dead letters, one whose receiver is away, one that is full, one paused. */
import type { AlertSourceItem, DeadLetter, SightingItem, SinkItem } from '../src/api/siem-queries.ts'
import { type Call, ok, problem, type Route, route } from './router.ts'
import { iso, type World } from './world.ts'

const MINUTE = 60_000

const sinksOf = (world: World, dead: number): SinkItem[] => {
  const ago = (ms: number): string => iso(world.now() - ms)
  const base = { revision: 1, updatedBy: 'user:admin', updatedAt: ago(3000 * MINUTE) }
  const status = {
    phase: 'idle',
    queued: 0,
    held: 0,
    dead: 0,
    delivered: 0,
    leftOut: 0,
    lagSeconds: 0,
    failures: 0,
  } as const
  const away = {
    phase: 'waiting',
    failures: 41,
    lastError: 'connect ECONNREFUSED 192.0.2.20:8088',
    lastErrorAt: ago(9000),
  } as const
  return [
    {
      ...base,
      name: 'archive',
      spec: { type: 'syslog', url: 'tcp://192.0.2.9:514', format: 'leef2', disabled: true },
      status: { ...status, phase: 'stopped', queued: 310, lagSeconds: 5400 },
    },
    {
      ...base,
      name: 'siem-tls',
      spec: { type: 'syslog', url: 'tls://siem.example.org:6514', format: 'cef' },
      status: { ...status, queued: 45, held: 45, delivered: 120_480, lastDeliveredAt: ago(31_000) },
    },
    {
      ...base,
      name: 'soc-webhook',
      spec: {
        type: 'webhook',
        url: 'https://soc.example.org/in',
        secretRef: 'soc-hook',
        filter: { types: ['signal', 'incident', 'decision'], minSeverity: 'medium' },
      },
      status: { ...status, queued: 2 - dead, dead, delivered: 4812, lastDeliveredAt: ago(4000) },
    },
    {
      ...base,
      name: 'splunk-prod',
      spec: {
        type: 'hec',
        url: 'https://splunk.example.org:8088',
        format: 'ocsf',
        secretRef: 'hec-token',
      },
      status: {
        ...status,
        ...away,
        queued: 918,
        delivered: 31_077,
        lagSeconds: 700,
        lastDeliveredAt: ago(12 * MINUTE),
      },
    },
    {
      ...base,
      name: 'tickets',
      spec: {
        type: 'webhook',
        url: 'https://tickets.example.org/in',
        secretRef: 'tickets-hook',
        maxQueued: 500,
      },
      status: { ...status, ...away, queued: 500, lagSeconds: 4000 },
    },
  ]
}

const lettersOf = (world: World): DeadLetter[] =>
  ['index "decisions" does not exist', 'HTTP 413: the record is larger than the receiver takes'].map(
    (reason, at) => ({
      seq: String(40 - at),
      eventId: `0199f2a0-0000-7000-8000-0000000000${20 + at}`,
      reason,
      queuedAt: iso(world.now() - (at + 1) * 30 * MINUTE),
      record: {
        schema: 'decision/1',
        action: 'decided',
        title: 'Decision about card-fraud',
        severity: 'high',
      },
    }),
  )

const sourcesOf = (world: World): AlertSourceItem[] => {
  const base = {
    revision: 1,
    updatedBy: 'user:admin',
    updatedAt: iso(world.now() - 3000 * MINUTE),
  }
  return [
    {
      ...base,
      name: 'firewall',
      spec: { format: 'cef', listen: 'tcp://127.0.0.1:5514', signalFrom: 'medium' },
      status: { signals: 12, sightings: 904, duplicates: 31, refused: 0, dropped: 0, port: 5514 },
    },
    {
      ...base,
      name: 'suricata-edge',
      spec: { format: 'eve', file: '/var/log/suricata/eve.json' },
      status: {
        signals: 3,
        sightings: 15_204,
        duplicates: 211,
        refused: 1,
        dropped: 0,
        lastAt: iso(world.now() - 2000),
        lastError: 'EVE: not valid JSON',
      },
    },
  ]
}

const sightingsOf = (world: World): SightingItem[] => [
  {
    seq: '7',
    source: 'suricata-edge',
    count: 12,
    firstTime: iso(world.now() - 90 * MINUTE),
    lastTime: iso(world.now() - MINUTE),
    sighting: {
      schema: 'sighting/1',
      kind: 'dns',
      observables: [
        { type: 'ipv4-addr', value: '10.20.4.7' },
        { type: 'domain-name', value: 'pool.example.org' },
      ],
    },
  },
]

export const siemRoutes = (world: World): readonly Route[] => {
  let letters = world.empty ? [] : lettersOf(world)
  const sinks = () => (world.empty ? [] : sinksOf(world, letters.length))
  const sources = () => (world.empty ? [] : sourcesOf(world))
  const unknown = () => problem(404, 'SIEM_SINK_UNKNOWN', 'There is no such sink.')
  const named = <T extends { name: string }>(items: readonly T[], { params }: Call) =>
    items.find(({ name }) => name === params['name'])
  return [
    route('GET', '/sinks', () => ok({ items: sinks() })),
    route('GET', '/sinks/{name}', (call) => {
      const found = named(sinks(), call)
      return found === undefined ? unknown() : ok(found, { etag: '"1"' })
    }),
    route('GET', '/sinks/{name}/dead-letters', ({ params }) =>
      ok({ items: params['name'] === 'soc-webhook' ? letters : [] }),
    ),
    route('POST', '/sinks/{name}/dead-letters/retry', ({ params, body, role }) => {
      if (role !== 'admin')
        return problem(403, 'IDENTITY_FORBIDDEN', 'Only an administrator may do that.', {
          help: 'Ask an administrator.',
        })
      const chosen = body['eventIds'] as readonly string[] | undefined
      const before = letters.length
      if (params['name'] === 'soc-webhook')
        letters = chosen === undefined ? [] : letters.filter(({ eventId }) => !chosen.includes(eventId))
      return ok({ requeued: before - letters.length })
    }),
    route('GET', '/alert-sources', () => ok({ items: sources() })),
    route('GET', '/alert-sources/{name}', (call) => {
      const found = named(sources(), call)
      return found === undefined
        ? problem(404, 'SIEM_SOURCE_UNKNOWN', 'There is no such source.')
        : ok(found, { etag: '"1"' })
    }),
    route('GET', '/sightings', ({ query }) => {
      const source = query.get('source')
      const items = world.empty ? [] : sightingsOf(world)
      return ok({ items: items.filter((one) => source === null || one.source === source) })
    }),
  ]
}
