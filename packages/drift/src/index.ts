/** Mergeable sketches, two-sample statistics, sequential detectors and the alarm state machine: pure, no I/O, no dependencies. */
export {
  type AlarmConfig,
  type AlarmEmission,
  type AlarmObservation,
  type AlarmSeverity,
  type AlarmState,
  checkAlarmConfig,
  DEFAULT_ALARM,
  nextAlarm,
  QUIET_ALARM,
} from './alarm.ts'
export { type ChiSquareResult, chiSquareTest } from './chi-square.ts'
export { type Coin, createCoin, createUniform, type Uniform } from './coin.ts'
export { type ColumnDrift, type ColumnSide, compareColumn } from './column-drift.ts'
export { type ColumnBuilder, type ColumnOptions, createColumnBuilder } from './column-profile.ts'
export { DriftError, type DriftErrorCode } from './errors.ts'
export {
  type CategoricalDrift,
  compareCategories,
  compareNumeric,
  type FeatureDrift,
  MISSING_CATEGORY,
  type NumericDrift,
  OTHER_CATEGORY,
} from './feature-drift.ts'
export {
  createFourierFeatures,
  type FourierFeatures,
  type MeanEmbedding,
  meanEmbedding,
  mergeEmbeddings,
  type RowBatch,
  squaredMmd,
} from './fourier-features.ts'
export {
  createFrequencySketch,
  DEFAULT_CATEGORY_CAP,
  type FrequencySketch,
  type FrequencyState,
  frequencySketchFromJSON,
} from './frequency-sketch.ts'
export { holmAdjust } from './holm.ts'
export { jensenShannonDistance } from './jensen-shannon.ts'
export { kolmogorovTail } from './kolmogorov.ts'
export { type KsMethod, type KsResult, ksPValue, ksStatistic, ksTest } from './ks.ts'
export { type MmdOptions, type MmdResult, mmdTest } from './mmd.ts'
export {
  binCounts,
  PSI_BINS,
  PSI_EPSILON,
  type PsiResult,
  populationStability,
  psiOfCounts,
  referenceEdges,
} from './psi.ts'
export {
  createQuantileSketch,
  DEFAULT_SKETCH_K,
  type QuantileSketch,
  quantileSketchFromBytes,
} from './quantile-sketch.ts'
export {
  compareProfiles,
  type DriftLimits,
  type DriftReport,
  driftReport,
  type FeatureColumn,
  type FeatureProfile,
  type JudgedFeature,
  judgeFeatures,
  profileOf,
} from './report.ts'
export {
  type NumericColumn,
  quantileOf,
  type SampleSummary,
  sampleOf,
  summariseSample,
  type WeightedSample,
  weightBelow,
} from './sample.ts'
export { type Adwin, type AdwinOptions, createAdwin } from './stream/adwin.ts'
export { alarmIndices, type ChangeDetector } from './stream/change-detector.ts'
export { type ConformalDetector, type ConformalOptions, createConformalDetector } from './stream/conformal.ts'
export { type CusumOptions, createCusum } from './stream/cusum.ts'
export { createKswin, type KswinOptions } from './stream/kswin.ts'
export { createPageHinkley, type PageHinkleyOptions } from './stream/page-hinkley.ts'
export { wassersteinDistance } from './wasserstein.ts'
