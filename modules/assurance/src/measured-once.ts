/**
 * Equal bytes under an equal specification give an equal measurement where no reference rows are run: a registry with
 * thousands of versions of few files is measured once per file. Kept in memory, for an hour, passed ones only.
 */
import type { Clock } from '@rampart/kit'
import type { Assessment, AssessmentRequest } from './assess.ts'

const KEPT = 1_000
const KEPT_MS = 3_600_000

type Kept = { readonly at: number; readonly assessment: Assessment }

export const createMeasuredOnce = (
  assess: (request: AssessmentRequest) => Promise<Assessment>,
  clock: Clock,
): ((request: AssessmentRequest) => Promise<Assessment>) => {
  const kept = new Map<string, Kept>()
  return async (request) => {
    if (request.reference !== undefined) return assess(request)
    const { features, classes, limits, reference } = request.spec
    const key = JSON.stringify([request.tenant, request.model.digest, features, classes, limits, reference])
    const known = kept.get(key)
    if (known !== undefined && clock.now() - known.at < KEPT_MS) {
      const { predicate } = known.assessment
      const { tenant, ref } = request
      const about = { tenant, model: ref.name, version: ref.version, assessedAt: clock.iso() }
      return { ...known.assessment, predicate: { ...predicate, ...about } }
    }
    const assessment = await assess(request)
    if (assessment.predicate.result === 'passed') {
      kept.delete(key)
      kept.set(key, { at: clock.now(), assessment })
      const [oldest] = kept.keys()
      if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
    }
    return assessment
  }
}
