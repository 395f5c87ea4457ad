/** `rampart replay EXAMPLE|FOLDER`: streams held-out records through the router and says how well it went. */
import type { ModelSignature } from '@rampart/domain'
import type { Command } from 'commander'
import { printable } from '../io.ts'
import { printDocument } from '../output.ts'
import { type Aftermath, lookAround } from '../replay/aftermath.ts'
import { createProgress } from '../replay/progress.ts'
import { createScore, type Score } from '../replay/score.ts'
import { shiftOf } from '../replay/shift.ts'
import type { Run, Session } from '../session.ts'
import { amountOf, countOf } from './arguments.ts'

type Options = {
  readonly shift: readonly string[]
  readonly rate?: number
  readonly limit: number
  readonly inFlight: number
}

type Report = Score & {
  readonly model: string
  readonly version: string
  readonly shifts: readonly string[]
  readonly seconds: number
  readonly perSecond: number
} & Aftermath

/** Lines in a file are only known after reading it; for the bar they are counted first, which costs milliseconds. */
const countLines = async (path: string, limit: number): Promise<number> => {
  const { readLines } = await import('../replay/source.ts')
  let count = 0
  for await (const _line of readLines(path, limit)) count += 1
  return count
}

const percent = (share: number | undefined): string =>
  share === undefined ? 'no labels' : `${(100 * share).toFixed(2)} %`
const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`

const driftLine = ({ drift, unknown }: Report): string => {
  if (unknown !== undefined) return `not known: ${unknown}`
  if (drift === undefined) return 'no window closed yet'
  return `${drift.verdict}${drift.worst === undefined ? '' : `, worst ${drift.worst}`}${drift.rows === undefined ? '' : ` (${drift.rows} rows)`}`
}

const signalLines = ({ signals, unknown }: Report): readonly (readonly [string, string])[] => {
  if (unknown !== undefined) return []
  if (signals.length === 0) return [['signals', 'none open']]
  return signals
    .slice(0, 10)
    .map((signal, index) => [index === 0 ? 'signals' : '', `${signal.severity}: ${signal.title}`])
}

const asText = (report: Report): string => {
  const { latencyMs } = report
  const failures = Object.entries(report.failed).map(([code, count]) => `${count} × ${code}`)
  const lines: (readonly [string, string])[] = [
    [
      'model',
      `${report.model}:${report.version}${report.shifts.length === 0 ? '' : `, shifted: ${report.shifts.join(', ')}`}`,
    ],
    [
      'records',
      `${report.answered} answered in ${report.seconds.toFixed(1)} s (${report.perSecond.toFixed(0)}/s)`,
    ],
    ...(failures.length === 0 ? [] : [['refused', failures.join(', ')] as const]),
    ['accuracy', `${percent(report.accuracy)} (balanced ${percent(report.balancedAccuracy)})`],
    [
      'latency',
      latencyMs === undefined
        ? 'nothing answered'
        : `p50 ${ms(latencyMs.p50)}, p90 ${ms(latencyMs.p90)}, p99 ${ms(latencyMs.p99)}, max ${ms(latencyMs.max)}`,
    ],
    ['drift', driftLine(report)],
    ...signalLines(report),
  ]
  return lines.map(([name, value]) => `${name.padEnd(10)}${printable(value)}\n`).join('')
}

const replay = async (session: Session, name: string, options: Options): Promise<void> => {
  const { client, io } = session
  const { openSource, readLines } = await import('../replay/source.ts')
  const { streamRecords } = await import('../replay/stream.ts')
  const { manifest, records } = await openSource(io.cwd, name)
  const model = manifest.metadata.name
  const { data: signature } = await client.call<ModelSignature>(
    'GET',
    `/v2/models/${encodeURIComponent(model)}`,
  )
  const shifts = options.shift.map((text) => shiftOf(text, manifest, signature))
  const total = await countLines(records, options.limit)
  const score = createScore(manifest.spec.classes ?? [])
  const progress = createProgress(io, model, total, session.quiet)
  const elapsedMs = await streamRecords(readLines(records, options.limit), {
    client,
    manifest,
    signature,
    shifts,
    score,
    progress,
    signal: io.signal,
    inFlight: options.inFlight,
    rate: options.rate,
  }).finally(progress.end)
  const summary = score.summary()
  const report: Report = {
    model,
    version: manifest.spec.version,
    shifts: shifts.map((shift) => shift.text),
    seconds: elapsedMs / 1000,
    perSecond: (summary.answered / elapsedMs) * 1000,
    ...summary,
    ...(await lookAround(client, model, manifest.spec.version)),
  }
  if (session.format === 'json' || session.format === 'yaml') printDocument(io, report, session.format)
  else io.out(asText(report))
}

export const addReplay = (program: Command, run: Run): void => {
  program
    .command('replay')
    .description('stream held-out records of an example through the router; prints accuracy, latency, drift')
    .argument('<example>', 'card-fraud, mail-filter, digit-image, or a folder with a model.yaml')
    .option('--shift <feature=op...>', 'change a feature on the way: amount=x3, hour=+2, foreign==1', [])
    .option('--rate <n>', 'records per second at most (default: as fast as answers come)', amountOf)
    .option('--limit <n>', 'at most this many records', countOf, 1_000_000)
    .option('--in-flight <n>', 'requests at the same time', countOf, 16)
    .action(run((session, name: string, options: Options) => replay(session, name, options)))
}
