/** Decides again about a stage that a version already has, when something it was given for may not hold any more. */
import type { Decision, ModelVersionRef, Principal, Stage } from '@rampart/domain'
import type { StoredVersion } from './store.ts'

export type ReconsiderationDeps = {
  readonly get: (tenant: string, ref: ModelVersionRef) => Promise<StoredVersion>
  /** Logged like every decision. */
  readonly decide: (
    principal: Principal,
    version: StoredVersion,
    request: { readonly to: Stage; readonly reason: string },
  ) => Promise<Decision>
  readonly transition: (
    principal: Principal,
    ref: ModelVersionRef,
    request: { readonly to: Stage; readonly reason: string; readonly revision: number },
  ) => Promise<StoredVersion>
}

/** The step that gave the stage: what is asked again. The other stages give nothing that could be taken. */
const CAME_FROM: Partial<Readonly<Record<Stage, Stage>>> = {
  assessed: 'registered',
  approved: 'assessed',
  deployed: 'approved',
}

const MAX_REASON = 2000

export type Reconsidered = { readonly stage: Stage; readonly reasons: readonly string[] }

/**
 * Asks the promotion policy for the step into the present stage once more; when it denies, the version is quarantined.
 * Safe to repeat. `principal` must be one that may take every step, so that only the facts decide.
 */
export const createReconsideration =
  ({ get, decide, transition }: ReconsiderationDeps) =>
  async (principal: Principal, ref: ModelVersionRef, cause: string): Promise<Reconsidered> => {
    const version = await get(principal.tenant, ref)
    const from = CAME_FROM[version.stage]
    if (from === undefined) return { stage: version.stage, reasons: [] }
    const decision = await decide(
      principal,
      { ...version, stage: from },
      { to: version.stage, reason: cause },
    )
    if (decision.allow) return { stage: version.stage, reasons: [] }
    const reason = `${cause}: ${decision.reasons.join('; ')}`.slice(0, MAX_REASON)
    const after = await transition(principal, ref, { to: 'quarantined', reason, revision: version.revision })
    return { stage: after.stage, reasons: decision.reasons }
  }
