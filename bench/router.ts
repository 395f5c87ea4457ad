/** Server CPU per inference call of Rampart, a bare echo and Python model servers, in interleaved rounds. [--quick] [--rivals A,B] [--rounds N] [-o json] */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../tools/files.ts'
import { type LoadClient, startLoadClient } from './load/measured.ts'
import { onnxLoopMicros } from './load/onnx-loop.ts'
import { type BenchModel, benchRequest, type Encoding } from './load/requests.ts'
import { type Asked, measureRow, type Row } from './load/rows.ts'
import type { Spread } from './load/spread.ts'
import { askOnce, askUntilAnswered, difference } from './versus/ask.ts'
import { type Contender, echo, guardsOff, guardsOn, type RunningContender } from './versus/contenders.ts'
import { fastapi, grpcAio, slowRivals } from './versus/rivals.ts'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    output: { type: 'string', short: 'o', default: 'table' },
    model: { type: 'string', multiple: true, default: ['card-fraud', 'digit-image'] },
    encoding: { type: 'string', multiple: true, default: ['json', 'binary', 'grpc'] },
    concurrency: { type: 'string', multiple: true },
    rivals: { type: 'string' },
  },
})
const RESULT = join(root, 'bench/results/router.json')
const ROUNDS = Number(flags.rounds ?? (flags.quick ? 5 : 9))
const MEASURE_MICROS = flags.quick ? 120_000 : 400_000
/** The first row of an encoding compiles the code that the others share. */
const WARM_UP_MICROS = flags.quick
  ? { first: 1_500_000, later: 300_000 }
  : { first: 2_500_000, later: 800_000 }
/** The quick run shares its five minutes among its rows; a busy machine gets fewer rounds. */
const WITHIN_MS = flags.quick ? 180_000 : Number.POSITIVE_INFINITY
const CONCURRENCIES = (flags.concurrency ?? (flags.quick ? ['1', '16', '64'] : ['1', '4', '16', '64'])).map(
  Number,
)
const MODELS = flags.model as BenchModel[]
const ENCODINGS = flags.encoding as Encoding[]
const OURS: readonly Contender[] = [echo, guardsOff, guardsOn]
const RIVALS: readonly Contender[] = [fastapi, grpcAio, ...slowRivals]
const SUBJECTS = [guardsOn, guardsOff].map(({ name }) => name)

const say = (line: string): void =>
  void (flags.output === 'json' ? process.stderr : process.stdout).write(`${line}\n`)

const chosenRivals = (): readonly Contender[] => {
  if (flags.rivals === undefined) return flags.quick ? [fastapi] : RIVALS
  const names = flags.rivals.split(',').filter((name) => name !== '')
  const unknown = names.filter((name) => !RIVALS.some((rival) => rival.name === name))
  if (unknown.length > 0)
    throw new Error(`no rival ${unknown.join(', ')}; there are ${RIVALS.map(({ name }) => name).join(', ')}`)
  return RIVALS.filter(({ name }) => names.includes(name))
}

const show = (row: Row): void => {
  say(`\n${row.model}, ${row.encoding}, ${row.protocol}, concurrency ${row.concurrency}`)
  for (const [name, { median, min, max }] of Object.entries(row.cpuMicros))
    say(
      `  ${name.padEnd(20)} ${String(median).padStart(8)} µs CPU per call  (${min} to ${max}), p99 ${row.p99Ms[name]} ms`,
    )
  for (const [name, { median, min, max }] of Object.entries(row.ratios))
    say(`  ${name.padEnd(38)} ${median.toFixed(3)}  (${min.toFixed(3)} to ${max.toFixed(3)})`)
}

/** Throws when a contender answers otherwise than Rampart does; an echo answers nothing of its own. */
const checkAnswers = async (asked: readonly Asked[]): Promise<void> => {
  const port = ({ request, grpcPort, port }: Asked): number =>
    request.protocol === 'grpc' ? (grpcPort ?? 0) : port
  const subject = asked.find(({ name }) => name === guardsOn.name)
  if (subject === undefined) throw new Error('nobody to compare with')
  const expected = await askOnce(port(subject), subject.request)
  for (const one of asked.filter(({ name }) => name !== echo.name)) {
    const found = difference(expected, await askUntilAnswered(port(one), one.request))
    if (found !== undefined) throw new Error(`${one.name} answers otherwise than ${subject.name}: ${found}`)
  }
}

const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
  cwd: root,
  encoding: 'utf8',
}).stdout.trim()
const versions: Record<string, string> = {}
const started = performance.now()
let rowsLeft = MODELS.length * ENCODINGS.length * CONCURRENCIES.length

const benchModel = async (client: LoadClient, model: BenchModel, keep: (row: Row) => void): Promise<void> => {
  const contenders = [...OURS, ...chosenRivals()].filter(({ encodings }) =>
    encodings.some((encoding) => ENCODINGS.includes(encoding)),
  )
  const running = new Map<Contender, RunningContender>()
  try {
    for (const contender of contenders) {
      const one = await contender.start(model)
      running.set(contender, one)
      if (one.version !== undefined) versions[contender.name] = one.version
    }
    for (const encoding of ENCODINGS) {
      const asked = [...running]
        .filter(([{ encodings }]) => encodings.includes(encoding))
        .map(([{ name, request, isSlow }, one]) => ({
          ...one,
          name,
          isSlow: isSlow === true,
          request: request?.(model) ?? benchRequest(model, encoding),
        }))
      await checkAnswers(asked)
      for (const [place, concurrency] of CONCURRENCIES.entries()) {
        const warmUpMicros = place === 0 ? WARM_UP_MICROS.first : WARM_UP_MICROS.later
        const withinMs = (WITHIN_MS - (performance.now() - started)) / rowsLeft
        rowsLeft -= 1
        const budget = {
          rounds: ROUNDS,
          withinMs,
          measureMicros: MEASURE_MICROS,
          warmUpMicros,
          subjects: SUBJECTS,
        }
        const row = await measureRow(client, asked, { model, encoding, concurrency, ...budget }, commit)
        show(row)
        keep(row)
      }
    }
  } finally {
    for (const one of running.values()) await one.stop()
  }
}

type Result = {
  readonly rows: readonly Row[]
  readonly versions?: Record<string, string>
  readonly onnxLoopCpuMicros?: Record<string, Spread>
}

const loop: Record<string, Spread> = {}
const rows: Row[] = []

const result = (previous: Result) => {
  const isNew = (row: Row): boolean =>
    rows.some(
      (one) =>
        [one.model, one.encoding, one.concurrency].join() ===
        [row.model, row.encoding, row.concurrency].join(),
    )
  return {
    bench: 'router',
    quick: flags.quick,
    time: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      kernel: release(),
      node: process.version,
    },
    rounds: ROUNDS,
    versions: { ...previous.versions, ...versions },
    onnxLoopCpuMicros: { ...previous.onnxLoopCpuMicros, ...loop },
    rows: [...previous.rows.filter((row) => !isNew(row)), ...rows],
  }
}

/** Every row is kept as soon as it is measured, and takes the place of the same row of an earlier run. */
const write = (): void => {
  if (flags.quick) return
  const previous = existsSync(RESULT) ? (JSON.parse(readFileSync(RESULT, 'utf8')) as Result) : { rows: [] }
  mkdirSync(join(root, 'bench/results'), { recursive: true })
  writeFileSync(RESULT, `${JSON.stringify(result(previous), null, 2)}\n`)
}

const client = startLoadClient()
try {
  for (const model of MODELS) {
    loop[model] = await onnxLoopMicros(model, ROUNDS)
    say(`${model}: a bare onnxruntime loop takes ${loop[model].median} µs CPU per row`)
  }
  for (const model of MODELS)
    await benchModel(client, model, (row) => {
      rows.push(row)
      write()
    })
  say(`\n${((performance.now() - started) / 1000).toFixed(0)} s`)
  if (flags.output === 'json') process.stdout.write(`${JSON.stringify(result({ rows: [] }))}\n`)
} finally {
  client.stop()
}
