/** One life of a process that drives runs: `VERB KEY TENANT FOLDER URL BOUNDARY TTL`. Dies by SIGKILL at the boundary. */
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createResponse } from '../../../modules/response/src/index.ts'
import { worldActions } from '../../../modules/response/src/testing.ts'
import type { Principal } from '../../../packages/domain/src/index.ts'
import {
  createLogger,
  createMetrics,
  cryptoRandom,
  openDatabase,
  systemClock,
} from '../../../packages/kit/src/index.ts'

const [verb, key = '', tenant = '', folder = '', url = '', boundary = '', ttl = '', actions = ''] =
  process.argv.slice(2)
const LEASE_MS = 1_500
const WITHIN_MS = 30_000

/** Files, written at once: what a process did before it died is seen by the next. */
const world = {
  read: (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder)
        .filter((name) => name.startsWith('switch-'))
        .map((name) => [name.slice(7), readFileSync(join(folder, name), 'utf8')]),
    ),
  write: (name: string, value: string): void => writeFileSync(join(folder, `switch-${name}`), value),
  effects: (line: string): void => appendFileSync(join(folder, 'effects'), `${line}\n`),
}

const logger = createLogger({ level: 'error', name: 'run' })
const database = openDatabase({ url, logger, clock: systemClock, poolSize: 4 })
const response = createResponse({
  database,
  eventLog: { publish: async () => undefined },
  clock: systemClock,
  random: cryptoRandom,
  logger,
  metrics: createMetrics(),
  audit: { record: async () => undefined },
  actions: worldActions(world),
  leaseMs: LEASE_MS,
  boundary: (name) => {
    if (name === boundary) process.kill(process.pid, 'SIGKILL')
  },
})
const who: Principal = { kind: 'user', id: 'ann', tenant, roles: ['admin'], via: 'token' }

response.begin()
const { id } = await response.start(who, {
  name: 'proof',
  reason: 'proof',
  subject: { kind: 'system', id: key },
  idempotencyKey: key,
  ...(ttl === '' ? {} : { ttlMs: Number(ttl) }),
  steps: actions.split(',').map((action, at) => ({ action, parameters: { name: `${key}-${at}` } })),
})
const wanted = {
  start: ['contained', 'ambiguous', 'reverted'],
  revert: ['reverted'],
  expire: ['reverted'],
  ask: ['ambiguous'],
}[verb as 'start']
if (verb === 'revert' && existsSync(folder)) {
  const { state } = await response.get(tenant, id)
  if (state !== 'reverting' && state !== 'reverted') await response.revert(who, id, 'undo')
}
let state = ''
for (const end = Date.now() + WITHIN_MS; Date.now() < end; await delay(20)) {
  state = (await response.get(tenant, id)).state
  if (wanted.includes(state)) break
}
process.stdout.write(state)
await response.stop()
await database.close()
