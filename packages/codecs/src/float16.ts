/** IEEE 754 binary16 and bfloat16 bits to numbers and back, without `Float16Array` (round to nearest, ties to even). */
const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** Largest magnitude that does not round to infinity in binary16. */
export const FLOAT16_LIMIT = 65519.996

/** Bits of the binary16 nearest to `value`; the value goes through float32 first. */
export const toFloat16Bits = (value: number): number => {
  float[0] = value
  const raw = bits[0] as number
  const sign = (raw >>> 16) & 0x8000
  const exponent = ((raw >>> 23) & 0xff) - 112
  const mantissa = raw & 0x7fffff
  if (exponent >= 143) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200)
  if (exponent >= 31) return sign | 0x7c00
  if (exponent <= 0) return sign | subnormalBits(exponent, mantissa)
  return sign | roundEven((exponent << 23) | mantissa, 13)
}

const subnormalBits = (exponent: number, mantissa: number): number =>
  exponent < -10 ? 0 : roundEven(mantissa | 0x800000, 14 - exponent)

/** Drops `shift` low bits, rounding to nearest, ties to even; a carry moves into the exponent as it should. */
const roundEven = (value: number, shift: number): number => {
  const kept = value >>> shift
  const rest = value & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept
}

/** The number that 16 bits stand for, NaN and infinities included. */
export const fromFloat16Bits = (half: number): number => {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const mantissa = half & 0x3ff
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

/** Largest float32 that does not round to infinity in bfloat16. */
export const BFLOAT16_LIMIT = 3.396177326406364e38

/** Bits of the bfloat16 nearest to `value`: the upper half of its float32. */
export const toBfloat16Bits = (value: number): number => {
  float[0] = value
  const raw = bits[0] as number
  if (Number.isNaN(value)) return (raw >>> 16) | 0x40
  return roundEven16(raw)
}

const roundEven16 = (raw: number): number => {
  const kept = raw >>> 16
  const rest = raw & 0xffff
  return rest > 0x8000 || (rest === 0x8000 && (kept & 1) === 1) ? kept + 1 : kept
}

/** The number that the upper half of a float32 stands for. */
export const fromBfloat16Bits = (half: number): number => {
  bits[0] = half << 16
  return float[0] as number
}
