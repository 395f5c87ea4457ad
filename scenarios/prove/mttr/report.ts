/** The report: what each step took, with and without Rampart acting, as a table, Markdown and JSON. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Milliseconds from the beginning of the attack to the signal, and from the signal to the rest. */
export type Round = {
  readonly play: string
  readonly mode: 'act' | 'recommend'
  readonly detectMs: number
  readonly decideMs: number
  readonly containMs?: number
  readonly verifyMs?: number
  /** What reached the target until the end of the window. */
  readonly reached: number
}

export type Report = {
  readonly plays: readonly { readonly name: string; readonly title: string; readonly harm: string }[]
  readonly rounds: readonly Round[]
  readonly windowMs: number
  readonly about: Readonly<Record<string, string | number>>
}

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

const seconds = (ms: number): string => (Number.isNaN(ms) ? '–' : (ms / 1000).toFixed(2))
const pair = (values: readonly (number | undefined)[]): string => {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? '–' : `${seconds(quantile(known, 0.5))} / ${seconds(quantile(known, 0.95))}`
}
const median = (values: readonly number[]): string =>
  values.length === 0 ? '–' : String(Math.round(quantile(values, 0.5)))

export const rowsOf = ({ plays, rounds }: Report): string[][] => {
  const row = (
    title: string,
    acting: readonly Round[],
    without: readonly Round[],
    harm: string,
  ): string[] => [
    title,
    String(acting.length),
    pair(acting.map(({ detectMs }) => detectMs)),
    pair(acting.map(({ decideMs }) => decideMs)),
    pair(acting.map(({ containMs }) => containMs)),
    pair(acting.map(({ verifyMs }) => verifyMs)),
    harm,
    harm === '' ? '' : median(acting.map(({ reached }) => reached)),
    harm === '' ? '' : median(without.map(({ reached }) => reached)),
  ]
  const of = (mode: Round['mode'], name?: string): Round[] =>
    rounds.filter((one) => one.mode === mode && (name === undefined || one.play === name))
  return [
    ...plays.map(({ name, title, harm }) => row(title, of('act', name), of('recommend', name), harm)),
    row('all', of('act'), of('recommend'), ''),
  ]
}

const HEAD = [
  'attack',
  'n',
  'attack → signal',
  '→ decided',
  '→ contained',
  '→ verified',
  'what reached the target',
  'acting',
  'recommending',
]

export const asText = (report: Report): string => {
  const rows = [HEAD, ...rowsOf(report)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const asMarkdown = (report: Report): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const about = Object.entries(report.about).map(([name, value]) => `- ${name}: ${value}`)
  return [
    '# Time from an attack to its containment',
    '',
    `Seconds, p50 / p95. Detection counts from the beginning of the attack, the rest from its first signal. "Reached" is counted in the first ${report.windowMs / 1000} s of the attack (median).`,
    '',
    line(HEAD),
    line(HEAD.map(() => '---')),
    ...rowsOf(report).map(line),
    '',
    ...about,
    '',
  ].join('\n')
}

export const writeReport = (folder: string, report: Report): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'mttr.md'), asMarkdown(report))
  writeFileSync(join(folder, 'mttr.json'), `${JSON.stringify(report, null, 2)}\n`)
}
