/**
 * A playbook as an action: the whole of it is one containment, under the approvals, limits, concurrency key and time to live
 * of its run. It is begun once, by the step's key; the probe follows it to its end; undoing undoes every run it started.
 */
import { entity } from '@rampart/domain'
import { Type } from 'typebox'
import type { Action, ActionCall } from '../action.ts'
import type { PlaybooksPort } from '../ports.ts'
import { closed, Name } from './schemas.ts'

/** The step's own name, the same for doing and undoing. */
const nameOf = ({ key }: ActionCall): string => key.replace(/\/(do|undo)$/, '')

const referenceOf = ({ parameters }: ActionCall) => ({
  playbook: String(parameters.playbook),
  revision: Number(parameters.revision),
})

/** CACAO writes variables as `__name__`. */
const variablesOf = ({ parameters }: ActionCall): Record<string, string> =>
  Object.fromEntries(
    Object.entries((parameters.variables ?? {}) as Record<string, string>).map(([name, value]) => [
      /^__.*__$/.test(name) ? name : `__${name}__`,
      value,
    ]),
  )

export const playbookRun = (playbooks: PlaybooksPort): Action => ({
  name: 'playbook.run',
  title: 'run a playbook',
  permission: 'response:write',
  schema: closed({
    playbook: Name,
    revision: Type.Integer({ minimum: 1, description: 'Exactly this one: approvals are about what it says' }),
    variables: Type.Optional(
      Type.Record(Type.String({ maxLength: 250 }), Type.String({ maxLength: 65_536 }), {
        maxProperties: 100,
      }),
    ),
  }),
  idempotent: true,
  // `pending` is waited for elsewhere; a playbook that failed will not mend itself.
  probeMs: 0,
  blastRadius: async (call) => {
    const { title, actions } = await playbooks.describe(call.tenant, referenceOf(call))
    return {
      entities: [entity('playbook', referenceOf(call).playbook)],
      summary: `${title}: ${actions.join(', ') || 'no actions'}`,
    }
  },
  precheck: async (call) => {
    await playbooks.describe(call.tenant, referenceOf(call))
    return {}
  },
  apply: async (call) => {
    const run = await playbooks.begin(call, {
      ...referenceOf(call),
      variables: variablesOf(call),
      key: nameOf(call),
    })
    return { playbookRun: run }
  },
  probe: async (call) => {
    const found = await playbooks.look(call.tenant, nameOf(call))
    if (found === undefined) return { took: 'no', detail: 'the playbook was not begun' }
    if (found.phase === 'running') return { took: 'pending', detail: 'the playbook runs' }
    if (found.phase === 'failed')
      return { took: 'no', detail: `the playbook failed: ${found.why ?? 'no reason given'}` }
    if (found.failed.length === 0) return { took: 'yes', detail: 'every step of the playbook ended well' }
    // A playbook may handle a failure by ending: that is its end, and contains nothing.
    const failed = `failed steps: ${found.failed.join(', ')}`
    return found.left.some(({ state }) => state === 'contained')
      ? { took: 'yes', detail: `the playbook went another way; ${failed}` }
      : { took: 'no', detail: `nothing that the playbook did is in force; ${failed}` }
  },
  inverse: {
    idempotent: true,
    apply: async (call) => {
      await playbooks.cancel(call.principal, nameOf(call), call.reason)
      return undefined
    },
    probe: async (call) => {
      const found = await playbooks.look(call.tenant, nameOf(call))
      if (found === undefined || (found.phase !== 'running' && found.left.length === 0))
        return { took: 'yes', detail: 'nothing that the playbook started is in force' }
      const stuck = found.left.filter(({ state }) => state !== 'reverting')
      return stuck.length === 0 && found.phase !== 'running'
        ? { took: 'pending', detail: 'runs of the playbook are being undone' }
        : { took: 'no', detail: `still there: ${stuck.map(({ id, state }) => `${id} ${state}`).join(', ')}` }
    },
  },
})
