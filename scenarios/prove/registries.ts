/**
 * Syncs a registry of 5,000 versions while the server is killed at random moments and the registry dies half way: every
 * version is registered exactly once, no digest is fetched twice, the second walk costs its pages. [--quick]
 */
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createS3StandIn } from '../../packages/connectors/src/testing.ts'
import { createSeededRandom } from '../../packages/kit/src/index.ts'
import { createPlane } from './kill/plane.ts'

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, seed: { type: 'string', default: '20261123' } },
})
const VERSIONS = flags.quick ? 120 : 5_000
const MODELS = flags.quick ? 4 : 50
const KILLS = flags.quick ? 2 : 12
const LONGEST_LIFE_MS = flags.quick ? 1_000 : 6_000
const DEADLINE_MS = flags.quick ? 300_000 : 1_800_000
/** Downloads side by side, so what may be on its way when a process is killed. */
const CONCURRENCY = 4
const KEYS_PER_PAGE = 1_000

const random = createSeededRandom(Number(flags.seed))
const registry = createS3StandIn({ checksums: true })
const plane = await createPlane({ env: { RAMPART_EXAMPLES_ENABLED: 'false' } })
let passed = 0
let failed = 0

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const check = (what: string, wrong: readonly string[]): void => {
  if (wrong.length === 0) passed += 1
  else failed += 1
  print(
    `${wrong.length === 0 ? '✔' : '✖'} ${what}${wrong.length === 0 ? '' : `: ${wrong.slice(0, 3).join('; ')}`}`,
  )
}

/** A file of the safetensors format with one tensor of its own. */
const weights = (seed: number): Buffer => {
  const header = Buffer.from(JSON.stringify({ w: { dtype: 'U8', shape: [2048], data_offsets: [0, 2048] } }))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, createSeededRandom(seed).bytes(2048)])
}

/** NAME:VERSION here to the digest it must have; every tenth version has the bytes of the one before. */
const fill = (): ReadonlyMap<string, string> => {
  const expected = new Map<string, string>()
  for (let at = 0; at < VERSIONS; at++) {
    const bytes = weights(at % 10 === 9 ? at - 1 : at)
    const [model, version] = [`model-${at % MODELS}`, `${Math.floor(at / MODELS) + 1}`]
    registry.put(`fleet/${model}/${version}/model.safetensors`, bytes)
    expected.set(`${model}:${version}`, `sha256:${createHash('sha256').update(bytes).digest('hex')}`)
  }
  return expected
}

type Status = {
  readonly state: string
  readonly versions: { readonly registered: number; readonly pending: number; readonly refused: number }
  readonly lastSyncEndedAt?: string
  readonly lastSync?: { readonly requests: number; readonly versions: number }
}

const status = async (): Promise<Status> =>
  ((await plane.ask('GET', '/api/v1/registries/fleet')).body as { status: Status }).status

/** The first of what still waits, and why. */
const waiting = async (): Promise<string> => {
  const { body } = await plane.ask('GET', '/api/v1/registries/fleet/versions?limit=500')
  const { items } = body as { items: { state: string }[] }
  const open = items.filter(({ state }) => state === 'pending' || state === 'downloading')
  return open
    .slice(0, 5)
    .map((one) => JSON.stringify(one))
    .join('\n')
}

const waitFor = async (what: string, isSo: (now: Status) => boolean): Promise<Status> => {
  for (const end = Date.now() + DEADLINE_MS; ; await delay(200)) {
    const now = await status()
    if (isSo(now)) return now
    if (Date.now() > end)
      throw new Error(`${what} did not happen: ${JSON.stringify(now)}\n${await waiting()}`)
  }
}

const isDone = (now: Status): boolean => now.state === 'ok' && now.versions.registered === VERSIONS

const killServer = async (): Promise<void> => {
  await delay(random.float() * LONGEST_LIFE_MS)
  await plane.killProcess()
  plane.launch()
  await plane.ready()
}

const killRegistry = async (): Promise<void> => {
  await waitFor('half of the sync', ({ versions }) => versions.registered >= VERSIONS / 2)
  await registry.kill()
  await plane.ask('POST', '/api/v1/registries/fleet/sync')
  await waitFor('a failure', ({ state }) => state === 'failing' || state === 'ok')
  await registry.start()
}

/** Every model version here, by name, with its digest. */
const inventory = async (): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>()
  let cursor: string | undefined
  do {
    const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { body } = await plane.ask('GET', `/api/v1/models?limit=500${query}`)
    const page = body as { items: { name: string; version: string; digest: string }[]; nextCursor?: string }
    for (const { name, version, digest } of page.items) found.set(`${name}:${version}`, digest)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found
}

/** How often each version's registration was announced. */
const announcements = async (): Promise<ReadonlyMap<string, number>> => {
  const counts = new Map<string, number>()
  for (let after = ''; ; ) {
    const query = after === '' ? '' : `&after=${encodeURIComponent(after)}`
    const { body } = await plane.ask(
      'GET',
      `/api/v1/events?types=rampart.registry.observed.v1&limit=500${query}`,
    )
    const page = body as { items: { data: { change: string; ref?: string } }[]; cursor: string }
    for (const { data } of page.items)
      if (data.change === 'version-registered')
        counts.set(data.ref ?? '', (counts.get(data.ref ?? '') ?? 0) + 1)
    if (page.items.length === 0) return counts
    after = page.cursor
  }
}

const prove = async (): Promise<void> => {
  const expected = fill()
  await registry.start()
  plane.launch()
  await plane.ready()
  const started = performance.now()
  const spec = {
    type: 's3',
    url: 's3://models/fleet',
    poll: '1h',
    parameters: {
      endpoint: registry.url(),
      concurrency: String(CONCURRENCY),
      requestsPerSecond: '10000',
    },
  }
  const { status: answered, body } = await plane.ask('PUT', '/api/v1/registries/fleet', spec)
  if (answered !== 200) throw new Error(`the registry was refused: ${JSON.stringify(body)}`)
  for (let kill = 0; kill < KILLS / 2; kill++) await killServer()
  await killRegistry()
  for (let kill = KILLS / 2; kill < KILLS; kill++) await killServer()
  await waitFor('the first sync', isDone)
  const seconds = (performance.now() - started) / 1000
  print(
    `${VERSIONS} versions in ${seconds.toFixed(0)} s, ${KILLS} kills and one death of the registry among them`,
  )
  const found = await inventory()
  const differing = [...expected].filter(([ref, digest]) => found.get(ref) !== digest).map(([ref]) => ref)
  check('every version is registered with its digest', differing)
  check('nothing else is registered', found.size === VERSIONS ? [] : [`${found.size} versions`])
  const announced = await announcements()
  check('every registration happened once', [
    ...[...announced].filter(([, times]) => times !== 1).map(([ref, times]) => `${ref} ${times} times`),
    ...(announced.size === VERSIONS ? [] : [`${announced.size} of ${VERSIONS} announced`]),
  ])
  // Bytes that were in the network when the process died are lost with it; nothing that had arrived is.
  const digests = new Set(expected.values()).size
  const again = [...registry.sent.values()].reduce((sum, times) => sum + times - 1, 0)
  const inFlight = KILLS * CONCURRENCY
  print(
    `${digests} digests, ${registry.sent.size} of them sent, ${again} sent again after kills (at most ${inFlight})`,
  )
  check(
    'no digest is fetched twice but for what was on its way at a kill',
    again <= inFlight ? [] : [`${again}`],
  )
  check('every digest is fetched', registry.sent.size === digests ? [] : [`${registry.sent.size}`])
  const before = await status()
  const sentBefore = [...registry.sent.values()].reduce((sum, times) => sum + times, 0)
  await plane.ask('POST', '/api/v1/registries/fleet/sync')
  const after = await waitFor(
    'the second sync',
    (now) => isDone(now) && now.lastSyncEndedAt !== before.lastSyncEndedAt,
  )
  const requests = after.lastSync?.requests ?? Number.POSITIVE_INFINITY
  // A page that ends within a version or model costs at most two requests more.
  const atMost = Math.ceil(VERSIONS / (KEYS_PER_PAGE - MODELS)) * 3 + 1
  print(`second sync: ${requests} requests for ${after.lastSync?.versions} versions`)
  check('the second walk costs its pages', requests <= atMost ? [] : [`${requests} requests`])
  const sentAfter = [...registry.sent.values()].reduce((sum, times) => sum + times, 0)
  check('it fetches nothing', sentAfter === sentBefore ? [] : [`${sentAfter - sentBefore} downloads`])
  const verified = (await plane.ask('POST', '/api/v1/audit/verify')).body as { ok: boolean }
  check('the audit log verifies', verified.ok ? [] : ['it does not'])
}

print(`seed ${flags.seed}`)
try {
  await prove()
} catch (error) {
  failed += 1
  print(
    `✖ ${error instanceof Error ? error.message : String(error)}\n--- end of the server's log\n${plane.logTail()}`,
  )
} finally {
  await plane.terminate()
  await registry.kill()
  plane.remove()
}
print(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
