/**
 * The assessment of one version: read, loaded and run in a process that may die, inputs and outputs recorded,
 * accuracy on the reference rows held against the declared limits. Sees what the model does on those rows; does not
 * see backdoors or hostile files. A model that fails is an answer (`failed`), never an exception.
 */
import type { AssessmentPredicate, Digest, ModelSignature, ModelSpec, ModelVersionRef } from '@rampart/domain'
import { AppError, type Clock } from '@rampart/kit'
import { assuranceErrors } from './errors.ts'
import type { ModelRunner, RowOutputs } from './ports.ts'
import { readReferenceRows } from './reference-rows.ts'
import { scorePredictions, unmetLimits } from './scoring.ts'

export type AssessmentRequest = {
  readonly tenant: string
  readonly ref: ModelVersionRef
  readonly spec: ModelSpec
  readonly model: { readonly path: string; readonly digest: Digest }
  readonly reference?: { readonly path: string; readonly digest: Digest }
}

export type Assessment = {
  readonly predicate: AssessmentPredicate
  readonly signature?: ModelSignature
  readonly rows: readonly Record<string, unknown>[]
  readonly outputs: RowOutputs
}

type Measured = Pick<Assessment, 'rows' | 'outputs'> & {
  readonly signature: ModelSignature
  readonly metrics: Readonly<Record<string, number>>
  readonly unmet: readonly string[]
}

/** The model or its reference rows are at fault, as opposed to our database or disk: then failing is the answer. */
const isAnswer = (error: unknown): error is AppError =>
  error instanceof AppError && /^(ONNX|CODECS|ASSURANCE)_/.test(error.code)

export const createAssess = (deps: {
  readonly runner: ModelRunner
  readonly clock: Clock
  readonly runtime: string
}) => {
  const { runner, clock } = deps

  const measure = async (request: AssessmentRequest): Promise<Measured> => {
    const rows = request.reference === undefined ? [] : await readReferenceRows(request.reference.path)
    const { signature, outputs, durationMs } = await runner.run(request.model, rows)
    const limits = request.spec.limits ?? {}
    const named = request.spec.reference
    if (named === undefined || rows.length === 0)
      return {
        signature,
        rows,
        outputs,
        metrics: { load_ms: durationMs },
        unmet: unmetLimits(scorePredictions([], []), limits),
      }
    const scores = scorePredictions(
      rows.map((row) => row[named.label]),
      predictionColumn(outputs, named.prediction, rows.length),
    )
    const metrics = {
      accuracy: scores.accuracy,
      balanced_accuracy: scores.balancedAccuracy,
      mean_row_ms: durationMs / rows.length,
    }
    return { signature, rows, outputs, metrics, unmet: unmetLimits(scores, limits) }
  }

  return async (request: AssessmentRequest): Promise<Assessment> => {
    const started = clock.monotonic()
    const shared = () => ({
      model: request.ref.name,
      version: request.ref.version,
      tenant: request.tenant,
      limits: limitsOf(request.spec),
      ...(request.reference === undefined ? {} : { referenceDigest: request.reference.digest }),
      runtime: deps.runtime,
      durationMs: Math.round(clock.monotonic() - started),
      assessedAt: clock.iso(),
    })
    try {
      const { signature, rows, outputs, metrics, unmet } = await measure(request)
      const result = unmet.length === 0 ? ('passed' as const) : ('failed' as const)
      const predicate = { ...shared(), result, reasons: unmet, signature, metrics, rows: rows.length }
      return { predicate, signature, rows, outputs }
    } catch (error) {
      if (!isAnswer(error)) throw error
      const reasons = [`${error.code}: ${error.message}`]
      return {
        predicate: { ...shared(), result: 'failed', reasons, metrics: {}, rows: 0 },
        rows: [],
        outputs: {},
      }
    }
  }
}

const limitsOf = ({ limits }: ModelSpec): Record<string, number> => ({
  ...(limits?.minAccuracy === undefined ? {} : { min_accuracy: limits.minAccuracy }),
  ...(limits?.minBalancedAccuracy === undefined ? {} : { min_balanced_accuracy: limits.minBalancedAccuracy }),
})

const predictionColumn = (outputs: RowOutputs, name: string, rows: number): readonly unknown[] => {
  const column = outputs[name]
  if (column === undefined)
    throw assuranceErrors.ASSURANCE_PREDICTION_INVALID(`The model has no output "${name}".`)
  if (column.length !== rows || column.some((values) => values.length !== 1))
    throw assuranceErrors.ASSURANCE_PREDICTION_INVALID(`Output "${name}" is not one value per row.`)
  return column.map((values) => values[0])
}
