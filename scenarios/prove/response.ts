/**
 * First SIGKILL of the process that drives a response run at every boundary of every step, forward, back and at its time:
 * enumerated, not sampled. Then, in a whole control plane with real effects, SIGKILL of the database, and SIGKILL and hangs of the
 * receivers, at the same boundaries. No effect happens twice, nothing stays behind, and what nobody can tell about asks a person.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testDatabase } from '../../packages/kit/src/testing.ts'
import { root } from '../../tools/files.ts'
import { createFaults, type Fault, type Victim } from './response/faults.ts'

const quick = process.argv.includes('--quick')
/** Only the faults of what a run depends on. */
const onlyFaults = process.argv.includes('--faults')
const TENANT = 'default'
const STEPS = ['switch.turn', 'notch.turn']
const DO = ['begun', 'prechecked', 'dispatched', 'applied', 'applied-kept', 'probed', 'probe-kept']
const UNDO = ['begun', 'dispatched', 'applied', 'applied-kept', 'probed', 'probe-kept']
const TTL_MS = 1_500
const MOST_TTL_MS = 12_000
const RUN_PROCESS = fileURLToPath(new URL('./response/run-process.ts', import.meta.url))

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const boundariesOf = (side: string, names: readonly string[]): string[] =>
  STEPS.flatMap((_, step) => names.map((name) => `${side}:${step}:${name}`))
/** The quick form takes the boundaries on both sides of the effect that is not idempotent. */
const some = (all: readonly string[]): readonly string[] =>
  quick ? all.filter((name) => /:1:(dispatched|applied)$/.test(name)) : all

const folder = mkdtempSync(join(tmpdir(), 'rampart-prove-response-'))
const store = await testDatabase({
  sources: [{ module: 'response', dir: join(root, 'modules/response/migrations') }],
})
let passed = 0
let failed = 0
let number = 0

type Life = {
  readonly verb: string
  readonly boundary?: string
  readonly ttlMs?: number
  readonly steps?: readonly string[]
}

const createCase = () => {
  number += 1
  const key = `case-${number}`
  const home = join(folder, key)
  mkdirSync(home)
  const live = ({ verb, boundary = '', ttlMs, steps = STEPS }: Life) => {
    const { signal, stdout, stderr } = spawnSync(
      process.execPath,
      [
        RUN_PROCESS,
        ...[
          verb,
          key,
          TENANT,
          home,
          store.url,
          boundary,
          ttlMs === undefined ? '' : String(ttlMs),
          steps.join(','),
        ],
      ],
      { encoding: 'utf8' },
    )
    return { signal, state: stdout, stderr }
  }
  return {
    live,
    effects: (): string[] =>
      existsSync(join(home, 'effects'))
        ? readFileSync(join(home, 'effects'), 'utf8').split('\n').filter(Boolean)
        : [],
    /** Switches that are on. */
    on: (): string[] =>
      readdirSync(home).filter(
        (name) => name.startsWith('switch-') && readFileSync(join(home, name), 'utf8') === 'on',
      ),
  }
}

type Case = ReturnType<typeof createCase>

const check = (what: string, wrong: readonly string[]): void => {
  if (wrong.length === 0) passed += 1
  else failed += 1
  print(
    `${wrong.length === 0 ? 'ok    ' : 'FAILED'}  ${what}${wrong.length === 0 ? '' : `: ${wrong.slice(0, 4).join('; ')}`}`,
  )
}

const killed = (life: ReturnType<Case['live']>): string[] =>
  life.signal === 'SIGKILL' ? [] : [`it was not killed: ${life.state} ${life.stderr.slice(0, 200)}`]
const ended = (life: ReturnType<Case['live']>, state: string): string[] =>
  life.state === state ? [] : [`it is ${life.state || 'nowhere'}, not ${state} ${life.stderr.slice(0, 200)}`]
/** Every effect once, by the key that it was asked for with. */
const once = (one: Case, side: 'do' | 'undo'): string[] => {
  const keys = one.effects().filter((key) => key.endsWith(`/${side}`))
  const twice = keys.filter((key, at) => keys.indexOf(key) !== at)
  return [
    ...twice.map((key) => `${key} happened twice`),
    ...(keys.length === STEPS.length ? [] : [`${keys.length} effects`]),
  ]
}

const forward = (boundary: string): void => {
  const one = createCase()
  const wrong = [
    ...killed(one.live({ verb: 'start', boundary })),
    ...ended(one.live({ verb: 'start' }), 'contained'),
    ...once(one, 'do'),
    ...(one.on().length === STEPS.length ? [] : ['not everything is on']),
    ...ended(one.live({ verb: 'revert' }), 'reverted'),
    ...once(one, 'undo'),
    ...one.on().map((name) => `${name} is still on`),
  ]
  check(`SIGKILL at ${boundary}: contained, once; then undone, once`, wrong)
}

const backward = (boundary: string): void => {
  const one = createCase()
  const wrong = [
    ...ended(one.live({ verb: 'start' }), 'contained'),
    ...killed(one.live({ verb: 'revert', boundary })),
    ...ended(one.live({ verb: 'revert' }), 'reverted'),
    ...once(one, 'undo'),
    ...one.on().map((name) => `${name} is still on`),
  ]
  check(`SIGKILL at ${boundary}: undone, once`, wrong)
}

/** Nobody asks for the undoing: the next process that lives does it when the time is over. */
const expiring = (boundary: string, ttlMs = TTL_MS): void => {
  const one = createCase()
  const life = one.live({ verb: 'start', boundary, ttlMs })
  // A machine that is too busy was at the end of the time before it was at the boundary.
  if (life.state === 'reverted' && ttlMs < MOST_TTL_MS) return expiring(boundary, ttlMs * 3)
  const wrong = [
    ...killed(life),
    ...ended(one.live({ verb: 'expire', ttlMs }), 'reverted'),
    ...one.on().map((name) => `${name} is still on`),
  ]
  check(`SIGKILL at ${boundary}: nothing is left at its time`, wrong)
}

const ambiguous = (boundary: string, sent: number): void => {
  const one = createCase()
  const steps = ['letter.send']
  const letters = (): number => one.effects().filter((key) => key.endsWith('/do')).length
  const wrong = [
    ...killed(one.live({ verb: 'start', boundary, steps })),
    ...ended(one.live({ verb: 'ask', steps }), 'ambiguous'),
    ...ended(one.live({ verb: 'ask', steps }), 'ambiguous'),
    ...(letters() === sent ? [] : [`${letters()} letters were sent`]),
  ]
  check(`SIGKILL at ${boundary} of a letter: a person is asked, it is not sent again`, wrong)
}

const killEngine = (): void => {
  for (const boundary of some(boundariesOf('do', DO))) forward(boundary)
  for (const boundary of some(boundariesOf('undo', UNDO))) backward(boundary)
  for (const boundary of some(boundariesOf('do', DO))) expiring(boundary)
  ambiguous('do:0:dispatched', 0)
  ambiguous('do:0:applied', 1)
}

/** One of each kind when quick; else every victim at every boundary, forward, back and with nobody there but the clock. */
const faultsOf = (steps: number): readonly (readonly [Fault, 'forward' | 'backward' | 'expiring'])[] => {
  const last = steps - 1
  const on = (count: number, side: string, names: readonly string[]): string[] =>
    Array.from({ length: count }, (_, step) => names.map((name) => `${side}:${step}:${name}`)).flat()
  if (quick)
    return [
      [{ victim: 'database killed', boundary: `do:${last}:applied` }, 'forward'],
      [{ victim: 'target killed', boundary: `do:${last}:dispatched` }, 'forward'],
      [{ victim: 'sink killed', boundary: 'undo:0:applied' }, 'backward'],
    ]
  const victims: readonly Victim[] = [
    'database killed',
    'target killed',
    'target hung',
    'sink killed',
    'sink hung',
  ]
  return victims.flatMap((victim) => [
    ...on(steps, 'do', DO).map((boundary) => [{ victim, boundary }, 'forward'] as const),
    // The message has no inverse.
    ...on(last, 'undo', UNDO).map((boundary) => [{ victim, boundary }, 'backward'] as const),
    ...on(steps, 'do', DO).map((boundary) => [{ victim, boundary }, 'expiring'] as const),
  ])
}

const playFaults = async (): Promise<void> => {
  const faults = await createFaults()
  try {
    if (!faults.hasPacketFilter) print('        no network namespace here: the packet filter is left out')
    for (const [fault, kind] of faultsOf(faults.steps)) {
      const from = performance.now()
      const wrong = await faults.play(fault, kind)
      const what = { forward: 'contained, then undone', backward: 'undone', expiring: 'undone at its time' }
      const seconds = ((performance.now() - from) / 1000).toFixed(1)
      check(`${fault.victim} at ${fault.boundary}: ${what[kind]}, once (${seconds} s)`, wrong)
    }
    const { events, repeats, wrong } = await faults.exported()
    check(
      `all ${events} changes of runs reached the sink in order, ${repeats} repeated under their id`,
      wrong,
    )
  } finally {
    await faults.stop()
  }
}

try {
  if (!onlyFaults) killEngine()
  await playFaults()
} finally {
  await store.stop()
  rmSync(folder, { recursive: true, force: true })
}
print(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
