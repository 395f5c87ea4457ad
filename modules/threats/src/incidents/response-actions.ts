/** The actions in a policy's answer, checked one by one: what cannot be read is left out with a reason, never guessed. */
import { RESPONSE_ACTIONS, type ResponseAction } from '@rampart/domain'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Type } from 'typebox'

const Entity = Type.Object(
  { kind: Type.String({ minLength: 1, maxLength: 64 }), id: Type.String({ minLength: 1, maxLength: 512 }) },
  { additionalProperties: false },
)
export const ResponseActionSchema = Type.Object(
  {
    action: Type.Enum([...RESPONSE_ACTIONS]),
    entity: Entity,
    parameters: Type.Record(Type.String(), Type.Unknown()),
    mode: Type.Enum(['observe', 'recommend', 'act']),
    approvals_needed: Type.Integer({ minimum: 0, maximum: 10 }),
    ttl_s: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
    reasons: Type.Array(Type.String()),
  },
  { additionalProperties: false },
)

const validate = new Ajv2020().compile<ResponseAction>(ResponseActionSchema)
export const MOST_ACTIONS = 50

export type ReadActions = { readonly actions: readonly ResponseAction[]; readonly faults: readonly string[] }

export const readActions = (obligations: Readonly<Record<string, unknown>>): ReadActions => {
  const { actions: given } = obligations
  if (given === undefined) return { actions: [], faults: [] }
  if (!Array.isArray(given)) return { actions: [], faults: ['the policy gave no readable list of actions'] }
  const actions: ResponseAction[] = []
  const faults: string[] = []
  given.slice(0, MOST_ACTIONS).forEach((one: unknown, at) => {
    if (validate(one)) actions.push(one)
    else
      faults.push(`action ${at + 1} of the policy is not one: ${validate.errors?.[0]?.instancePath || '/'}`)
  })
  if (given.length > MOST_ACTIONS)
    faults.push(`${given.length - MOST_ACTIONS} actions beyond the most of ${MOST_ACTIONS}`)
  return { actions, faults }
}

/** The policy ran out of time or into an error: an answer, but not what it says. */
export const isBroken = (reasons: readonly string[]): boolean =>
  reasons[0]?.startsWith('the policy could not be evaluated') === true

const CAUTION = { observe: 0, recommend: 1, act: 2 } as const
const nameOf = ({ action, entity }: ResponseAction): string => `${action} ${entity.kind}:${entity.id}`

export const isSameAction = (one: ResponseAction, other: ResponseAction): boolean =>
  nameOf(one) === nameOf(other)

/** What was not decided before, or only more carefully: a growing incident must not repeat its containments. */
export const newActions = (
  actions: readonly ResponseAction[],
  before: readonly ResponseAction[],
): ResponseAction[] => {
  const known = new Map<string, number>()
  for (const one of before) known.set(nameOf(one), Math.max(known.get(nameOf(one)) ?? -1, CAUTION[one.mode]))
  return actions.filter((one) => CAUTION[one.mode] > (known.get(nameOf(one)) ?? -1))
}

const TELLING = new Set<string>(['webhook.post', 'ticket.open', 'ticket.mail'])

/** Containments that happen without asking anybody: what the policy's hourly limit counts. */
export const countActed = (actions: readonly ResponseAction[]): number =>
  actions.filter(({ action, mode }) => mode === 'act' && !TELLING.has(action)).length
