/** Mutations for fuzzing: flipped bytes, cuts, repeats, splices and extreme lengths, all from one seeded generator. */
import type { CorpusFile } from './pickle-parts.ts'

/** Uniform in [0, 1). */
export type Uniform = () => number

/** mulberry32: enough for choosing mutations; the seed is printed by who runs it. */
export const seededUniform = (seed: number): Uniform => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff]

const mutateOnce = (data: Buffer, other: Buffer, random: Uniform): Buffer => {
  const at = Math.floor(random() * data.length)
  const length = Math.floor(random() * Math.min(64, data.length))
  switch (Math.floor(random() * 7)) {
    case 0: {
      const copy = Buffer.from(data)
      copy[at] = Math.floor(random() * 256)
      return copy
    }
    case 1: {
      const copy = Buffer.from(data)
      copy.fill(
        EXTREMES[Math.floor(random() * EXTREMES.length)] ?? 0,
        at,
        Math.min(copy.length, at + 1 + Math.floor(random() * 8)),
      )
      return copy
    }
    case 2:
      return data.subarray(0, at)
    case 3:
      return Buffer.concat([data.subarray(0, at), data.subarray(at + length)])
    case 4:
      return Buffer.concat([data.subarray(0, at + length), data.subarray(at)])
    case 5: {
      const from = Math.floor(random() * other.length)
      return Buffer.concat([data.subarray(0, at), other.subarray(from, from + length), data.subarray(at)])
    }
    default:
      return Buffer.concat([data.subarray(0, at), other.subarray(Math.floor(random() * other.length))])
  }
}

/** One to four mutations of a file, sometimes under another name. */
export const mutate = (corpus: readonly CorpusFile[], random: Uniform): CorpusFile => {
  const pick = (): CorpusFile => corpus[Math.floor(random() * corpus.length)] as CorpusFile
  const chosen = pick()
  let { data } = chosen
  for (let left = 1 + Math.floor(random() * 4); left > 0; left -= 1)
    data = mutateOnce(data, pick().data, random)
  return { name: random() < 0.1 ? pick().name : chosen.name, data }
}
