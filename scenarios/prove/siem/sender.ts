/** The sinks in a process of their own, to be killed: DATABASE_URL, SINKS (name → spec) and SECRETS come by environment. */
import { createEventLog, createMetrics, cryptoRandom, openDatabase, systemClock } from '@rampart/kit'
import { silentLogger } from '@rampart/kit/testing'
import { createOpenTransport, createSinks, type SinkSpec } from '@rampart/siem'

const secrets = JSON.parse(process.env['SECRETS'] ?? '{}') as Record<string, string>
const deps = { clock: systemClock, random: cryptoRandom, logger: silentLogger }
const database = openDatabase({ ...deps, url: process.env['DATABASE_URL'] ?? '', poolSize: 12 })
const eventLog = createEventLog({ ...deps, database })
const sinks = createSinks({
  ...deps,
  database,
  eventLog,
  metrics: createMetrics(),
  audit: { record: async () => undefined },
  openTransport: createOpenTransport({
    addresses: { allowLoopback: true, allowed: [] },
    secrets: { resolve: async (name) => secrets[name] ?? 'a-secret' },
    clock: systemClock,
  }),
  productVersion: '0.1.0',
  eventTypes: ['rampart.signal.v1'],
  checkUrl: () => undefined,
  maxBackoffMs: 500,
})
await sinks.start()
const principal = { kind: 'user', id: 'prover', tenant: 'default', roles: ['admin'] } as const
const known = new Set((await sinks.list('default')).map(({ name }) => name))
for (const [name, spec] of Object.entries(
  JSON.parse(process.env['SINKS'] ?? '{}') as Record<string, SinkSpec>,
))
  if (!known.has(name)) await sinks.put(principal as never, { name, spec })
// Not left behind when the proof itself is killed.
process.once('disconnect', () => process.exit(1))
process.send?.('ready')
