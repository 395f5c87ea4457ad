/**
 * The budget of false alarms as the server spends it: every feature of a window, window after window, against one
 * reference. Windows that share a reference are not independent, so the spread is taken between references.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AlarmConfig, DEFAULT_ALARM } from '@rampart/drift'
import { createSeededRandom } from '@rampart/kit'
import { stepAlarms } from './alarms.ts'
import { createExtractor, createSketches, profilesOf } from './extract.ts'
import { compareFeature, judgeWindow } from './judgement.ts'
import { buildReference, type Reference, restoreReference } from './reference.ts'
import { sampleBatch, sampleReference } from './testing.ts'

const SEED = 20261123
const WINDOW_ROWS = 500

type Rate = {
  readonly mean: number
  readonly deviation: number
  readonly windows: number
  readonly raised: number
}

const { uint32 } = createSeededRandom(SEED)

/** A window of unchanged data, judged as the server does. */
const judged = (reference: Reference, config: AlarmConfig) => {
  const sketches = createSketches(reference.layout, uint32)
  createExtractor(reference.layout).extract(sampleBatch({ rows: WINDOW_ROWS, seed: uint32() }), sketches)
  const profiles = profilesOf(reference.layout, sketches)
  return judgeWindow(
    profiles.map((profile, index) => compareFeature(reference, index, profile)),
    config,
  )
}

const simulate = async (references: number, windows: number, config: AlarmConfig): Promise<Rate> => {
  const rates: number[] = []
  let raised = 0
  for (let r = 0; r < references; r += 1) {
    const input = sampleReference({ seed: uint32(), rows: 1000 })
    const reference = restoreReference(await buildReference(input, uint32))
    let alarms: Parameters<typeof stepAlarms>[0] = new Map()
    let bad = 0
    for (let w = 0; w < windows; w += 1) {
      const features = judged(reference, config)
      if (features.some(({ verdict }) => verdict === 'drifted')) bad += 1
      const window = { ref: input.ref, from: w, to: w + 1, rows: WINDOW_ROWS, referenceRows: 1000, features }
      const step = stepAlarms(alarms, window, config, w)
      alarms = step.alarms
      raised += step.signals.filter(({ state }) => state === 'raised').length
    }
    rates.push(bad / windows)
  }
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / references
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (references - 1)
  return { mean, deviation: Math.sqrt(variance / references), windows: references * windows, raised }
}

test('unchanged data alarms in at most alpha of the windows, whatever the effect size', async (t) => {
  // A large alpha and no least effect, so that a few hundred windows can tell.
  const alpha = 0.05
  const { mean, deviation, windows } = await simulate(40, 15, {
    ...DEFAULT_ALARM,
    raiseAt: 1e-9,
    clearAt: 0,
    alpha,
  })
  t.diagnostic(
    `seed ${SEED}: ${mean.toFixed(4)} ± ${deviation.toFixed(4)} of ${windows} windows, ${alpha} allowed`,
  )
  assert.ok(mean <= alpha + 3 * deviation, `${mean} of unchanged windows alarm`)
})

test('at the limits of the server unchanged data raises nothing in a thousand windows', async (t) => {
  const { mean, windows, raised } = await simulate(20, 50, DEFAULT_ALARM)
  t.diagnostic(
    `seed ${SEED}: ${raised} alarms in ${windows} windows, ${windows * DEFAULT_ALARM.alpha} allowed on average`,
  )
  assert.equal(mean, 0)
  assert.equal(raised, 0)
})
