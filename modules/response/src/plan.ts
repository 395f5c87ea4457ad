/** From a request to the run that is kept: parameters checked, effects estimated, the plan named by its digest. */
import { type Principal, principalName } from '@rampart/domain'
import { canonicalDigest } from '@rampart/signing'
import { Value } from 'typebox/value'
import { type ActionCall, type ActionRegistry, type BlastRadius, contractOf, type Json } from './action.ts'
import { responseErrors } from './errors.ts'
import type { RunRequest } from './run.ts'

export const MAX_STEPS = 50
const PROTECTED_APPROVALS = 2

/** Throws RESPONSE_ACTION_UNKNOWN and RESPONSE_PARAMETERS_INVALID. */
export const checkSteps = (actions: ActionRegistry, steps: RunRequest['steps']): void => {
  if (steps.length === 0 || steps.length > MAX_STEPS)
    throw responseErrors.RESPONSE_PARAMETERS_INVALID(
      `A run has 1 to ${MAX_STEPS} steps, not ${steps.length}.`,
    )
  for (const [index, { action, parameters }] of steps.entries()) {
    const found = actions.get(action)
    if (found === undefined) throw responseErrors.RESPONSE_ACTION_UNKNOWN(`There is no action ${action}.`)
    const [fault] = Value.Errors(found.schema, parameters)
    if (fault !== undefined)
      throw responseErrors.RESPONSE_PARAMETERS_INVALID(
        `steps/${index}/parameters${fault.instancePath}: ${fault.message}`,
      )
  }
}

const planOf = (request: RunRequest) => ({
  name: request.name,
  subject: { ...request.subject },
  steps: request.steps.map(({ action, parameters }) => ({ action, parameters })),
  ttlMs: request.ttlMs ?? null,
  onFailure: request.onFailure ?? 'revert',
})

/** What an approval is about: another plan, or another run of the same plan, has another digest. */
export const planDigestOf = (request: RunRequest, run: string): string =>
  canonicalDigest({ ...planOf(request), run })

/** Runs of releases before 0.1.0 was final were named without their id. */
export const isSamePlan = (request: RunRequest, known: { id: string; planDigest: string }): boolean =>
  [planDigestOf(request, known.id), canonicalDigest(planOf(request))].includes(known.planDigest)

export const approvalsNeeded = ({ approvals = 0, isProtected = false }: RunRequest): number =>
  isProtected ? Math.max(PROTECTED_APPROVALS, approvals) : approvals

/** What each step would touch. An estimate that cannot be made says so instead of keeping the run from starting. */
export const estimate = (
  actions: ActionRegistry,
  principal: Principal,
  request: RunRequest,
): Promise<BlastRadius[]> =>
  Promise.all(
    request.steps.map(async ({ action, parameters }, index) => {
      const call: ActionCall = {
        tenant: principal.tenant,
        parameters: parameters as Json,
        key: `estimate/${index}`,
        runId: 'estimate',
        reason: request.reason,
        principal,
        signal: AbortSignal.timeout(2_000),
      }
      try {
        return (await actions.get(action)?.blastRadius(call)) ?? { entities: [], summary: 'unknown' }
      } catch (error) {
        return { entities: [], summary: `unknown: ${error instanceof Error ? error.message : String(error)}` }
      }
    }),
  )

/** Two people are two: not the one who asked, and not the same twice. */
export const mayApprove = (
  requestedBy: Principal,
  isProtected: boolean,
  approver: Principal,
): string | undefined => {
  if (approver.kind !== 'user' && approver.kind !== 'service') return 'only people and services may approve'
  if (!approver.roles.some((role) => role === 'approver' || role === 'admin'))
    return 'it takes the role approver or admin'
  if (isProtected && principalName(requestedBy) === principalName(approver))
    return 'the entity is protected: who asked may not approve'
  return undefined
}

/** What the actions of a run mean in this release; those it does not have are left out. */
export const contractsNow = (
  actions: ActionRegistry,
  steps: RunRequest['steps'],
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    steps.flatMap(({ action }) => {
      const found = actions.get(action)
      return found === undefined ? [] : [[action, contractOf(found)] as const]
    }),
  )
