/**
 * The generator MT19937 (Matsumoto and Nishimura 1998) seeded by an integer, and sampling without replacement from a
 * range, both as Python's `random` module does them: so that a seeded detector repeats a seeded Python run.
 */
import { requireOption } from './change-detector.ts'

const STATE = 624
const MIDDLE = 397

/** Draws like random.Random(seed) for an integer seed of at most 53 bits. */
export type PythonRandom = {
  uint32(): number
  /** random.sample(range(size), count). */
  sample(size: number, count: number): number[]
}

export const createPythonRandom = (seed: number): PythonRandom => {
  requireOption(Number.isSafeInteger(seed), 'seed', seed, 'an integer')
  const state = seededState(Math.abs(seed))
  let at = STATE
  const uint32 = (): number => {
    if (at === STATE) {
      renew(state)
      at = 0
    }
    let y = state[at++] as number
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }
  /** Rejection from the next power of two, so that no number is preferred. */
  const below = (limit: number): number => {
    const shift = Math.clz32(limit)
    let drawn = uint32() >>> shift
    while (drawn >= limit) drawn = uint32() >>> shift
    return drawn
  }
  return { uint32, sample: (size, count) => sampleOfRange(size, count, below) }
}

const linearState = (seed: number): Uint32Array => {
  const state = new Uint32Array(STATE)
  state[0] = seed
  for (let i = 1; i < STATE; i += 1) {
    const previous = state[i - 1] as number
    state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i
  }
  return state
}

/** init_by_array of the reference implementation, the key being the 32-bit words of the seed. */
const seededState = (seed: number): Uint32Array => {
  const high = Math.floor(seed / 2 ** 32)
  const key = high === 0 ? [seed >>> 0] : [seed >>> 0, high]
  const state = linearState(19650218)
  let i = 1
  const mix = (factor: number, add: (step: number) => number, steps: number): void => {
    for (let step = 0; step < steps; step += 1) {
      const previous = state[i - 1] as number
      state[i] = ((state[i] as number) ^ Math.imul(previous ^ (previous >>> 30), factor)) + add(step)
      i += 1
      if (i === STATE) {
        state[0] = state[STATE - 1] as number
        i = 1
      }
    }
  }
  mix(1664525, (step) => (key[step % key.length] as number) + (step % key.length), STATE)
  mix(1566083941, () => -i, STATE - 1)
  state[0] = 0x80000000
  return state
}

const renew = (state: Uint32Array): void => {
  for (let i = 0; i < STATE; i += 1) {
    const y = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % STATE] as number) & 0x7fffffff)
    const odd = (y & 1) === 0 ? 0 : 0x9908b0df
    state[i] = (state[(i + MIDDLE) % STATE] as number) ^ (y >>> 1) ^ odd
  }
}

/** A pool is shuffled while it is not larger than a set of the drawn would be; else draws are repeated until new. */
const sampleOfRange = (size: number, count: number, below: (limit: number) => number): number[] => {
  const setSize = 21 + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0)
  if (size > setSize) {
    const drawn = new Set<number>()
    while (drawn.size < count) drawn.add(below(size))
    return [...drawn]
  }
  const pool = Array.from({ length: size }, (_, i) => i)
  return Array.from({ length: count }, (_, i) => {
    const at = below(size - i)
    const taken = pool[at] as number
    pool[at] = pool[size - i - 1] as number
    return taken
  })
}
