/**
 * How many built triggers the graph lint finds and how many harmless graphs it suspects: on the seed that the rules were
 * tuned with and on others. Harmless graphs are our own hosts, those of scikit-learn, the boosters and the standard where
 * their libraries are installed, and any folder of .onnx files given as argument.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type GraphLint,
  lintGraph,
  openModelGraph,
  readModelGraphBytes,
  writeModel,
} from '@rampart/onnx/graph'
import { type BuiltGraph, backdooredGraphs, honestGraphs } from '@rampart/onnx/testing'
import { root } from '../tools/files.ts'
import { execute, peer } from '../tools/peers/group.ts'

const TUNED = 1
const HELD_OUT = [101, 102, 103, 104]
const HOSTS = 100

type Row = {
  readonly what: string
  readonly files: number
  readonly suspicious: number
  readonly names: readonly string[]
}

const lintBuilt = ({ model }: BuiltGraph): GraphLint => lintGraph(readModelGraphBytes(writeModel(model)))

const rowOf = (what: string, graphs: readonly BuiltGraph[], wanted: GraphLint['verdict']): Row => {
  const wrong = graphs.filter((one) => lintBuilt(one).verdict !== wanted)
  const suspicious = wanted === 'suspicious' ? graphs.length - wrong.length : wrong.length
  return { what, files: graphs.length, suspicious, names: wrong.map(({ name }) => name) }
}

const rowOfFolder = (what: string, folder: string): Row => {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.onnx'))
    .sort()
  const suspicious = files.filter((name) => {
    const model = openModelGraph(join(folder, name), { externalData: 'ignore' })
    const { verdict } = lintGraph(model)
    model.close()
    return verdict === 'suspicious'
  })
  return { what, files: files.length, suspicious: suspicious.length, names: suspicious }
}

const written = async (work: string): Promise<readonly Row[]> => {
  const [python = ''] = (await peer('scanners', 'install')).split(' ')
  const { code } = await execute(python, [join(root, 'peers', 'graph-lint-corpus.py'), work], { quiet: true })
  if (code !== 0) throw new Error(`peers/graph-lint-corpus.py ended with ${code}`)
  return [rowOfFolder('harmless: libraries and the standard', work)]
}

const print = (rows: readonly Row[]): void => {
  process.stdout.write(
    `${''.padEnd(44)}${['files', 'suspicious', 'share'].map((head) => head.padStart(12)).join('')}\n`,
  )
  for (const { what, files, suspicious, names } of rows) {
    const share = `${((100 * suspicious) / Math.max(1, files)).toFixed(1)} %`
    process.stdout.write(
      `${what.padEnd(44)}${[files, suspicious, share].map((cell) => String(cell).padStart(12)).join('')}\n`,
    )
    for (const name of names) process.stdout.write(`    ${name}\n`)
  }
}

const work = mkdtempSync(join(tmpdir(), 'rampart-graph-lint-'))
try {
  print([
    rowOf(`triggers, tuned on (seed ${TUNED})`, backdooredGraphs(TUNED), 'suspicious'),
    ...HELD_OUT.map((seed) =>
      rowOf(`triggers, held out (seed ${seed})`, backdooredGraphs(seed), 'suspicious'),
    ),
    rowOf(`harmless: own networks (seed ${HELD_OUT[0]})`, honestGraphs(HOSTS, HELD_OUT[0] ?? 0), 'clean'),
    ...(await written(work)),
    ...process.argv.slice(2).map((folder) => rowOfFolder(`harmless: ${folder}`, folder)),
  ])
} finally {
  rmSync(work, { recursive: true, force: true })
}
