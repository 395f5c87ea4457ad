/** CPU of a drift report on 100,000 rows × 20 columns against Evidently and SciPy, and of a sketch update. [--quick] [-o json] */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import {
  type ColumnDrift,
  compareColumn,
  createCoin,
  createQuantileSketch,
  createUniform,
  type FeatureProfile,
  holmAdjust,
  sampleOf,
} from '@rampart/drift'
import { root } from '../tools/files.ts'
import { peer } from '../tools/peers/group.ts'
import { spread } from './load/spread.ts'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    output: { type: 'string', short: 'o', default: 'table' },
  },
})
const ROWS = 100_000
const COLUMNS = 20
const ROUNDS = flags.quick ? 3 : 9
/** Evidently with all four statistics takes half a minute each time. */
const SAME_ROUNDS = flags.quick ? 0 : 3
const SEED = 20261123
const SKETCH_BATCH = { rows: 64, columns: 30 }
const SKETCH_BATCHES = 2000

const say = (line: string): void =>
  void (flags.output === 'json' ? process.stderr : process.stdout).write(`${line}\n`)

const uniform = createUniform(SEED)

/** Bell-shaped, skewed, and whole numbers by turns; in the second table every fifth column is moved. */
const column = (index: number, moved: number): Float64Array =>
  Float64Array.from({ length: ROWS }, () => {
    let value = moved - 6
    for (let i = 0; i < 12; i += 1) value += uniform()
    return index % 3 === 0 ? value : index % 3 === 1 ? Math.exp(value / 2) : Math.round(4 * value)
  })

const reference = Array.from({ length: COLUMNS }, (_, i) => column(i, 0))
const current = Array.from({ length: COLUMNS }, (_, i) => column(i, i % 5 === 0 ? 0.3 : 0.01))

const cpuSeconds = <T>(work: () => T): { readonly seconds: number; readonly result: T } => {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  return { seconds: (user + system) / 1e6, result }
}

const profile = (name: string, values: Float64Array): FeatureProfile => ({
  name,
  kind: 'numeric',
  sample: sampleOf(values),
})

/** From arrays to the text of a report: all four statistics of every column, and the correction for many. */
const report = (): ColumnDrift[] => {
  const drifts = reference.map((values, i) =>
    compareColumn(
      { profile: profile(`f${i}`, values), missing: 0 },
      { profile: profile(`f${i}`, current[i] as Float64Array), missing: 0 },
    ),
  )
  const adjusted = holmAdjust(drifts.map(({ pValue }) => pValue))
  JSON.stringify({ drifts, adjusted })
  return drifts
}

const sketchNanoseconds = (): number => {
  const { rows, columns } = SKETCH_BATCH
  const batch = Float32Array.from({ length: rows * columns }, uniform)
  const sketches = Array.from({ length: columns }, (_, i) => createQuantileSketch({ coin: createCoin(i) }))
  const { seconds } = cpuSeconds(() => {
    for (let b = 0; b < SKETCH_BATCHES; b += 1) {
      for (let c = 0; c < columns; c += 1) sketches[c]?.updateColumn(batch, c, columns, rows)
    }
  })
  return (seconds * 1e9) / (SKETCH_BATCHES * rows * columns)
}

type Answer = { readonly cpuSeconds: number; readonly statistics?: readonly (readonly number[])[] }

const startRivals = async (folder: string) => {
  for (const [name, table] of Object.entries({ reference, current })) {
    writeFileSync(join(folder, `${name}.f64`), Buffer.concat(table.map((one) => new Uint8Array(one.buffer))))
  }
  const python = await peer('evidently', 'install')
  const script = join(root, 'bench/versus/rivals/drift_reports.py')
  const child = spawn(python, [script, folder, String(ROWS), String(COLUMNS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error('drift_reports.py ended')
    return value
  }
  if ((await next()) !== 'ready') throw new Error('drift_reports.py did not start')
  return {
    run: async (name: string): Promise<Answer> => {
      child.stdin.write(`${name}\n`)
      return JSON.parse(await next()) as Answer
    },
    stop: () => child.kill(),
  }
}

/** The comparison is worth nothing if the answers differ. */
const requireEqual = (ours: readonly ColumnDrift[], theirs: Answer['statistics']): void => {
  ours.forEach(({ ks, psi, wasserstein, jensenShannon }, i) => {
    const row = [ks?.statistic, ks?.pValue, psi, wasserstein, jensenShannon]
    row.forEach((value, at) => {
      const expected = theirs?.[i]?.[at] ?? Number.NaN
      const tolerance = 1e-9 * Math.abs(expected) + 1e-15
      if (!(Math.abs((value ?? Number.NaN) - expected) <= tolerance))
        throw new Error(`column ${i}, statistic ${at}: ${value} here, ${expected} by SciPy`)
    })
  })
}

const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-drift-'))
const rivals = await startRivals(folder)
try {
  requireEqual(report(), (await rivals.run('scipy')).statistics)
  await rivals.run('evidently-default')
  const rounds: { here: number; evidently: number; same: number; scipy: number; sketch: number }[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({
      here: cpuSeconds(report).seconds,
      evidently: (await rivals.run('evidently-default')).cpuSeconds,
      same: round >= SAME_ROUNDS ? Number.NaN : (await rivals.run('evidently-same')).cpuSeconds,
      scipy: (await rivals.run('scipy')).cpuSeconds,
      sketch: sketchNanoseconds(),
    })
    say(`round ${round + 1} of ${ROUNDS}`)
  }
  const result = {
    bench: 'drift',
    seed: SEED,
    rows: ROWS,
    columns: COLUMNS,
    rounds: ROUNDS,
    reportCpuSeconds: spread(rounds.map(({ here }) => here)),
    evidentlyDefaultCpuSeconds: spread(rounds.map(({ evidently }) => evidently)),
    scipyCpuSeconds: spread(rounds.map(({ scipy }) => scipy)),
    evidentlyDefaultOverRampart: spread(rounds.map(({ here, evidently }) => evidently / here)),
    scipyOverRampart: spread(rounds.map(({ here, scipy }) => scipy / here)),
    ...(SAME_ROUNDS === 0
      ? {}
      : {
          evidentlySameStatisticsCpuSeconds: spread(rounds.slice(0, SAME_ROUNDS).map(({ same }) => same)),
          evidentlySameStatisticsOverRampart: spread(
            rounds.slice(0, SAME_ROUNDS).map(({ here, same }) => same / here),
          ),
        }),
    sketchUpdateNanoseconds: spread(rounds.map(({ sketch }) => sketch)),
  }
  for (const [name, value] of Object.entries(result)) {
    if (typeof value === 'object') say(`${name.padEnd(40)} ${value.median}  (${value.min} to ${value.max})`)
  }
  if (!flags.quick) {
    mkdirSync(join(root, 'bench/results'), { recursive: true })
    writeFileSync(join(root, 'bench/results/drift.json'), `${JSON.stringify(result, null, 2)}\n`)
  }
  if (flags.output === 'json') process.stdout.write(`${JSON.stringify(result)}\n`)
} finally {
  rivals.stop()
  rmSync(folder, { recursive: true, force: true })
}
