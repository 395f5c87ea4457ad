/** Reading a pack's answer: whatever is not clearly an allow is a deny with a reason. */
import type { DecisionResult } from '@rampart/domain'

const deny = (reason: string): DecisionResult => ({ allow: false, reasons: [reason], obligations: {} })

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Allows only for `{"allow": true, …}` with reasons and obligations of the right kind. */
export function toDecisionResult(value: unknown): DecisionResult {
  if (value === undefined) return deny('the policy gave no decision')
  if (!isRecord(value) || typeof value.allow !== 'boolean')
    return deny('the policy gave no readable decision')
  const { allow, reasons = [], obligations = {} } = value
  if (
    !Array.isArray(reasons) ||
    !reasons.every((reason) => typeof reason === 'string') ||
    !isRecord(obligations)
  ) {
    return deny('the policy gave no readable decision')
  }
  return {
    allow,
    reasons: !allow && reasons.length === 0 ? ['the policy gave no reason'] : reasons,
    obligations,
  }
}

/** An evaluation that broke: the caller is denied, the reason says that it is the policy's fault. */
export const brokenDecision = (error: unknown): DecisionResult =>
  deny(`the policy could not be evaluated: ${error instanceof Error ? error.message : 'unknown fault'}`)
