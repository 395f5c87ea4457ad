/** Draws bench/results/router.json for docs/performance and writes its tables. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../tools/files.ts'
import { dotPlot, type Line, type Panel } from './chart/dot-plot.ts'
import type { Row } from './load/rows.ts'
import type { Spread } from './load/spread.ts'

type Result = {
  readonly time: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly kernel: string
    readonly node: string
  }
  readonly rounds: number
  readonly versions: Readonly<Record<string, string>>
  readonly onnxLoopCpuMicros: Readonly<Record<string, Spread>>
  readonly rows: readonly Row[]
}

const PAGE = join(root, 'docs/performance/README.md')
const MODELS = {
  'card-fraud': 'tabular model, 26 numbers',
  'digit-image': 'convolutional model, 784 numbers',
}
const LABELS: Readonly<Record<string, string>> = {
  echo: 'bare node:http echo',
  rampart: 'Rampart, all on',
  'rampart-guards-off': 'Rampart, guards off',
  fastapi: 'FastAPI + orjson',
  'grpc-aio': 'grpc.aio',
  'triton-python': 'Triton, Python',
  'mlserver-in-process': 'MLServer in-process',
  mlserver: 'MLServer',
  kserve: 'KServe',
  bentoml: 'BentoML',
  litserve: 'LitServe',
  mlflow: 'MLflow',
}
const CHARTED = [16, 64]

const result = JSON.parse(readFileSync(join(root, 'bench/results/router.json'), 'utf8')) as Result
const rowsOf = (model: string, encoding: string): Row[] =>
  result.rows
    .filter((row) => row.model === model && row.encoding === encoding)
    .sort((a, b) => a.concurrency - b.concurrency)

const namesOf = (rows: readonly Row[]): string[] =>
  Object.keys(LABELS).filter((name) => rows.some(({ cpuMicros }) => cpuMicros[name] !== undefined))

const panel = (model: keyof typeof MODELS, encoding: string): Panel => {
  const rows = rowsOf(model, encoding)
  const lines = namesOf(rows).map((name): Line => {
    const dots = CHARTED.map((concurrency) => {
      const found = rows.find((row) => row.concurrency === concurrency)?.cpuMicros[name]
      return found === undefined ? undefined : { value: found.median, low: found.min, high: found.max }
    })
    return { label: LABELS[name] ?? name, isOurs: name.startsWith('rampart'), dots }
  })
  return { title: MODELS[model], lines }
}

const table = (rows: readonly Row[], cell: (row: Row, name: string) => string | undefined): string => {
  const head = ['server', ...rows.map(({ concurrency }) => `concurrency ${concurrency}`)]
  const lines = namesOf(rows)
    .filter((name) => rows.some((row) => cell(row, name) !== undefined))
    .map((name) => [LABELS[name] ?? name, ...rows.map((row) => cell(row, name) ?? '–')])
  return [head, head.map((_, place) => (place === 0 ? '---' : '---:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

const micros = (row: Row, name: string): string | undefined => {
  const found = row.cpuMicros[name]
  return found && `${found.median.toFixed(0)} (${found.min.toFixed(0)}–${found.max.toFixed(0)})`
}
const ratio = (row: Row, name: string): string | undefined => {
  const found = row.ratios[`rampart/${name}`]
  return found && `${found.median.toFixed(2)} (${found.min.toFixed(2)}–${found.max.toFixed(2)})`
}

/** What we want Rampart to cost at most, as a share of another: model, encoding, concurrency, limits. */
const PYTHON = { mlserver: 0.05, kserve: 0.05, bentoml: 0.05, litserve: 0.05, mlflow: 0.05 }
const AIMS = [
  [
    'card-fraud',
    'json',
    16,
    { echo: 2, fastapi: 1 / 3, 'triton-python': 1, 'mlserver-in-process': 0.1, ...PYTHON },
  ],
  [
    'card-fraud',
    'json',
    64,
    { echo: 1.4, fastapi: 0.25, 'triton-python': 1, 'mlserver-in-process': 0.1, ...PYTHON },
  ],
  ['card-fraud', 'grpc', 16, { 'grpc-aio': 1 / 3 }],
  ['card-fraud', 'grpc', 64, { 'grpc-aio': 1 / 3 }],
  ['digit-image', 'json', 16, { fastapi: 0.4 }],
  ['digit-image', 'json', 64, { fastapi: 0.4 }],
] as const

/** Every aim beside what was measured: a miss is printed as one. */
const aims = (): string => {
  const lines = AIMS.flatMap(([model, encoding, concurrency, limits]) =>
    Object.entries(limits).flatMap(([name, limit]) => {
      const found = rowsOf(model, encoding).find((row) => row.concurrency === concurrency)
      const share = found?.ratios[`rampart/${name}`]?.median
      if (share === undefined) return []
      const verdict = share <= limit ? 'met' : '**missed**'
      return `| ${model} | ${encoding} | ${concurrency} | ${LABELS[name]} | ${limit.toFixed(2)} | ${share.toFixed(share < 0.1 ? 3 : 2)} | ${verdict} |`
    }),
  )
  return [
    '| model | encoding | concurrency | Rampart’s share of | at most | measured | |',
    '|---|---|---:|---|---:|---:|---|',
    ...lines,
  ].join('\n')
}

const ENCODINGS = { json: 'JSON over HTTP', binary: 'binary tensors over HTTP', grpc: 'gRPC, raw contents' }

const sections = (): string[] =>
  Object.entries(MODELS).flatMap(([model, title]) =>
    Object.entries(ENCODINGS).flatMap(([encoding, form]) => {
      const rows = rowsOf(model, encoding)
      if (rows.length === 0) return []
      return [
        `### ${title[0]?.toUpperCase()}${title.slice(1)}: ${form}`,
        'CPU µs per request, median (smallest–largest round):',
        table(rows, micros),
        'Rampart with everything on, as a share of each, median of paired rounds (spread):',
        table(rows, ratio),
      ]
    }),
  )

const figures = (): string => {
  const { machine, rounds, versions, onnxLoopCpuMicros } = result
  const commits = [...new Set(result.rows.map(({ commit }) => commit))].join(', ')
  const times = result.rows.map(({ time }) => time).sort()
  return [
    `Measured ${times[0]?.slice(0, 16)} to ${times.at(-1)?.slice(0, 16)} UTC on ${machine.cores} cores of “${machine.cpu}”, Linux ${machine.kernel}, Node ${machine.node}; ${rounds} interleaved rounds; source ${commits}. A bare onnxruntime loop takes ${Object.entries(
      onnxLoopCpuMicros,
    )
      .map(([model, { median }]) => `${median.toFixed(0)} µs (${model})`)
      .join(' and ')} per row.`,
    '### Aims',
    aims(),
    ...sections(),
    '### What was installed',
    Object.entries(versions)
      .map(
        ([name, installed]) =>
          `- **${LABELS[name] ?? name}**: ${installed.replaceAll('==', ' ').split(' onnxruntime ')[0]}`,
      )
      .join('\n'),
  ].join('\n\n')
}

const subtitle =
  'user and system time of the server’s whole process tree; dots are medians, lines reach from the smallest to the largest round'
writeFileSync(
  join(root, 'docs/performance/router-cpu.svg'),
  dotPlot({
    title: 'Server CPU per inference request, JSON',
    subtitle,
    axis: 'µs per request, logarithmic; less is better',
    series: CHARTED.map((concurrency) => `${concurrency} at a time`),
    panels: [panel('card-fraud', 'json'), panel('digit-image', 'json')].filter(
      ({ lines }) => lines.length > 0,
    ),
  }),
)
const page = readFileSync(PAGE, 'utf8')
const [before, after] = [page.split('<!-- figures -->')[0], page.split('<!-- /figures -->')[1]]
writeFileSync(PAGE, `${before}<!-- figures -->\n${figures()}\n<!-- /figures -->${after}`)
process.stdout.write('docs/performance/router-cpu.svg and README.md written\n')
