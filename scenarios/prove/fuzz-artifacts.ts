/** Feeds every reader of model files mutated files for 30 minutes each (`--quick`: half a minute in all) without crash, hang or growth. */
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  benignFiles,
  type CorpusFile,
  maliciousCorpus,
  mutate,
  scanBytes,
  seededUniform,
} from '@rampart/artifacts/testing'
import { writeModel } from '@rampart/onnx/graph'
import { backdooredGraphs } from '@rampart/onnx/testing'

const quick = process.argv.includes('--quick')
const seedArgument = process.argv.find((word) => /^--seed=\d+$/.test(word))
const seed = seedArgument === undefined ? Date.now() >>> 0 : Number(seedArgument.slice(7))
/** Each of `--reader=NAME`, or all: readers may be fed side by side, each in a process of its own. */
const wanted = process.argv.flatMap((word) => (word.startsWith('--reader=') ? [word.slice(9)] : []))
const SECONDS_PER_READER = quick ? 2 : 1800
const SLOW_MS = 3000
const GROWTH_MB = 16
const MAX_SEED_BYTES = 50_000

/** Which files exercise a reader, by name. */
const READERS: Readonly<Record<string, RegExp>> = {
  pickle: /\.(pkl|pickle|dat)$/,
  streams: /\.(gz|joblib)$/,
  torch: /\.(pt|pth)$/,
  zip: /\.(zip|npz)$/,
  tar: /\.tar$/,
  numpy: /\.npy$/,
  safetensors: /\.safetensors$/,
  gguf: /\.gguf$/,
  onnx: /\.onnx$/,
  keras: /\.keras$/,
  hdf5: /\.h5$/,
  tensorflow: /\.pb$/,
  ubjson: /\.ubj$/,
  documents: /\.(json|ya?ml|txt|xml|svg|jinja|md)$/,
}

/** No small writer of HDF5 exists here: an old-style root group with one attribute, from the specification. */
const hdf5 = (): CorpusFile => {
  const file = Buffer.alloc(800)
  Buffer.from('894844460d0a1a0a000000000008080004001000', 'hex').copy(file)
  file.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, 32)
  file.writeBigUInt64LE(800n, 40)
  file.writeBigUInt64LE(96n, 64)
  Buffer.from('0100010001000000180000000000000011001000000000008800000000000000a802000000000000', 'hex').copy(
    file,
    96,
  )
  Buffer.from('TREE\0\0\x01\0', 'latin1').copy(file, 136)
  file.fill(0xff, 144, 160)
  file.writeBigUInt64LE(400n, 168)
  Buffer.from('SNOD\x01\0\x01\0', 'latin1').copy(file, 400)
  Buffer.from('HEAP\0\0\0\0', 'latin1').copy(file, 680)
  file.writeBigUInt64LE(88n, 688)
  file.writeBigUInt64LE(712n, 704)
  return { name: 'model.h5', data: file }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/**
 * What is held after a collection. Not resident memory: V8 keeps a young generation that many short runs made large.
 * The readers have no native code that could hold memory elsewhere.
 */
const settledMb = async (): Promise<number> => {
  // Buffers are given back beside the collection that found them.
  for (let round = 0; round < 3; round++) {
    collect()
    await setImmediate()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1_048_576
}

/** Processor time of this thread, ms: on a busy machine the clock says more about the neighbours. */
const processorMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

type Outcome = { readonly runs: number; readonly slowestMs: number; readonly faults: readonly string[] }

const fuzz = (corpus: readonly CorpusFile[], random: () => number): Outcome => {
  const until = performance.now() + SECONDS_PER_READER * 1000
  const faults: string[] = []
  let runs = 0
  let slowestMs = 0
  while (performance.now() < until && faults.length < 5) {
    const { name, data } = mutate(corpus, random)
    const started = processorMs()
    try {
      for (const { findings } of scanBytes(name, data))
        for (const { rule, message } of findings)
          if (rule === 'scan-failed') faults.push(`${name}: ${message}`)
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
    const took = processorMs() - started
    slowestMs = Math.max(slowestMs, took)
    if (took > SLOW_MS) faults.push(`${name}: took ${took.toFixed(0)} ms (${data.length} bytes)`)
    runs += 1
  }
  return { runs, slowestMs, faults }
}

/** Graphs with branches, loops and functions, for the reader and the lint behind the scanner's own. */
const graphs = (): readonly CorpusFile[] =>
  backdooredGraphs(1).map(({ name, model }) => ({
    name: `${name}.onnx`,
    data: Buffer.from(writeModel(model)),
  }))

const all = [...maliciousCorpus(), ...benignFiles(), ...graphs(), hdf5()].filter(
  ({ data }) => data.length > 0 && data.length < MAX_SEED_BYTES,
)
process.stdout.write(`seed ${seed}\n`)
const readers = Object.entries(READERS).filter(([name]) => wanted.length === 0 || wanted.includes(name))
if (readers.length === 0) throw new Error(`readers are ${Object.keys(READERS).join(', ')}`)
let failed = 0
for (const [reader, pattern] of readers) {
  const corpus = all.filter(({ name }) => pattern.test(name))
  const random = seededUniform(seed)
  const before = await settledMb()
  const { runs, slowestMs, faults } = fuzz(corpus, random)
  const growth = (await settledMb()) - before
  const ok = faults.length === 0 && growth < GROWTH_MB
  failed += ok ? 0 : 1
  process.stdout.write(
    `${ok ? '✔' : '✖'} ${reader.padEnd(12)} ${corpus.length} seeds, ${runs} runs, slowest ${slowestMs.toFixed(0)} ms, growth ${growth.toFixed(0)} MB\n`,
  )
  for (const fault of faults) process.stdout.write(`    ${fault}\n`)
}
const passed = readers.length - failed
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
