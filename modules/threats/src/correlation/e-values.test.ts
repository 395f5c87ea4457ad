import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '@rampart/kit'
import fc from 'fast-check'
import { calibrate, decibans, LEAST_P, meanE } from './e-values.ts'

const share = fc.double({ min: 0, max: 1, noNaN: true })

test('the calibrator integrates to at most 1 over uniform p-values, and loses almost nothing', () => {
  // Midpoints in ln p: F(p) dp = F(eᵘ) eᵘ du resolves the pole at 0.
  const steps = 200_000
  const least = Math.log(LEAST_P)
  let integral = LEAST_P * calibrate(LEAST_P)
  for (let i = 0; i < steps; i += 1) {
    const p = Math.exp(least * ((i + 0.5) / steps))
    integral += (calibrate(p) * p * -least) / steps
  }
  assert.ok(integral <= 1 + 1e-9 && integral > 0.95, String(integral))
})

test('property: a smaller p-value is never less evidence', () => {
  fc.assert(
    fc.property(share, share, (a, b) => {
      assert.ok(calibrate(Math.min(a, b)) >= calibrate(Math.max(a, b)) - 1e-9)
    }),
  )
})

test('known values', () => {
  assert.equal(calibrate(1), 0.5)
  // (1 − p + p ln p) / (p ln² p) at p = 0.01
  assert.ok(Math.abs(calibrate(0.01) - (0.99 + 0.01 * Math.log(0.01)) / (0.01 * Math.log(0.01) ** 2)) < 1e-9)
  assert.equal(calibrate(0), calibrate(LEAST_P))
  assert.equal(decibans(100), 20)
  assert.throws(() => calibrate(1.1), RangeError)
  assert.throws(() => calibrate(Number.NaN), RangeError)
})

test('series and formula agree where they meet', () => {
  const at = (u: number) => calibrate(Math.exp(-u))
  assert.ok(Math.abs(at(0.009_999) - at(0.010_001)) < 1e-5)
})

/** Chance, over many looks at nothing, that the evidence exceeds 1/alpha: at most alpha by Markov's inequality. */
const exceedance = (draw: (uniform: () => number) => number, bound: number): number => {
  const random = createSeededRandom(7)
  const looks = 20_000
  let above = 0
  for (let i = 0; i < looks; i += 1) if (draw(() => random.float()) >= bound) above += 1
  return above / looks
}

test('means of dependent and products of independent evidence exceed 1/alpha with chance at most alpha', () => {
  const dependent = exceedance((uniform) => {
    const p = uniform()
    return meanE([calibrate(p), calibrate(p), calibrate(1 - p)])
  }, 20)
  const independent = exceedance((uniform) => calibrate(uniform()) * calibrate(uniform()), 20)
  assert.ok(dependent <= 0.05 && independent <= 0.05, `${dependent} ${independent}`)
})

test('property: an exponent of at most 1 does not raise the mean above 1', () => {
  const random = createSeededRandom(3)
  for (const weight of [0.1, 0.5, 0.9]) {
    let sum = 0
    for (let i = 0; i < 50_000; i += 1) sum += calibrate(random.float()) ** weight
    assert.ok(sum / 50_000 <= 1, `${weight}: ${sum / 50_000}`)
  }
})
