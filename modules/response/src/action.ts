/** What an action is: a small typed plug-in with a precheck, an effect, a probe that tells whether it took, and an inverse. */
import type { EntityRef, Principal } from '@rampart/domain'
import type { TSchema } from 'typebox'

export type Json = Readonly<Record<string, unknown>>

/**
 * `unknown`: nothing can tell. After a crash an effect that is not idempotent then waits for a person. `pending`: it began
 * and goes on by itself; the run is looked at again later.
 */
export type Probe = { readonly took: 'yes' | 'no' | 'unknown' | 'pending'; readonly detail: string }

export type ActionCall = {
  readonly tenant: string
  readonly parameters: Json
  /** Names this one effect, the same in every attempt: what an outside system may tell repeats by. */
  readonly key: string
  readonly runId: string
  readonly reason: string
  /** Who asked for the run, or the product's own part when a policy did. */
  readonly principal: Principal
  readonly signal: AbortSignal
}

export type Half = {
  /** Doing it twice has the effect of doing it once; some say so by their parameters. */
  readonly idempotent: boolean | ((parameters: Json) => boolean)
  /** Facts worth keeping, or nothing. Throws when it could not; the probe then tells whether it did. */
  apply(call: ActionCall, memento: Json): Promise<Json | undefined>
  /** `result` is what apply gave; absent after a crash. Cheap: asked again and again until the deadline. */
  probe(call: ActionCall, memento: Json, result: Json | undefined): Promise<Probe>
}

/** An estimate, made before anything is done. */
export type BlastRadius = { readonly entities: readonly EntityRef[]; readonly summary: string }

export type Action = Half & {
  readonly name: string
  readonly title: string
  /** What a person needs to be allowed by the authz policy; policy's own runs need nothing more. */
  readonly permission: string
  readonly schema: TSchema
  /**
   * Grows when parameters, memento or the meaning of the effect change; 1. A run keeps the number it was begun under: one
   * that this release does not carry on waits for a person.
   */
  readonly contract?: number
  /** Earlier contracts whose steps this one can carry on, prove and undo. */
  readonly carriesOn?: readonly number[]
  /** How long the probe may take to say yes, ms; 8000. */
  readonly probeMs?: number
  blastRadius(call: ActionCall): Promise<BlastRadius>
  /** What the inverse needs to restore; throws when the action makes no sense here. Has no effect. */
  precheck(call: ActionCall): Promise<Json>
  /** Absent when it cannot be undone, as a message that was sent. */
  readonly inverse?: Half
}

export const contractOf = ({ contract = 1 }: Action): number => contract

export type ActionRegistry = ReturnType<typeof createActionRegistry>

/** Actions by name; a later one with the same name is a mistake of the wiring. */
export const createActionRegistry = (actions: readonly Action[]) => {
  const byName = new Map(actions.map((action) => [action.name, action]))
  if (byName.size !== actions.length) throw new Error('two actions have the same name')
  return { get: (name: string) => byName.get(name), list: (): readonly Action[] => actions }
}
