/**
 * E-values: evidence against "nothing is wrong" that stays valid when averaged, and multiplied when independent.
 * Source: V. Vovk, R. Wang, "E-values: Calibration, combination, and applications", Annals of Statistics 49(3), 2021.
 */

/** Below this a p-value says more about its approximation than about the data. */
export const LEAST_P = 1e-12

/**
 * The mixture calibrator ∫₀¹ κ p^(κ−1) dκ = (1 − p + p ln p) / (p ln² p), equation (2) of the paper. It needs no
 * choice of κ, and its mean under a uniform p is 1. Range: 1/2 at p = 1, about 1.3e9 at LEAST_P.
 */
export const calibrate = (p: number): number => {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a p-value lies between 0 and 1, not at ${p}`)
  const u = -Math.log(Math.max(p, LEAST_P))
  // With u = −ln p the same is (eᵘ − 1 − u) / u²; near u = 0 the difference cancels, the series does not.
  return u < 1e-2 ? 0.5 + u / 6 + (u * u) / 24 : (Math.expm1(u) - u) / (u * u)
}

/** Decibans: ten times the decimal logarithm. 10 is odds of 10 to 1, 20 of 100 to 1. */
export const decibans = (e: number): number => 10 * Math.log10(e)
export const fromDecibans = (db: number): number => 10 ** (db / 10)

/** The arithmetic mean of e-values is an e-value however they depend on one another (proposition 3.1). */
export const meanE = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value / values.length, 0)
