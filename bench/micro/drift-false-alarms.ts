/**
 * False alarms on clean data and detection delay of the drift rule, by simulation with printed seeds.
 * Usage: node bench/micro/drift-false-alarms.ts [windows per setting, default 2000]
 */
import {
  compareNumeric,
  createUniform,
  DEFAULT_ALARM,
  judgeFeatures,
  sampleOf,
  type Uniform,
  type WeightedSample,
} from '@rampart/drift'

const SEED = 20261123
const REFERENCES = 20
const FEATURES = 30
const windows = Number(process.argv[2] ?? 2000)
const uniform = createUniform(SEED)

const normal = (next: Uniform): number =>
  Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())

/** Thirty laws by turns: normal, exponential, log-normal, Student-like with two degrees, small integers, rare flag. */
const LAWS: readonly ((next: Uniform) => number)[] = [
  normal,
  (next) => -Math.log(1 - next()),
  (next) => Math.exp(normal(next)),
  (next) => normal(next) / Math.sqrt(-Math.log(1 - next())),
  (next) => Math.floor(8 * next()),
  (next) => (next() < 0.03 ? 1 : 0),
]

const draw = (rows: number, scaled = -1): WeightedSample[] =>
  Array.from({ length: FEATURES }, (_, feature) => {
    const law = LAWS[feature % LAWS.length] as (next: Uniform) => number
    const factor = feature === scaled ? 3 : 1
    return sampleOf(Float64Array.from({ length: rows }, () => factor * law(uniform)))
  })

const judge = (reference: WeightedSample[], current: WeightedSample[]) =>
  judgeFeatures(
    reference.map((sample, i) => ({
      name: String(i),
      drift: compareNumeric(sample, current[i] as WeightedSample),
    })),
  )

const cleanRate = (referenceRows: number, windowRows: number) => {
  let alarms = 0
  let significant = 0
  let featuresOverPsi = 0
  for (let r = 0; r < REFERENCES; r += 1) {
    const reference = draw(referenceRows)
    for (let w = 0; w < windows / REFERENCES; w += 1) {
      const judged = judge(reference, draw(windowRows))
      alarms += judged.some(({ verdict }) => verdict === 'drifted') ? 1 : 0
      significant += judged.some(({ adjustedPValue }) => adjustedPValue <= DEFAULT_ALARM.alpha) ? 1 : 0
      featuresOverPsi += judged.filter(({ drift }) => drift.score >= DEFAULT_ALARM.raiseAt).length
    }
  }
  return { alarms, significant, psiShare: featuresOverPsi / (windows * FEATURES) }
}

/** Windows after a ×3 change that begins at a random row, until the changed feature is judged drifted. */
const delay = (referenceRows: number, windowRows: number, feature: number) => {
  const delays: number[] = []
  for (let trial = 0; trial < 100; trial += 1) {
    const reference = draw(referenceRows)[feature] as WeightedSample
    const cleanRows = Math.floor(windowRows * uniform())
    for (let w = 1; w <= 20; w += 1) {
      const clean = w === 1 ? cleanRows : 0
      const law = LAWS[feature % LAWS.length] as (next: Uniform) => number
      const values = Float64Array.from({ length: windowRows }, (_, i) => (i < clean ? 1 : 3) * law(uniform))
      const drift = compareNumeric(reference, sampleOf(values))
      // The other 29 features only matter through the correction: the worst case is Bonferroni's factor.
      const found = drift.score >= DEFAULT_ALARM.raiseAt && drift.pValue * FEATURES <= DEFAULT_ALARM.alpha
      if (found || w === 20) {
        delays.push(w * windowRows - cleanRows)
        break
      }
    }
  }
  delays.sort((a, b) => a - b)
  return { median: delays[50], p95: delays[95], worst: delays[99] }
}

console.log(
  `seed ${SEED}, ${FEATURES} features, ${REFERENCES} references, ${windows} clean windows per setting`,
)
console.log('reference  window  windows with alarm  windows with Holm p <= 0.001  features with PSI >= 0.2')
for (const [referenceRows, windowRows] of [
  [1000, 100],
  [1000, 500],
  [5000, 100],
  [5000, 500],
  [5000, 2000],
] as const) {
  const { alarms, significant, psiShare } = cleanRate(referenceRows, windowRows)
  console.log(`${referenceRows}\t${windowRows}\t${alarms}\t${significant}\t${(100 * psiShare).toFixed(3)} %`)
}
console.log('rows from a x3 change (random start inside a window) to the alarm: median, p95, worst of 100')
for (const windowRows of [100, 500]) {
  for (const [name, feature] of [
    ['normal', 0],
    ['exponential', 1],
    ['log-normal', 2],
    ['heavy tail', 3],
  ] as const) {
    const { median, p95, worst } = delay(5000, windowRows, feature)
    console.log(`window ${windowRows}\t${name}\t${median}\t${p95}\t${worst}`)
  }
}
