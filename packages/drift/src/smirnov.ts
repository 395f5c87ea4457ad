/** One-sided Kolmogorov-Smirnov tail P(D+_n >= x), summed from binomial probabilities in Loader's stable form. */
import { stirlingError } from './gamma.ts'

/** Loader's deviance part: k ln(k / m) + m - k without cancellation when k is near m (Loader 2000, section 4). */
const deviance = (k: number, mean: number): number => {
  const difference = k - mean
  if (Math.abs(difference) >= 0.1 * (k + mean)) return k * Math.log(k / mean) - difference
  const v = difference / (k + mean)
  let sum = difference * v
  let power = 2 * k * v
  for (let j = 1; j < 1000; j += 1) {
    power *= v * v
    const next = sum + power / (2 * j + 1)
    if (next === sum) break
    sum = next
  }
  return sum
}

/**
 * P(D+_n >= x) = x Σ_j C(n, j) (x + j/n)^(j-1) (1 - x - j/n)^(n-j), j = 0 … ⌊n(1-x)⌋ (Birnbaum and Tingey 1951).
 * Each term is x / (x + j/n) times the Binomial(n, x + j/n) probability of j. O(n).
 */
export const smirnovTail = (n: number, x: number): number => {
  if (x <= 0) return 1
  if (x >= 1) return 0
  const shift = n * x
  const last = Math.floor(n - shift)
  const whole = stirlingError(n)
  let sum = Math.exp(n * Math.log1p(-x))
  for (let j = 1; j <= last; j += 1) {
    const rest = n - j
    const mean = shift + j
    const restMean = rest - shift
    if (rest === 0 || restMean <= 0) continue
    const exponent =
      whole - stirlingError(j) - stirlingError(rest) - deviance(j, mean) - deviance(rest, restMean)
    sum += (shift / mean) * Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * j * rest))
  }
  return Math.min(1, sum)
}
