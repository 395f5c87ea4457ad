/** Randomness as a port: cryptographic in production, seeded in tests and simulations. */
import { randomBytes } from 'node:crypto'

export interface Random {
  bytes(n: number): Uint8Array
  /** Uniform in [0, 1), 53 bits. */
  float(): number
  /** Uniform in [0, 2^32). */
  uint32(): number
}

const fromWords = (uint32: () => number, bytes: (n: number) => Uint8Array): Random => ({
  bytes,
  uint32,
  float: () => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992,
})

const POOL_BYTES = 4096

const createCryptoRandom = (): Random => {
  let pool = Buffer.alloc(0)
  let at = 0
  const uint32 = (): number => {
    if (at + 4 > pool.length) {
      pool = randomBytes(POOL_BYTES)
      at = 0
    }
    at += 4
    return pool.readUInt32LE(at - 4)
  }
  return fromWords(uint32, (n) => new Uint8Array(randomBytes(n)))
}

export const cryptoRandom: Random = createCryptoRandom()

/** sfc32 (C. Doty-Humphrey, PractRand), seeded by splitmix-style mixing of one 32-bit number. Not for secrets. */
export const createSeededRandom = (seed: number): Random => {
  let a = seed >>> 0
  let b = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0
  let c = Math.imul(seed ^ 0x243f6a88, 0xc2b2ae35) >>> 0
  let counter = 1
  const uint32 = (): number => {
    const result = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + result
    return result >>> 0
  }
  for (let i = 0; i < 16; i += 1) uint32()
  const bytes = (n: number): Uint8Array => {
    const out = new Uint8Array(n)
    for (let i = 0; i < n; i += 1) out[i] = uint32() & 0xff
    return out
  }
  return fromWords(uint32, bytes)
}
