/** ONNX graphs of real writers under our reader, writer, validator and lint, beside the onnx library's own checker. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  diffGraphs,
  lintGraph,
  type ModelSource,
  openModelGraph,
  readModelGraphBytes,
  validateGraph,
  writeModel,
} from '@rampart/onnx/graph'
import { backdooredGraphs, brokenGraphs, honestGraphs } from '@rampart/onnx/testing'
import { root } from '../files.ts'
import { execute, type PeerGroup, peer, type Tally } from './group.ts'

/** Not the seed that the rules were tuned on. */
const SEED = 77
const MAX_QUIET_SHARE = 0.03
const MAX_FALSE_SHARE = 0.02

type Said = { readonly valid: Readonly<Record<string, string>>; readonly differs: readonly string[] }

/** Every object new, so that nothing is copied from the file but tensors and attributes. */
const rebuilt = ({ model }: ModelSource) => ({
  ...model,
  graph: {
    ...model.graph,
    nodes: model.graph.nodes.map((node) => ({ ...node })),
    inputs: model.graph.inputs.map((port) => ({ ...port })),
    outputs: model.graph.outputs.map((port) => ({ ...port })),
    initializers: model.graph.initializers.map((tensor) => ({ ...tensor })),
  },
})

const verify = (what: string, ok: boolean): boolean => {
  process.stdout.write(`${ok ? '✔' : '✖'} ${what}\n`)
  return ok
}

const writeOwn = (folder: string): void => {
  for (const { name, model } of [...backdooredGraphs(SEED), ...honestGraphs(30, SEED), ...brokenGraphs(SEED)])
    writeFileSync(join(folder, `${name}.onnx`), writeModel(model))
}

type Seen = {
  readonly valid: boolean
  readonly suspicious: boolean
  readonly identical: boolean
  readonly same: boolean
}

const look = (path: string, to: string): Seen => {
  const bytes = readFileSync(path)
  const file = openModelGraph(path)
  try {
    const other = writeModel(rebuilt(file), file)
    writeFileSync(to, other)
    return {
      valid: validateGraph(file).valid,
      suspicious: lintGraph(file).verdict === 'suspicious',
      identical: Buffer.compare(bytes, writeModel(file.model, file)) === 0,
      // A model in which a name is defined twice has no single reading.
      same:
        path.includes('broken-') ||
        ['identical', 'metadata'].includes(diffGraphs(file, readModelGraphBytes(other)).verdict),
    }
  } finally {
    file.close()
  }
}

const judge = (seen: ReadonlyMap<string, Seen>, said: Said): readonly boolean[] => {
  const names = [...seen.keys()]
  const all = (test: (one: Seen) => boolean): string[] =>
    names.filter((name) => !test(seen.get(name) as Seen))
  const disagree = names.filter((name) => (said.valid[name] === '') !== seen.get(name)?.valid)
  const share = (list: readonly string[], of: number): string => `${list.length} of ${of}`
  const isBuilt = (name: string): boolean => name.includes('+')
  const built = names.filter(isBuilt)
  const honest = names.filter((name) => !isBuilt(name) && !name.startsWith('broken-'))
  const quiet = built.filter((name) => seen.get(name)?.suspicious !== true)
  const loud = honest.filter((name) => seen.get(name)?.suspicious === true)
  for (const name of disagree.slice(0, 8))
    process.stdout.write(`  ${name}: ${said.valid[name]?.slice(0, 160)}\n`)
  return [
    verify(
      `${names.length} files written back byte for byte ${all(({ identical }) => identical).join(' ')}`,
      all(({ identical }) => identical).length === 0,
    ),
    verify(
      `onnx reads the same model from files that were serialised anew ${said.differs.join(' ')}`,
      said.differs.length === 0,
    ),
    verify(
      `the diff finds no change in them ${all(({ same }) => same).join(' ')}`,
      all(({ same }) => same).length === 0,
    ),
    verify(
      `validation differs from onnx.checker in ${share(disagree, names.length)}`,
      disagree.length <= names.length * 0.01,
    ),
    verify(
      `triggers that are not found: ${share(quiet, built.length)} ${quiet.join(' ')}`,
      quiet.length <= built.length * MAX_QUIET_SHARE,
    ),
    verify(
      `harmless graphs that are suspicious: ${share(loud, honest.length)} ${loud.join(' ')}`,
      loud.length <= honest.length * MAX_FALSE_SHARE,
    ),
  ]
}

const compare = async (work: string): Promise<Tally> => {
  const [writers = ''] = (await peer('scanners', 'install')).split(' ')
  const folder = join(work, 'graphs')
  const rewritten = join(work, 'rewritten')
  mkdirSync(rewritten)
  const corpus = await execute(writers, [join(root, 'peers', 'graph-lint-corpus.py'), folder], {
    quiet: true,
  })
  if (corpus.code !== 0) throw new Error(`peers/graph-lint-corpus.py ended with ${corpus.code}`)
  writeOwn(folder)
  const seen = new Map(
    readdirSync(folder)
      .sort()
      .map((file) => [file.replace(/\.onnx$/, ''), look(join(folder, file), join(rewritten, file))] as const),
  )
  const { stdout, code } = await execute(writers, [join(root, 'peers', 'onnx-check.py'), folder, rewritten], {
    quiet: true,
  })
  if (code !== 0) throw new Error(`peers/onnx-check.py ended with ${code}`)
  const results = judge(seen, JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Said)
  return { passed: results.filter(Boolean).length, failed: results.filter((ok) => !ok).length }
}

export const onnxGraph: PeerGroup = {
  name: 'onnx-graph',
  what: 'graphs written by scikit-learn and the standard itself, beside onnx.checker',
  run: async () => {
    const work = mkdtempSync(join(tmpdir(), 'rampart-onnx-graph-'))
    try {
      return await compare(work)
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  },
}
