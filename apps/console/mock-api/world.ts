/** The state of the mock: built once from a seed, then changed by calls; nothing is kept on disk. */
import { EventEmitter } from 'node:events'
import type * as Api from '../src/api/types.ts'
import type { Mutable } from './mutable.ts'
import { createRandom, type Random } from './random.ts'
import { createAuditLog, type MockAuditLog } from './world-audit.ts'
import { createModels, type MockVersion } from './world-models.ts'
import { createPolicies, type MockPolicy } from './world-policies.ts'
import { createDecisions, createSignals } from './world-records.ts'
import { createRequests, type MockRequests } from './world-requests.ts'

export type World = {
  readonly random: Random
  readonly now: () => number
  readonly versions: MockVersion[]
  readonly signals: Api.Signal[]
  readonly decisions: Api.Decision[]
  readonly policies: Map<string, MockPolicy>
  readonly audit: MockAuditLog
  readonly requests: MockRequests
  readonly apiKeys: Mutable<Api.ApiKey>[]
  readonly serviceAccounts: Api.ServiceAccount[]
  readonly events: Api.RampartEvent[]
  readonly bus: EventEmitter
  /** Empty worlds show the empty states. */
  readonly empty: boolean
}

export const iso = (ms: number): string => new Date(ms).toISOString()

const keys = (now: number, random: Random): Mutable<Api.ApiKey>[] => [
  {
    id: random.hex(8),
    name: 'ci-pipeline',
    owner: { kind: 'service', id: 'ci' },
    roles: ['operator'],
    createdAt: iso(now - 9e8),
    createdBy: 'user:admin',
    expiresAt: iso(now + 24 * 864e5),
    lastUsedAt: iso(now - 3 * 36e5),
  },
  {
    id: random.hex(8),
    name: 'grafana-read',
    owner: { kind: 'service', id: 'grafana' },
    roles: ['viewer'],
    createdAt: iso(now - 4e8),
    createdBy: 'user:admin',
    expiresAt: iso(now + 3 * 864e5),
    lastUsedAt: iso(now - 42_000),
  },
  {
    id: random.hex(8),
    name: 'old-laptop',
    owner: { kind: 'user', id: 'admin' },
    roles: ['admin'],
    createdAt: iso(now - 2e9),
    createdBy: 'user:admin',
    expiresAt: iso(now - 2e8),
    revokedAt: iso(now - 5e8),
  },
]

export const createWorld = (options: { seed: number; now: () => number; empty?: boolean }): World => {
  const random = createRandom(options.seed)
  const start = options.now()
  const empty = options.empty ?? false
  const versions = empty ? [] : createModels(start, random)
  const signals = empty ? [] : createSignals(start, random)
  const decisions = empty ? [] : createDecisions(start, random, versions)
  const policies = createPolicies(start)
  const audit = createAuditLog(start, random, versions, empty)
  const world: World = {
    random,
    now: options.now,
    versions,
    signals,
    decisions,
    policies,
    audit,
    requests: empty
      ? { records: [], prove: () => undefined }
      : createRequests(start, createRandom(options.seed + 1), audit),
    apiKeys: empty ? [] : keys(start, random),
    serviceAccounts: empty
      ? []
      : [
          {
            id: 'ci',
            description: 'Build pipeline',
            roles: ['operator'],
            createdBy: 'user:admin',
            createdAt: iso(start - 9e8),
          },
          {
            id: 'grafana',
            description: 'Dashboards',
            roles: ['viewer'],
            createdBy: 'user:admin',
            createdAt: iso(start - 4e8),
          },
        ],
    events: [],
    bus: new EventEmitter(),
    empty,
  }
  world.bus.setMaxListeners(100)
  return world
}

/** Records an event and sends it to every open stream. */
export const emit = (
  world: World,
  event: { type: string; subject: string; principal: string; data: Record<string, unknown> },
): Api.RampartEvent => {
  const now = world.now()
  const stored: Api.RampartEvent = {
    specversion: '1.0',
    source: 'rampart',
    datacontenttype: 'application/json',
    tenant: 'default',
    ...event,
    id: world.random.id(now),
    time: iso(now),
    cursor: String(world.events.length + 1).padStart(12, '0'),
  }
  world.events.push(stored)
  world.bus.emit('event', stored)
  return stored
}
