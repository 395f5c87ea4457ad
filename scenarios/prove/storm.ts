/**
 * A rule storm: one noisy detector reports 100,000 signals in a minute (--quick: 10,000 in six seconds), one by one, in
 * batches and through the internal port, with attacks beside it. It is one incident; every attack beside it opens and is
 * contained; nobody is contained on the storm's word; rows, events, exports, memory and the delay of others stay bounded.
 */
import { fork } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ALL_TENANTS, createLogger, embeddedPostgresUrl, openDatabase, systemClock } from '@rampart/kit'
import { createPlane } from './kill/plane.ts'
import { type Attack, createAttacker } from './storm/attack.ts'
import { crowd } from './storm/crowd.ts'
import type { Flooded } from './storm/flood.ts'
import { stormInside } from './storm/inside.ts'

const quick = process.argv.includes('--quick')
const PER_SECOND = 1_667
const SECONDS = quick ? 6 : 60
const TOTAL = PER_SECOND * SECONDS
const OPEN_MS = 2_000
const CONTAINED_MS = 10_000
/** What an attack takes on a quiet machine without a storm: how much slower it is now is the machine's fault. */
const QUIET_MS = 900
/** Rows of a table, events and exported records that a storm may leave: its detector's burst, and so many a second. */
const mostRows = (seconds: number): number => 600 + 40 * seconds
const MOST_GROWTH_MB = 300
/** A detector that speaks about more is in a storm. */
const STORM_SUBJECTS = 40
/** From the event of a signal until an incident about it, that is being opened, sees it. */
const COMMIT_MS = 1_000

process.env['RAMPART_EXAMPLES_ENABLED'] = 'false'
let passed = 0
let failed = 0
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const check = (what: string, isRight: boolean, detail = ''): void => {
  if (isRight) passed += 1
  else failed += 1
  print(`${isRight ? 'ok    ' : 'FAILED'}  ${what}${detail === '' ? '' : `: ${detail}`}`)
}
const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)] ?? 0
const whole = (list: readonly number[]): string => list.map((one) => one.toFixed(0)).join(', ')

let exported = 0
const receiver = createServer((request, response) => {
  exported += 1
  request.resume().once('end', () => response.writeHead(200).end())
})
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))

const plane = await createPlane()
const attack = createAttacker(plane)
const must = async <T>(method: string, path: string, body?: unknown, more: Record<string, string> = {}) => {
  const answer = await plane.ask(method, path, body, more)
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`)
  return answer as { body: T; etag: string | undefined }
}

/** The shipped pack, allowed to act, and a sink that takes everything. */
const prepare = async (): Promise<void> => {
  const { body, etag } = await must<{ files: Record<string, string> }>('GET', '/api/v1/policies/response')
  const data = JSON.parse(body.files['data.json'] ?? '{}')
  data.rampart.response_config.default_mode = 'act'
  data.rampart.response_config.max_actions_per_hour = 1_000
  const files = { ...body.files, 'data.json': JSON.stringify(data) }
  await must('PUT', '/api/v1/policies/response', { files, message: 'proof' }, { 'if-match': etag ?? '' })
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  mkdirSync(join(plane.home, 'secrets'), { recursive: true, mode: 0o700 })
  writeFileSync(join(plane.home, 'secrets', 'proof-sink'), 'the secret of this proof', { mode: 0o600 })
  await must('PUT', '/api/v1/sinks/proof', { type: 'webhook', url, secretRef: 'proof-sink' })
}

const TABLES = [
  ...['threats_signal', 'threats_incident', 'threats_incident_signal', 'threats_link', 'threats_timeline'],
  ...['threats_decision', 'kit_event', 'audit_entry', 'audit_pending', 'response_run', 'siem_delivery'],
]
type Counts = Readonly<Record<string, number>>
const openCounts = () => {
  const database = openDatabase({
    url: embeddedPostgresUrl(plane.home) ?? '',
    ...{ logger: createLogger({ level: 'silent', name: 'proof' }), clock: systemClock, poolSize: 1 },
  })
  return {
    read: (): Promise<Counts> =>
      database.read(ALL_TENANTS, async (tx) => {
        const select = TABLES.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`)
        const [row] = await tx.query<Record<string, number>>(`SELECT ${select.join(', ')}`)
        return row ?? {}
      }),
    /** When the detector had spoken about so many as make a storm: its first words are believed as anybody's are. */
    storming: (detector: string): Promise<number> =>
      database.read(ALL_TENANTS, async (tx) => {
        const [row] = await tx.query<{ time: Date }>(
          `SELECT time FROM kit_event WHERE type = 'rampart.signal.v1' AND data -> 'signal' ->> 'detector' = $1
           ORDER BY kit_event.xid, kit_event.id OFFSET $2 LIMIT 1`,
          [detector, STORM_SUBJECTS],
        )
        return row?.time.getTime() ?? Number.POSITIVE_INFINITY
      }),
    close: () => database.close(),
  }
}

const memoryMb = (): number => {
  const status = readFileSync(`/proc/${plane.pid()}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024
}

const flood = (perRequest: number, detector: string): Promise<Flooded> => {
  const token = readFileSync(join(plane.home, 'token'), 'utf8').trim()
  const args = [plane.url, PER_SECOND, SECONDS, perRequest, detector].map(String)
  const child = fork(fileURLToPath(new URL('./storm/flood.ts', import.meta.url)), args, {
    env: { ...process.env, RAMPART_TOKEN: token },
  })
  return new Promise((resolve, reject) => {
    child.once('message', (figures) => resolve(figures as Flooded))
    child.once('exit', (code) => reject(new Error(`the flood ended with ${code}`)))
  })
}

type Incident = { readonly id: string; readonly title: string; readonly signals: number }
const incidents = async (): Promise<readonly Incident[]> =>
  (await must<{ items: Incident[] }>('GET', '/api/v1/incidents?limit=500')).body.items
/** When policy had somebody contained on this incident's account, and on that of those that became part of it. */
const actedAt = async (incident: string): Promise<readonly number[]> => {
  type Decided = { decisions: { time: string; acted: number }[] }
  const { decisions } = (await must<Decided>('GET', `/api/v1/incidents/${incident}`)).body
  return decisions.filter(({ acted }) => acted > 0).map(({ time }) => Date.parse(time))
}

/** Until an incident was told that there was no room for what policy decided about it. */
const refusals = async (): Promise<void> => {
  const tells = async ({ id }: Incident): Promise<boolean> => {
    const { body } = await must<{ timeline: { kind: string }[] }>('GET', `/api/v1/incidents/${id}`)
    return body.timeline.some(({ kind }) => kind === 'not-started')
  }
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(100)) {
    const newest = (await incidents()).filter(({ title }) => title.startsWith('Something')).slice(0, 5)
    if ((await Promise.all(newest.map(tells))).includes(true)) return
  }
  throw new Error('no limit was reached')
}

const underStorm = async (perRequest: number, detector: string) => {
  const running = flood(perRequest, detector)
  let isOver = false
  const ended = running.finally(() => {
    isOver = true
  })
  const attacks: Attack[] = []
  let peak = 0
  await delay(500)
  while (!isOver) {
    attacks.push(await attack())
    peak = Math.max(peak, memoryMb())
    // The plane starts so many runs a minute; attacks that are slower than that are let through.
    await delay(quick ? 800 : 8_000)
  }
  return { figures: await ended, attacks, peak }
}

/** How much slower than on a quiet machine an attack without a storm is, now that it is over. */
const slownessOf = async (before: Attack): Promise<number> => {
  const after = await attack()
  return Math.max(1, before.openedMs / QUIET_MS, after.openedMs / QUIET_MS)
}

const proveForm = async (form: string, perRequest: number, calm: Attack, counts: () => Promise<Counts>) => {
  print(`--- ${form}: ${TOTAL} signals in ${SECONDS} s`)
  const [before, exportedBefore, memory] = [await counts(), exported, memoryMb()]
  const known = new Set((await incidents()).map(({ id }) => id))
  const detector = `noisy-${perRequest}`
  const { figures, attacks, peak } = await underStorm(perRequest, detector)
  const { sent, seconds, statuses, p50, p99 } = figures
  const wrong = Object.keys(statuses).filter((status) => status !== '201' && status !== '200')
  check(
    `${sent} signals taken, none refused`,
    sent === TOTAL && wrong.length === 0,
    `${seconds.toFixed(1)} s, answered in ${p50.toFixed(0)} ms (p50), ${p99.toFixed(0)} ms (p99) ${wrong}`,
  )
  // A machine that cannot even send that fast is slow in all.
  const slower = Math.max(await slownessOf(calm), seconds / SECONDS)
  const opened = attacks.map(({ openedMs }) => openedMs)
  check(
    `${attacks.length} attacks beside it have their incident within ${(OPEN_MS * slower).toFixed(0)} ms`,
    attacks.length > 0 && median(opened) < OPEN_MS * slower,
    `${whole(opened)} ms`,
  )
  const contained = attacks.map(({ containedMs }) => containedMs)
  check(
    `and are contained within ${(CONTAINED_MS * slower).toFixed(0)} ms`,
    Math.max(...contained) < CONTAINED_MS * slower,
    `${whole(contained)} ms`,
  )
  const storms = async () =>
    (await incidents()).filter(({ id, title }) => !known.has(id) && !title.includes('mallory'))
  for (const end = Date.now() + 30_000; Date.now() < end; await delay(200))
    if (((await storms())[0]?.signals ?? 0) >= TOTAL) break
  const found = await storms()
  const [storm] = found
  return { before, exportedBefore, memory, peak, found, storm, attacks, seconds, detector }
}

const proveBounds = async (
  {
    before,
    exportedBefore,
    memory,
    peak,
    found,
    storm,
    attacks,
    seconds,
    detector,
  }: Awaited<ReturnType<typeof proveForm>>,
  counts: ReturnType<typeof openCounts>,
) => {
  check('the storm is one incident', found.length === 1, found.map(({ title }) => title).join('; '))
  check('which counts every signal', storm?.signals === TOTAL, String(storm?.signals))
  const acted = storm === undefined ? [] : await actedAt(storm.id)
  const known = (await counts.storming(detector)) + COMMIT_MS
  const late = acted.filter((time) => time > known)
  check(
    `nobody is contained on its word once it spoke of more than ${STORM_SUBJECTS}`,
    storm !== undefined && late.length === 0 && acted.length <= STORM_SUBJECTS,
    `${acted.length - late.length} before, ${late.length} after`,
  )
  const after = await counts.read()
  const growth = TABLES.map((table) => [table, (after[table] ?? 0) - (before[table] ?? 0)] as const)
  const most = mostRows(seconds) + 40 * attacks.length
  const tooMany = growth.filter(([, rows]) => rows > most)
  check(
    `no table, and not the event log, grew by more than ${most.toFixed(0)} rows`,
    tooMany.length === 0,
    growth.map(([table, rows]) => `${table} ${rows}`).join(', '),
  )
  check(
    'the sink was sent no more than that',
    exported - exportedBefore <= most,
    `${exported - exportedBefore}`,
  )
  check(
    `memory grew by less than ${MOST_GROWTH_MB} MB`,
    peak - memory < MOST_GROWTH_MB,
    `${memory.toFixed(0)} to ${peak.toFixed(0)} MB`,
  )
}

try {
  plane.launch()
  await plane.ready()
  await prepare()
  const counts = openCounts()
  await attack()
  const calm = await attack()
  print(
    `without a storm: opened in ${calm.openedMs.toFixed(0)} ms, contained in ${calm.containedMs.toFixed(0)} ms`,
  )
  await proveBounds(await proveForm('one by one', 1, calm, counts.read), counts)
  await proveBounds(await proveForm('in batches of 200', 200, calm, counts.read), counts)
  await counts.close()
  const slower = await slownessOf(calm)
  print('--- a crowd that uses up what policy may start in a minute')
  await crowd(plane)
  await refusals()
  const { containedMs } = await attack()
  check(
    'a critical attack is contained all the same',
    containedMs < CONTAINED_MS * slower,
    `${containedMs.toFixed(0)} ms`,
  )
  check('the control plane ended with 0', (await plane.terminate()) === 0)
  print('--- through the internal port')
  const inside = await stormInside(TOTAL)
  check(
    'one incident that counts every signal, one decision each for it and the attack',
    inside.storms === 1 && inside.signals === TOTAL && inside.decisions === 2,
    JSON.stringify(inside),
  )
  check(
    'the attack beside it has its incident in time',
    inside.attackMs < OPEN_MS * slower,
    `${inside.attackMs.toFixed(0)} ms`,
  )
  check('rows and events stay bounded', Math.max(inside.rows, inside.events) < mostRows(SECONDS), '')
} catch (error) {
  failed += 1
  print(`FAILED  ${error instanceof Error ? error.message : String(error)}`)
  print(plane.logTail())
  await plane.killProcess()
} finally {
  plane.remove()
  receiver.close()
}
print(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
