import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { chiSquareTest } from './chi-square.ts'
import { upperGamma } from './gamma.ts'
import { jensenShannonDistance } from './jensen-shannon.ts'
import { kolmogorovTail } from './kolmogorov.ts'
import { ksPValue, ksTest } from './ks.ts'
import { populationStability } from './psi.ts'
import { quantileOf, sampleOf } from './sample.ts'
import { wassersteinDistance } from './wasserstein.ts'

type TwoSampleCase = {
  name: string
  a: number[]
  b: number[]
  ks: { statistic: number; location: number; asymptotic: number | null; exact?: number }
  wasserstein: number
  psi: number
  jensenShannon: number
  counts: [number[], number[]]
  chiSquare: { statistic: number; degreesOfFreedom: number; pValue: number }
  deciles: number[]
}

const load = (name: string) => JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8'))
const { cases } = load('two-sample.json') as { cases: TwoSampleCase[] }
const tables = load('distributions.json') as Record<'kolmogorov' | 'exactKs' | 'chiSquare', number[][]>

const RELATIVE = 1e-9
const close = (actual: number, expected: number, label: string, relative = RELATIVE): void => {
  const gap = Math.abs(actual - expected)
  assert.ok(gap <= relative * Math.abs(expected) + 1e-300, `${label}: ${actual} is not ${expected}`)
}

describe('golden vectors from SciPy and NumPy', () => {
  for (const golden of cases) {
    test(`two samples: ${golden.name}`, () => {
      const a = sampleOf(golden.a)
      const b = sampleOf(golden.b)
      const asymptotic = ksTest(a, b, 'asymptotic')
      close(asymptotic.statistic, golden.ks.statistic, 'ks')
      if (golden.ks.asymptotic === null) assert.equal(asymptotic.pValue, 1)
      else close(asymptotic.pValue, golden.ks.asymptotic, 'asymptotic p')
      if (golden.ks.exact !== undefined) {
        const exact = ksTest(a, b, 'auto')
        assert.equal(exact.method, 'exact')
        close(exact.pValue, golden.ks.exact, 'exact p')
      } else assert.equal(ksTest(a, b, 'auto').method, 'asymptotic')
      close(wassersteinDistance(a, b), golden.wasserstein, 'wasserstein')
      const psi = populationStability(a, b)
      assert.deepEqual([[...psi.referenceCounts], [...psi.currentCounts]], golden.counts)
      // A sum of 1e-17 terms around zero has no relative precision: absolute there.
      assert.ok(
        Math.abs(psi.psi - golden.psi) <= RELATIVE * golden.psi + 1e-15,
        `psi ${psi.psi} ${golden.psi}`,
      )
      const distance = jensenShannonDistance(psi.referenceCounts, psi.currentCounts)
      // A square root turns a rounding of 1e-16 around zero into 1e-8.
      assert.ok(Math.abs(distance ** 2 - golden.jensenShannon ** 2) <= 1e-14, `js ${distance}`)
      for (const [i, decile] of golden.deciles.entries()) close(quantileOf(a, i / 10), decile, `decile ${i}`)
    })

    test(`chi-square of the bins: ${golden.name}`, () => {
      const result = chiSquareTest(...golden.counts)
      assert.equal(result.degreesOfFreedom, golden.chiSquare.degreesOfFreedom)
      assert.ok(
        Math.abs(result.statistic - golden.chiSquare.statistic) <=
          RELATIVE * golden.chiSquare.statistic + 1e-12,
      )
      close(result.pValue, golden.chiSquare.pValue, 'p')
    })
  }

  test('one-sample Kolmogorov tail: kstwo.sf', () => {
    for (const [n, x, expected] of tables.kolmogorov as [number, number, number][]) {
      close(kolmogorovTail(n, x), expected, `n ${n}, x ${x}`)
    }
  })

  test('exact two-sample tail: ks_2samp(method="exact")', () => {
    for (const [m, n, statistic, expected] of tables.exactKs as [number, number, number, number][]) {
      close(ksPValue(statistic, m, n, 'exact'), expected, `m ${m}, n ${n}, D ${statistic}`)
    }
  })

  test('chi-square tail: chi2.sf', () => {
    for (const [dof, x, expected] of tables.chiSquare as [number, number, number][]) {
      close(upperGamma(dof / 2, x / 2), expected, `dof ${dof}, x ${x}`)
    }
  })
})
