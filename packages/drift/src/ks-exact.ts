/** Exact two-sample Kolmogorov-Smirnov p-values: counting lattice paths, in probabilities so that small tails keep their digits. */

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/**
 * P(D >= h / lcm(m, n)) under the null for continuous data. Equal sizes in closed form (Gnedenko and Korolyuk 1951),
 * otherwise the recursion of Hodges (1958) over the band. O(D · m · n) time, O(n) memory.
 */
export const exactKsTail = (m: number, n: number, h: number): number => {
  if (h <= 0) return 1
  if (m === n) return equalSizes(n, h)
  const divisor = gcd(m, n)
  return bandRecursion(m / divisor, n / divisor, m, n, h)
}

// p = 2 (r1 - r1 r2 + r1 r2 r3 - …), r_k = Π (n - i + 1) / (n + i) over i in ((k-1)h, kh]: nested from the last term.
const equalSizes = (n: number, h: number): number => {
  let nested = 0
  for (let k = Math.floor(n / h); k >= 1; k -= 1) {
    let ratio = 1
    for (let i = (k - 1) * h + 1; i <= k * h; i += 1) ratio *= (n - i + 1) / (n + i)
    nested = ratio * (1 - nested)
  }
  return Math.min(1, 2 * nested)
}

/**
 * outside(i, j) = share of lattice paths (0,0) → (i,j) that touch |i·stepM - j·stepN| >= h. The last step of a random
 * path came from (i-1, j) with probability i / (i + j), so all terms are positive and nothing cancels.
 */
const bandRecursion = (reducedM: number, reducedN: number, m: number, n: number, h: number): number => {
  // Outside the band every share is 1, so only the band is walked: O(D · m · n) instead of O(m · n).
  const row = new Float64Array(n + 1).fill(1)
  for (let i = 0; i <= m; i += 1) {
    const centre = i * reducedN
    const from = Math.max(0, Math.floor((centre - h) / reducedM) + 1)
    const to = Math.min(n, Math.ceil((centre + h) / reducedM) - 1)
    if (from > 0) row[from - 1] = 1
    for (let j = from; j <= to; j += 1) {
      if (i === 0) row[j] = j === 0 ? 0 : (row[j - 1] as number)
      else if (j > 0) row[j] = ((row[j] as number) * i + (row[j - 1] as number) * j) / (i + j)
    }
  }
  return row[n] as number
}

/** The statistic as the integer h with D = h / lcm(m, n). */
export const ksNumerator = (m: number, n: number, statistic: number): number =>
  Math.round(statistic * (m / gcd(m, n)) * n)
