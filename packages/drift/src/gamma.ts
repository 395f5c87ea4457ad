/** Gamma functions to about 1e-13 relative: ln Γ, the upper incomplete Q(a, x), and the small terms of Stirling's series. */

const HALF_LN_2PI = 0.9189385332046727

/** ln n! - (n + 1/2) ln n + n - ln √(2π): exact table for n < 16, Stirling's series beyond (Loader 2000). */
export const stirlingError = (n: number): number => {
  if (n < 16) return SMALL_STIRLING[n] as number
  const square = n * n
  const series = 1 / 1188 - 691 / 360360 / square
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - series / square) / square) / square) / square) / n
}

const SMALL_STIRLING = Array.from({ length: 16 }, (_, n) => {
  if (n === 0) return 0
  let factorial = 1
  for (let i = 2; i <= n; i += 1) factorial *= i
  return Math.log(factorial) - (n + 0.5) * Math.log(n) + n - HALF_LN_2PI
})

/** ln Γ(x) for x > 0: the argument is shifted above 16, where Stirling's series has converged. */
export const logGamma = (x: number): number => {
  let shifted = x
  let product = 1
  while (shifted < 16) {
    product *= shifted
    shifted += 1
  }
  return (
    (shifted - 0.5) * Math.log(shifted) - shifted + HALF_LN_2PI + stirlingSeries(shifted) - Math.log(product)
  )
}

const stirlingSeries = (x: number): number => {
  const square = x * x
  const tail = 1 / 1188 - 691 / 360360 / square
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - tail / square) / square) / square) / square) / x
}

/** Regularised upper incomplete gamma Q(a, x), a > 0, x >= 0 (DLMF 8.7.1 series, 8.9.2 continued fraction). */
export const upperGamma = (a: number, x: number): number => {
  if (x <= 0) return 1
  if (!Number.isFinite(x)) return 0
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a))
  return x < a + 1 ? 1 - scale * lowerSeries(a, x) : scale * upperFraction(a, x)
}

const lowerSeries = (a: number, x: number): number => {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < 100_000 && term > sum * 1e-17; n += 1) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

// Lentz's method (Thompson and Barnett 1986) on the continued fraction for Γ(a, x) e^x x^-a.
const upperFraction = (a: number, x: number): number => {
  let b = x + 1 - a
  let c = 1e300
  let d = 1 / b
  let value = d
  for (let n = 1; n < 100_000; n += 1) {
    const numerator = n * (a - n)
    b += 2
    d = 1 / (numerator * d + b)
    c = b + numerator / c
    const step = c * d
    value *= step
    if (Math.abs(step - 1) < 1e-16) break
  }
  return value
}
