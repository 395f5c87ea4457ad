/**
 * Retracts a version under load on the control plane and two gateways: no call is answered by it once the call has
 * returned, and the undoing gives it back. Then SIGKILL at every boundary of every step, forward and back: no effect twice.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { root } from '../../tools/files.ts'
import { createEdge } from './gateway/edge.ts'
import { createPlane } from './kill/plane.ts'
import { createCallers } from './retract/callers.ts'
import { BAD, createSteps, GOOD, MODEL, type RunView, until } from './retract/steps.ts'

const quick = process.argv.includes('--quick')
const ROUNDS = quick ? 1 : 10
const CALLERS = 3
/** What the issue of the call allows, with its proof. */
const WITHIN_MS = 10_000
/** An answer that the server gave before may be read by this process a little later. */
const READ_MS = 50
const ACTIONS = 5
const DO = ['begun', 'prechecked', 'dispatched', 'applied', 'applied-kept', 'probed', 'probe-kept']
const UNDO = ['begun', 'dispatched', 'applied', 'applied-kept', 'probed', 'probe-kept']
const enumerate = (side: string, names: readonly string[]): string[] =>
  Array.from({ length: ACTIONS }, (_, step) => names.map((name) => `${side}:${step}:${name}`)).flat()
const BOUNDARIES = quick ? ['do:0:applied'] : [...enumerate('do', DO), ...enumerate('undo', UNDO)]

const crashFile = join(root, `.crash-${process.pid}`)
const plane = await createPlane({
  program: relative(root, fileURLToPath(new URL('./retract/plane-process.ts', import.meta.url))),
  env: { CRASH_FILE: crashFile },
})
const edge = await createEdge(plane)
const steps = createSteps(plane)
const durations: number[] = []
let passed = 0
let failed = 0

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const check = (what: string, wrong: readonly string[]): void => {
  if (wrong.length === 0) passed += 1
  else failed += 1
  print(
    `${wrong.length === 0 ? 'ok    ' : 'FAILED'}  ${what}${wrong.length === 0 ? '' : `: ${wrong.slice(0, 4).join('; ')}`}`,
  )
}
const unproven = ({ state, steps: list }: RunView, wanted: string, each: string): string[] => [
  ...(state === wanted ? [] : [`the run is ${state}`]),
  ...list
    .filter((one) => one.state !== each)
    .map(({ action, state: now, detail }) => `${action} is ${now}: ${detail}`),
]

const round = async (number: number): Promise<void> => {
  const callers = createCallers({ control: Number(new URL(plane.url).port), gateways: edge.port }, CALLERS)
  await delay(700)
  const { run, durationMs } = await steps.retract()
  const returnedAt = performance.now()
  await delay(1_500)
  await callers.stop()
  durations.push(durationMs)
  const { answers } = callers
  const by = (version: string): number => answers.filter((one) => one.version === version).length
  const late = answers.filter(
    (one) => one.version === BAD && (one.sentAt > returnedAt || one.answeredAt > returnedAt + READ_MS),
  )
  const times = run.steps.map(({ action, durationMs: ms }) => `${action} ${ms} ms`).join(', ')
  print(
    `        round ${number}: ${durationMs} ms (${times}); ${by(BAD)} calls answered by ${BAD}, then ${by(GOOD)} by ${GOOD}, ${answers.filter(({ status }) => status !== 200).length} refused`,
  )
  check('every step is proven, in time', [
    ...unproven(run, 'contained', 'probed'),
    ...(durationMs < WITHIN_MS ? [] : [`it took ${durationMs} ms`]),
  ])
  check(
    `0 calls are answered by ${BAD} after the call returned`,
    late.map((one) => `${one.router} ${one.answeredAt - returnedAt} ms after`),
  )
  check(
    'both routers were answering with it before',
    ['control', 'gateways'].filter(
      (router) => !answers.some((one) => one.router === router && one.version === BAD),
    ),
  )
  check('the undoing is proven and gives it back', [
    ...unproven(await steps.revert(run.id), 'reverted', 'reverted'),
    ...((await steps.passport()).stage === 'deployed' ? [] : ['it is not deployed again']),
  ])
  await until('it answers again', 15_000, async () => (await steps.answering()).has(BAD))
}

const cli = (...words: string[]) =>
  spawnSync(process.execPath, [join(root, 'apps/cli/src/main.ts'), ...words], {
    env: plane.env,
    encoding: 'utf8',
  })

const byCommandLine = async (): Promise<void> => {
  const from = performance.now()
  const retracted = cli('retract', `${MODEL}:${BAD}`, '--reason', 'poisoned')
  const tookMs = performance.now() - from
  check(
    `rampart retract ends with 0 (${Math.round(tookMs)} ms with its start)`,
    retracted.status === 0 ? [] : [`${retracted.status}: ${retracted.stdout}${retracted.stderr}`],
  )
  const listed = cli('get', 'containments', '-o', 'json')
  const [only] = (JSON.parse(listed.stdout || '{"items":[]}') as { items: { id: string }[] }).items
  const reverted = cli('revert', only?.id ?? 'none')
  check(
    'rampart revert ends with 0',
    reverted.status === 0 ? [] : [`${reverted.status}: ${reverted.stdout}${reverted.stderr}`],
  )
}

/** Killed at the boundary, started again: the run ends by itself, every effect is there once. */
const crash = async (boundary: string): Promise<void> => {
  const isUndo = boundary.startsWith('undo')
  let id = ''
  if (isUndo) id = (await steps.retract()).run.id
  writeFileSync(crashFile, boundary)
  await (isUndo ? steps.revert(id) : steps.retract()).catch(() => undefined)
  await until('the process killed itself', 10_000, async () => plane.hasEnded())
  plane.launch()
  const readyMs = await plane.ready()
  id ||= (await steps.newest()).id
  const over = isUndo ? 'reverted' : 'contained'
  const from = performance.now()
  await until(`the run is ${over}`, 60_000, async () => (await steps.run(id)).state === over)
  const wrong = await steps.doubled(id, isUndo)
  if (!isUndo) {
    if ((await steps.answering()).has(BAD)) wrong.push(`${BAD} answers`)
    wrong.push(
      ...unproven(await steps.revert(id), 'reverted', 'reverted'),
      ...(await steps.doubled(id, true)),
    )
  }
  await until('it answers again', 15_000, async () => (await steps.answering()).has(BAD))
  if ((await steps.containments()).length > 0) wrong.push('a containment is left')
  print(
    `        ${boundary}: ready after ${Math.round(readyMs)} ms, over ${Math.round(performance.now() - from)} ms later`,
  )
  check(`SIGKILL at ${boundary}`, wrong)
}

const killedWhileHeld = async (): Promise<void> => {
  const { id } = await steps.quarantine(4)
  await plane.killProcess()
  plane.launch()
  await plane.ready()
  await until('it reverts at its time', 30_000, async () => (await steps.run(id)).state === 'reverted')
  check(
    'a containment reverts at its time across a SIGKILL',
    (await steps.passport()).stage === 'deployed' ? [] : ['it is not deployed'],
  )
}

try {
  plane.launch()
  await plane.ready()
  await steps.deployBad()
  await edge.launch()
  await until('it answers everywhere', 20_000, async () => (await steps.answering()).has(BAD))
  for (let number = 1; number <= ROUNDS; number += 1) await round(number)
  check('both gateways ended with 0', (await edge.stop()) === 0 ? [] : ['they did not'])
  await byCommandLine()
  for (const boundary of BOUNDARIES) await crash(boundary)
  await killedWhileHeld()
  const verified = (await plane.ask('POST', '/api/v1/audit/verify')).body as { ok: boolean }
  check('the audit log verifies', verified.ok ? [] : ['it does not'])
} catch (error) {
  failed += 1
  print(`FAILED: ${error instanceof Error ? error.message : String(error)}`)
} finally {
  await plane.terminate()
  if (failed > 0) print(`--- end of the server's log\n${plane.logTail()}`)
  await edge.remove()
  plane.remove()
}
const sorted = durations.toSorted((a, b) => a - b)
print(
  `retraction under load, proven: ${sorted[Math.floor(sorted.length / 2)]} ms (median), ${sorted.at(-1)} ms (longest) of ${ROUNDS}; ${BOUNDARIES.length} kills at boundaries`,
)
print(`${passed} passed, ${failed} failed`)
// Callers of a proof that broke off would go on for ever.
process.exit(failed === 0 ? 0 : 1)
