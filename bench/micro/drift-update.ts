/** Cost per value of feeding sketches from row-major batches, and of judging one window. Usage: node bench/micro/drift-update.ts */
import {
  compareNumeric,
  createCoin,
  createFrequencySketch,
  createQuantileSketch,
  createUniform,
  sampleOf,
} from '@rampart/drift'

const SEED = 20261123
const uniform = createUniform(SEED)
const COLUMNS = 30
const ROWS = 64

const bestOf = (rounds: number, work: () => number): number => {
  let best = Infinity
  for (let i = 0; i < rounds; i += 1) {
    const start = process.hrtime.bigint()
    const units = work()
    best = Math.min(best, Number(process.hrtime.bigint() - start) / units)
  }
  return best
}

const feed = (batch: Float32Array | Float64Array, rows: number, batches: number): number => {
  const sketches = Array.from({ length: COLUMNS }, (_, i) => createQuantileSketch({ coin: createCoin(i) }))
  return bestOf(9, () => {
    for (let b = 0; b < batches; b += 1) {
      sketches.forEach((sketch, column) => {
        sketch.updateColumn(batch, column, COLUMNS, rows)
      })
    }
    return batches * rows * COLUMNS
  })
}

const small = Float32Array.from({ length: ROWS * COLUMNS }, uniform)
const single = Float64Array.from({ length: COLUMNS }, uniform)
console.log(`seed ${SEED}; ns per value, best of 9`)
console.log(`quantile sketch, float32 batches of ${ROWS} x ${COLUMNS}: ${feed(small, ROWS, 300).toFixed(1)}`)
console.log(`quantile sketch, one row x ${COLUMNS}, float64: ${feed(single, 1, 20_000).toFixed(1)}`)

const words = Array.from({ length: 1000 }, () => `category-${Math.floor(40 * uniform())}`)
const frequencies = createFrequencySketch()
const perWord = bestOf(9, () => {
  for (const word of words) frequencies.update(word)
  return words.length
})
console.log(`frequency sketch, 40 categories: ${perWord.toFixed(1)}`)

const reference = sampleOf(Float64Array.from({ length: 5000 }, uniform))
const current = sampleOf(Float64Array.from({ length: 500 }, uniform))
const perCompare = bestOf(9, () => {
  for (let i = 0; i < 50; i += 1) compareNumeric(reference, current)
  return 50
})
console.log(
  `one feature, 500 against 5,000 rows, PSI + KS + Wasserstein: ${(perCompare / 1000).toFixed(0)} us`,
)
