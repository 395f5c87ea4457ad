/** Actions on a caller of inference and of the API: deny it, or let it call only so often. */
import { entity } from '@rampart/domain'
import { type TSchema, Type } from 'typebox'
import type { Action, ActionCall, Probe } from '../action.ts'
import type { CallerRules } from '../caller-rules.ts'
import { responseErrors } from '../errors.ts'
import { closed } from './schemas.ts'

const Caller = Type.String({ pattern: '^(user|service|anonymous):.{1,250}$', description: 'KIND:ID' })

type Rules = Pick<CallerRules, 'put' | 'remove' | 'inForce' | 'lagging'>

/** The step's own name: a run may hold several callers. */
const nameOf = ({ key }: ActionCall): string => key.replace(/\/(do|undo)$/, '')

const probe = async (rules: Rules, call: ActionCall, wanted: boolean): Promise<Probe> => {
  const isThere = rules.inForce(call.tenant, nameOf(call))
  const told = isThere ? 'the rule is in force' : 'the rule is not in force'
  if (isThere !== wanted) return { took: 'no', detail: told }
  const late = await rules.lagging(call.tenant)
  return late.length === 0
    ? { took: 'yes', detail: told }
    : { took: 'no', detail: `${told} here; gateways are behind: ${late.join(', ')}` }
}

const createCallerAction = (
  rules: Rules,
  about: Pick<Action, 'name' | 'title'> & { readonly schema: TSchema },
): Action => ({
  ...about,
  permission: 'api-key:write',
  idempotent: true,
  blastRadius: async ({ parameters }) => ({
    entities: [entity('caller', String(parameters.caller))],
    summary: `every call of ${String(parameters.caller)}: inference and API`,
  }),
  precheck: async ({ principal, parameters }) => {
    // Whoever denies himself could not undo it.
    if (`${principal.kind}:${principal.id}` === parameters.caller)
      throw responseErrors.RESPONSE_NOT_POSSIBLE('Nobody can shut himself out.')
    return {}
  },
  apply: async (call) => {
    const { caller, perMinute } = call.parameters
    await rules.put(call.tenant, {
      caller: String(caller),
      run: nameOf(call),
      ...(perMinute === undefined ? {} : { perMinute: Number(perMinute) }),
    })
    return undefined
  },
  probe: (call) => probe(rules, call, true),
  inverse: {
    idempotent: true,
    apply: async (call) => {
      await rules.remove(call.tenant, nameOf(call))
      return undefined
    },
    probe: (call) => probe(rules, call, false),
  },
})

export const callerDeny = (rules: Rules): Action =>
  createCallerAction(rules, {
    name: 'caller.deny',
    title: 'refuse every call of a caller',
    schema: closed({ caller: Caller }),
  })

export const callerThrottle = (rules: Rules): Action =>
  createCallerAction(rules, {
    name: 'caller.throttle',
    title: 'let a caller call only so often',
    schema: closed({ caller: Caller, perMinute: Type.Integer({ minimum: 1, maximum: 1_000_000 }) }),
  })
