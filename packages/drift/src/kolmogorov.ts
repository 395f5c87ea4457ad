/**
 * Distribution of the two-sided one-sample Kolmogorov-Smirnov statistic D_n, by the regions of
 * Simard and L'Ecuyer (2011, Journal of Statistical Software 39/11): about 1e-10 relative, Pelz-Good region 1e-6.
 */
import { stirlingError } from './gamma.ts'
import { smirnovTail } from './smirnov.ts'

/** P(D_n >= x) for an integer n >= 1. This is what the asymptotic two-sample p-value is read from. */
export const kolmogorovTail = (n: number, x: number): number => {
  const t = n * x
  if (x >= 1) return 0
  if (t <= 0.5) return 1
  if (t <= 1) return 1 - rubenGambino(n, t)
  if (t >= n - 1) return 2 * (1 - x) ** n
  if (x >= 0.5) return Math.min(1, 2 * smirnovTail(n, x))
  const square = t * x
  if (n <= 140) return square <= 4 ? 1 - durbinMatrix(n, x) : 2 * smirnovTail(n, x)
  if (square >= 370) return 0
  if (square >= 2.2) return Math.min(1, 2 * smirnovTail(n, x))
  const cdf = n <= 100_000 && n * x ** 1.5 <= 1.4 ? durbinMatrix(n, x) : pelzGood(n, x)
  return Math.min(1, Math.max(0, 1 - cdf))
}

/** P(D_n <= x) = n! (2x - 1/n)^n on 1/(2n) <= x <= 1/n (Ruben and Gambino 1982). */
const rubenGambino = (n: number, t: number): number => {
  const logFactorialOverPower = 0.5 * Math.log(2 * Math.PI * n) - n + stirlingError(n)
  return Math.exp(logFactorialOverPower + n * Math.log(2 * t - 1))
}

type ScaledMatrix = { cells: Float64Array; exponent: number }

const multiply = (a: ScaledMatrix, b: ScaledMatrix, size: number): ScaledMatrix => {
  const cells = new Float64Array(size * size)
  for (let i = 0; i < size; i += 1) {
    for (let k = 0; k < size; k += 1) {
      const factor = a.cells[i * size + k] as number
      if (factor === 0) continue
      for (let j = 0; j < size; j += 1) {
        cells[i * size + j] = (cells[i * size + j] as number) + factor * (b.cells[k * size + j] as number)
      }
    }
  }
  const centre = cells[(size >> 1) * size + (size >> 1)] as number
  let exponent = a.exponent + b.exponent
  if (centre > 1e140) {
    for (let i = 0; i < cells.length; i += 1) cells[i] = (cells[i] as number) * 1e-140
    exponent += 140
  }
  return { cells, exponent }
}

const power = (base: ScaledMatrix, size: number, n: number): ScaledMatrix => {
  if (n === 1) return base
  const half = power(base, size, n >> 1)
  const even = multiply(half, half, size)
  return n % 2 === 0 ? even : multiply(even, base, size)
}

/** The matrix H of Durbin (1973) in the form of Marsaglia, Tsang and Wang (2003, section 2). */
const durbinBase = (size: number, h: number): ScaledMatrix => {
  const cells = new Float64Array(size * size)
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) cells[i * size + j] = i - j + 1 < 0 ? 0 : 1
  }
  for (let i = 0; i < size; i += 1) {
    cells[i * size] = (cells[i * size] as number) - h ** (i + 1)
    const bottom = (size - 1) * size + i
    cells[bottom] = (cells[bottom] as number) - h ** (size - i)
  }
  const corner = (size - 1) * size
  if (2 * h - 1 > 0) cells[corner] = (cells[corner] as number) + (2 * h - 1) ** size
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      for (let g = 2; g <= i - j + 1; g += 1) cells[i * size + j] = (cells[i * size + j] as number) / g
    }
  }
  return { cells, exponent: 0 }
}

const durbinMatrix = (n: number, x: number): number => {
  const k = Math.floor(n * x) + 1
  const size = 2 * k - 1
  const raised = power(durbinBase(size, k - n * x), size, n)
  let value = raised.cells[(k - 1) * size + (k - 1)] as number
  let exponent = raised.exponent
  for (let i = 1; i <= n; i += 1) {
    value = (value * i) / n
    if (value < 1e-140) {
      value *= 1e140
      exponent -= 140
    }
  }
  return Math.min(1, Math.max(0, value * 10 ** exponent))
}

/** Four terms of the expansion in 1/√n by Pelz and Good (1976), as printed by Simard and L'Ecuyer, section 2.4. */
const pelzGood = (n: number, x: number): number => {
  const z = Math.sqrt(n) * x
  const z2 = z * z
  const z4 = z2 * z2
  const z6 = z4 * z2
  let k0 = 0
  let k1 = 0
  let k2 = 0
  let k3 = 0
  // The sums over all integers are even in k + 1/2 and in k, so half of each is added and doubled.
  for (let k = 0; k < 60; k += 1) {
    const h = (Math.PI * (k + 0.5)) ** 2
    const weight = Math.exp(-h / (2 * z2))
    if (weight === 0) break
    k0 += weight
    k1 += (h - z2) * weight
    k2 += (6 * z6 + 2 * z4 + h * (2 * z4 - 5 * z2) + h * h * (1 - 2 * z2)) * weight
    k3 +=
      (h ** 3 * (5 - 30 * z2) +
        h * h * (-60 * z2 + 212 * z4) +
        h * (135 * z4 - 96 * z6) -
        30 * z6 -
        90 * z4 * z4) *
      weight
  }
  let whole2 = 0
  let whole3 = 0
  for (let k = 1; k < 60; k += 1) {
    const h = (Math.PI * k) ** 2
    const weight = Math.exp(-h / (2 * z2))
    if (weight === 0) break
    whole2 += h * weight
    whole3 += (3 * h * z2 - h * h) * weight
  }
  const root = Math.sqrt(Math.PI / 2)
  const order0 = (2 * root * k0) / z
  const order1 = (2 * root * k1) / (6 * z4)
  const order2 = 2 * root * (k2 / (72 * z6 * z) - whole2 / (36 * z * z2))
  const order3 = 2 * root * (k3 / (6480 * z6 * z4) + whole3 / (216 * z6))
  const rootN = Math.sqrt(n)
  return order0 + order1 / rootN + order2 / n + order3 / (n * rootN)
}
