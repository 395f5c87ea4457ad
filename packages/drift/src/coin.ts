/** Seeded randomness for sketches and simulations: never the global generator, so a run can be repeated. */

/** A fair coin; each call is one independent flip. */
export type Coin = () => boolean

/** A source of uniform numbers in [0, 1). */
export type Uniform = () => number

const nextUint32 = (seed: number): (() => number) => {
  let state = seed | 0
  // A Weyl sequence through the 32-bit finaliser of MurmurHash3 (Steele, Lea, Flood 2014, SplitMix).
  return () => {
    state = (state + 0x9e3779b9) | 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
}

/** Uniform numbers in [0, 1) with 32 bits of resolution from a 32-bit seed. */
export const createUniform = (seed: number): Uniform => {
  const next = nextUint32(seed)
  return () => next() / 4294967296
}

/** A fair coin from a 32-bit seed. Sketches that will be merged need different seeds: their errors must be independent. */
export const createCoin = (seed: number): Coin => {
  const next = nextUint32(seed)
  let bits = 0
  let left = 0
  return () => {
    if (left === 0) {
      bits = next()
      left = 32
    }
    left -= 1
    const heads = (bits & 1) === 1
    bits >>>= 1
    return heads
  }
}
