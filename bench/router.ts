/** Server CPU per inference call of Rampart, a bare echo and Python model servers, in interleaved rounds. [--quick] [--rounds N] [-o json] */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../tools/files.ts'
import { type LoadClient, startLoadClient } from './load/measured.ts'
import { onnxLoopMicros } from './load/onnx-loop.ts'
import { treeCpuMicros } from './load/process-tree.ts'
import { type BenchModel, benchRequest, type Encoding } from './load/requests.ts'
import { median, type Spread, spread } from './load/spread.ts'
import {
  type Contender,
  echo,
  fastapi,
  grpcAio,
  guardsOff,
  guardsOn,
  type RunningContender,
} from './versus/contenders.ts'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    output: { type: 'string', short: 'o', default: 'table' },
    model: { type: 'string', multiple: true, default: ['card-fraud', 'digit-image'] },
    encoding: { type: 'string', multiple: true, default: ['json', 'binary', 'grpc'] },
    concurrency: { type: 'string', multiple: true },
  },
})
const ROUNDS = Number(flags.rounds)
/** CPU time that one measurement aims at, in µs: /proc counts in steps of 10 ms. */
const MEASURE_MICROS = flags.quick ? 200_000 : 500_000
const WARM_UP = 2000
const WARM_UP_MICROS = 2_000_000
const CONCURRENCIES = (flags.concurrency ?? (flags.quick ? ['1', '16', '64'] : ['1', '4', '16', '64'])).map(
  Number,
)
const MODELS = flags.model as BenchModel[]
const ENCODINGS = flags.encoding as Encoding[]
const CONTENDERS: readonly Contender[] = [echo, guardsOff, guardsOn, fastapi, grpcAio]
/** What the ratios are of, and over what. */
const SUBJECTS = [guardsOn, guardsOff].map(({ name }) => name)

type Row = {
  readonly model: BenchModel
  readonly encoding: Encoding
  readonly protocol: 'rest' | 'grpc'
  readonly concurrency: number
  readonly cpuMicros: Record<string, Spread>
  readonly p99Ms: Record<string, number>
  /** `rampart/echo`: median of the ratios of paired rounds. */
  readonly ratios: Record<string, Spread>
}

type Measurement = { readonly micros: number; readonly p99Ms: number }

const say = (line: string): void =>
  void (flags.output === 'json' ? process.stderr : process.stdout).write(`${line}\n`)

const measure = async (
  client: LoadClient,
  running: RunningContender,
  request: ReturnType<typeof benchRequest>,
  count: number,
  concurrency: number,
): Promise<Measurement> => {
  const before = treeCpuMicros(running.pid)
  const port = request.protocol === 'grpc' ? running.grpcPort : running.port
  const report = await client.load(port ?? 0, request, count, concurrency)
  return { micros: (treeCpuMicros(running.pid) - before) / count, p99Ms: report.p99Ms }
}

const measureRow = async (
  client: LoadClient,
  running: ReadonlyMap<string, RunningContender>,
  model: BenchModel,
  encoding: Encoding,
  concurrency: number,
): Promise<Row> => {
  const request = benchRequest(model, encoding)
  const counts = new Map<string, number>()
  for (const [name, one] of running) {
    // Machine code comes only after some ten thousand calls: an echo costs 130 µs before and 25 µs after.
    let last = await measure(client, one, request, WARM_UP, concurrency)
    for (let spent = last.micros * WARM_UP; spent < WARM_UP_MICROS; spent += last.micros * WARM_UP)
      last = await measure(client, one, request, WARM_UP, concurrency)
    counts.set(name, Math.max(200, Math.ceil(MEASURE_MICROS / last.micros)))
  }
  const rounds: Record<string, Measurement>[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const measured: Record<string, Measurement> = {}
    const order = [...running]
    // Each round begins with another one, so that nobody always follows the same neighbour.
    for (const [name, one] of [...order.slice(round % order.length), ...order.slice(0, round % order.length)])
      measured[name] = await measure(client, one, request, counts.get(name) ?? 200, concurrency)
    rounds.push(measured)
  }
  const names = [...running.keys()]
  const of = (name: string): number[] => rounds.map((round) => round[name]?.micros ?? Number.NaN)
  const pairs = SUBJECTS.filter((name) => running.has(name)).flatMap((subject) =>
    names.filter((name) => !SUBJECTS.includes(name)).map((other) => [subject, other] as const),
  )
  return {
    model,
    encoding,
    protocol: request.protocol ?? 'rest',
    concurrency,
    cpuMicros: Object.fromEntries(names.map((name) => [name, spread(of(name))])),
    p99Ms: Object.fromEntries(
      names.map((name) => [
        name,
        Number(median(rounds.map((round) => round[name]?.p99Ms ?? Number.NaN)).toFixed(2)),
      ]),
    ),
    ratios: Object.fromEntries(
      pairs.map(([subject, other]) => {
        const [ours, theirs] = [of(subject), of(other)]
        return [
          `${subject}/${other}`,
          spread(ours.map((value, round) => value / (theirs[round] ?? Number.NaN))),
        ]
      }),
    ),
  }
}

const show = (row: Row): void => {
  say(`\n${row.model}, ${row.encoding}, ${row.protocol}, concurrency ${row.concurrency}`)
  for (const [name, { median, min, max }] of Object.entries(row.cpuMicros))
    say(
      `  ${name.padEnd(20)} ${String(median).padStart(8)} µs CPU per call  (${min} to ${max}), p99 ${row.p99Ms[name]} ms`,
    )
  for (const [name, { median, min, max }] of Object.entries(row.ratios))
    say(`  ${name.padEnd(28)} ${median.toFixed(2)}  (${min.toFixed(2)} to ${max.toFixed(2)})`)
}

const benchModel = async (client: LoadClient, model: BenchModel): Promise<Row[]> => {
  const running = new Map<string, RunningContender>()
  const rows: Row[] = []
  try {
    for (const contender of CONTENDERS) running.set(contender.name, await contender.start(model))
    for (const encoding of ENCODINGS) {
      const able = new Map(
        [...running].filter(([name]) =>
          CONTENDERS.find((one) => one.name === name)?.encodings.includes(encoding),
        ),
      )
      for (const concurrency of CONCURRENCIES) {
        const row = await measureRow(client, able, model, encoding, concurrency)
        show(row)
        rows.push(row)
      }
    }
  } finally {
    for (const one of running.values()) await one.stop()
  }
  return rows
}

const client = startLoadClient()
try {
  const loop: Record<string, Spread> = {}
  for (const model of MODELS) {
    loop[model] = await onnxLoopMicros(model, ROUNDS)
    say(`${model}: a bare onnxruntime loop takes ${loop[model].median} µs CPU per row`)
  }
  const rows: Row[] = []
  for (const model of MODELS) rows.push(...(await benchModel(client, model)))
  const result = {
    bench: 'router',
    quick: flags.quick,
    time: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version },
    rounds: ROUNDS,
    onnxLoopCpuMicros: loop,
    rows,
  }
  if (!flags.quick) {
    mkdirSync(join(root, 'bench/results'), { recursive: true })
    writeFileSync(join(root, 'bench/results/router.json'), `${JSON.stringify(result, null, 2)}\n`)
  }
  if (flags.output === 'json') process.stdout.write(`${JSON.stringify(result)}\n`)
} finally {
  client.stop()
}
