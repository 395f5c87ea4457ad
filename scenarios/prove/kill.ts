/**
 * SIGKILLs the control plane, its database, or both at random moments under load: nothing acknowledged is lost, the
 * audit log verifies, and the next start needs no help.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createSeededRandom } from '../../packages/kit/src/index.ts'
import { root } from '../../tools/files.ts'
import { createCalls, doubledRecords, judgeLosses, lostEpochs } from './kill/calls.ts'
import { createLedger } from './kill/ledger.ts'
import { createLifecycleWriter } from './kill/lifecycle.ts'
import { auditEntries } from './kill/look.ts'
import { createPlane } from './kill/plane.ts'
import { keepWriting, WRITERS } from './kill/writers.ts'

const quick = process.argv.includes('--quick')
const KILLS = quick ? 3 : 50
/** Kills before the very first start was ready: a state folder with a half-made database. */
const FIRST_START_KILLS = quick ? 1 : 6
const SEED = Number(process.argv.find((word) => word.startsWith('--seed='))?.slice(7) ?? 20261123)
const TARGETS = ['process', 'database', 'both'] as const
const CALLERS = 3
/** What is checked once, after the last kill. */
const CHECKS = 8

const random = createSeededRandom(SEED)
const plane = await createPlane()
const ledger = createLedger()
const calls = createCalls(plane)
const lifecycle = createLifecycleWriter()
const readyMs: number[] = []
const recoveries: number[] = []
const refusals: string[] = []
let worstLossMs = 0
let lostCalls = 0
let settledCalls = 0
let failed = 0
let number = 0

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** The clock of a kill starts when changes and calls are being acknowledged. */
const underLoad = async (changes: number, inferences: number): Promise<void> => {
  for (const end = Date.now() + 30_000; Date.now() < end; await delay(10))
    if (ledger.size() > changes && calls.acknowledged() > inferences) return
  throw new Error('the load was not taken up within 30 s')
}

const work = async (ms: number, kill: () => Promise<void>): Promise<void> => {
  const desk = { plane, ledger, number: () => (number += 1), refused: (what: string) => refusals.push(what) }
  const load = new AbortController()
  const running = [
    ...WRITERS.map((writer) => keepWriting(desk, writer, load.signal)),
    keepWriting(desk, { writer: lifecycle, restMs: 5 }, load.signal),
    ...Array.from({ length: CALLERS }, () => calls.keepCalling(load.signal)),
  ]
  await underLoad(ledger.size(), calls.acknowledged())
  await delay(ms)
  await kill()
  load.abort()
  await Promise.all(running)
}

/** Every answer must be the verifier's own; while the database comes back there is none. */
const verifies = async (): Promise<{ ok: boolean; size: number }> => {
  const { status, body } = await plane.ask('POST', '/api/v1/audit/verify')
  return status === 200 ? (body as { ok: boolean; size: number }) : { ok: false, size: 0 }
}

/** Now and then the start after a kill is killed as well. */
const restart = async (): Promise<number> => {
  let interrupted = 0
  plane.launch()
  while (random.float() < 0.25) {
    await delay(random.float() * 2_500)
    if (random.float() < 0.5) plane.killDatabase()
    await plane.killProcess()
    interrupted += 1
    plane.launch()
  }
  return interrupted
}

/** Lost calls of the run that was killed, judged against the gaps that the audit log holds by now. */
const settleCalls = async (killedAt: number): Promise<{ line: string; wrong: string[] }> => {
  const { acknowledged, lost } = await calls.settle(true)
  let wrong = ['the gap was not recorded']
  for (const end = Date.now() + 15_000; wrong.length > 0 && Date.now() < end; await delay(100)) {
    const gaps = await auditEntries(plane, '?action=inference-log.gap')
    const recorded = gaps.map(({ details }) => String(details['epoch'])).sort()
    const missing = lostEpochs(plane).filter((epoch) => recorded.filter((one) => one === epoch).length !== 1)
    wrong = judgeLosses(lost, killedAt, gaps)
    if (missing.length > 0)
      wrong.push(`${missing.length} killed runs are not exactly one gap in the audit log`)
  }
  const spanMs = lost[0] === undefined ? 0 : Math.max(0, killedAt - lost[0].at)
  worstLossMs = Math.max(worstLossMs, spanMs)
  lostCalls += lost.length
  settledCalls += acknowledged
  return { line: `${lost.length} of ${acknowledged} calls lost (${spanMs} ms)`, wrong }
}

const killOnce = async (kill: number): Promise<void> => {
  const target = TARGETS[kill % TARGETS.length] ?? 'both'
  let killedAt = 0
  let hadDatabase = true
  await work(random.float() * 1_500, async () => {
    killedAt = Date.now()
    if (target !== 'process') hadDatabase = plane.killDatabase()
    if (target !== 'database') await plane.killProcess()
  })
  const from = performance.now()
  const interrupted = target === 'database' ? 0 : await restart()
  await plane.ready()
  readyMs.push(performance.now() - from)
  recoveries.push(interrupted)
  const lost = await ledger.lostLately(plane)
  const audit = await verifies()
  const inference = target === 'database' ? { line: 'process lives', wrong: [] } : await settleCalls(killedAt)
  const wrong = [
    ...lost.map((change) => `LOST ${change}`),
    ...inference.wrong,
    ...(audit.ok ? [] : ['the audit log does not verify']),
    ...(hadDatabase ? [] : ['no database was running']),
  ]
  if (wrong.length > 0) failed += 1
  const again = interrupted === 0 ? '' : `, its restart killed ${interrupted}×`
  print(
    `kill ${kill} ${target}${again}: ${ledger.size()} changes acknowledged, ${lost.length} lost; ${inference.line}; ready after ${seconds(readyMs.at(-1) ?? 0)}; audit ${audit.ok ? `verifies ${audit.size}` : 'BROKEN'}`,
  )
  for (const line of wrong.slice(0, 10)) print(`  ${line}`)
}

const check = (title: string, wrong: readonly string[]): void => {
  if (wrong.length > 0) failed += 1
  print(`${wrong.length === 0 ? 'ok' : 'FAILED'}: ${title}`)
  for (const line of wrong.slice(0, 10)) print(`  ${line}`)
}

const cliVerifies = (): string[] => {
  const cli = spawnSync(process.execPath, [join(root, 'apps/cli/src/main.ts'), 'audit', 'verify'], {
    env: plane.env,
    encoding: 'utf8',
  })
  return cli.status === 0 ? [] : [`exit ${cli.status}: ${cli.stdout}${cli.stderr}`]
}

const firstStart = async (): Promise<void> => {
  for (let kill = 0; kill < FIRST_START_KILLS; kill += 1) {
    plane.launch()
    await delay(random.float() * 8_000)
    if (random.float() < 0.5) plane.killDatabase()
    await plane.killProcess()
  }
  plane.launch()
  print(`first start, killed ${FIRST_START_KILLS}× on its way: ready after ${seconds(await plane.ready())}`)
}

const auditOfAll = async (): Promise<string[]> => {
  let wrong: string[] = []
  for (const end = Date.now() + 30_000; Date.now() < end; await delay(500)) {
    wrong = ledger.wrongAudits(await auditEntries(plane))
    if (wrong.length === 0) break
  }
  return wrong
}

const summary = (): void => {
  const sorted = readyMs.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  const interrupted = recoveries.reduce((sum, count) => sum + count, 0)
  print(
    `${KILLS} kills under load, ${interrupted} more of a restart, ${FIRST_START_KILLS} of the first start`,
  )
  print(`acknowledged changes ${ledger.size()}: ${ledger.kinds()}`)
  print(`versions taken from registration to retirement: ${lifecycle.retired()}`)
  print(
    `inference calls acknowledged ${settledCalls}, without record ${lostCalls}, oldest of them ${worstLossMs} ms before its kill`,
  )
  print(`ready again after ${seconds(median)} (median), ${seconds(sorted.at(-1) ?? 0)} (longest)`)
}

try {
  await firstStart()
  for (let kill = 1; kill <= KILLS; kill += 1) await killOnce(kill)
  check('no request was refused', refusals)
  check('every change acknowledged in the whole run holds', await ledger.lostEver(plane))
  check('every acknowledged change has its audit entry, once', await auditOfAll())
  check('no inference record is there twice', await doubledRecords(plane))
  check('rampart audit verify, server up', cliVerifies())
  const code = await plane.terminate()
  check('a stop by SIGTERM ends with 0', code === 0 ? [] : [`exit ${code}`])
  const { lost } = await calls.settle(false)
  check('a stop loses no inference record', lost.length === 0 ? [] : [`${lost.length} lost`])
  check('rampart audit verify, server down', cliVerifies())
  summary()
} catch (error) {
  failed += 1
  print(`FAILED: ${error instanceof Error ? error.message : String(error)}`)
} finally {
  await plane.terminate()
  if (failed > 0) print(`--- end of the server's log\n${plane.logTail()}`)
  plane.remove()
}
print(`seed ${SEED}\n${KILLS + CHECKS - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
