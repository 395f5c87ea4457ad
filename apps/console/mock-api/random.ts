/** A seeded generator (mulberry32), so that the same seed gives the same world. */
export type Random = {
  float: () => number
  normal: () => number
  hex: (bytes: number) => string
  id: (at: number) => string
}

export const createRandom = (seed: number): Random => {
  let state = seed >>> 0
  const float = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const hex = (bytes: number) =>
    Array.from({ length: bytes }, () =>
      Math.floor(float() * 256)
        .toString(16)
        .padStart(2, '0'),
    ).join('')
  // Box and Muller; 1 - u keeps the logarithm finite.
  const normal = () => Math.sqrt(-2 * Math.log(1 - float())) * Math.cos(2 * Math.PI * float())
  const id = (at: number) => {
    const time = Math.floor(at).toString(16).padStart(12, '0')
    const rest = hex(10)
    return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`
  }
  return { float, normal, hex, id }
}
