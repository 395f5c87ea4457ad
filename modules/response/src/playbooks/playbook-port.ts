/** Playbooks for the action that runs them as one containment. */
import type { PlaybooksPort } from '../ports.ts'
import type { Response } from '../response.ts'
import type { Playbooks } from './playbooks.ts'

type Rooms = { readonly playbooks: Playbooks; readonly response: Pick<Response, 'get'> }

/** `rooms` is asked only once runs are made: playbooks are built upon response, whose action this serves. */
export const createPlaybooksPort = (rooms: () => Rooms): PlaybooksPort => ({
  describe: async (tenant, { playbook, revision }) => {
    const { spec } = await rooms().playbooks.admit(tenant, playbook, revision)
    const commands = Object.values(spec.workflow).flatMap((step) =>
      step.type === 'action'
        ? (step.commands as readonly { readonly command?: string; readonly type: string }[])
        : [],
    )
    const actions = commands.map(({ type, command = '' }) => (type === 'manual' ? 'a person' : command))
    return { title: spec.name, actions: [...new Set(actions)] }
  },
  begin: async ({ tenant, runId, reason, principal }, { playbook: name, revision, variables, key }) => {
    const { playbooks, response } = rooms()
    const { subject, incident } = await response.get(tenant, runId)
    const about = { name, revision, reason, subject, inputs: variables, idempotencyKey: key }
    return (await playbooks.run(principal, { ...about, ...(incident === undefined ? {} : { incident }) })).id
  },
  look: async (tenant, key) => {
    const { playbooks } = rooms()
    const run = await playbooks.byKey(tenant, key)
    if (run === undefined) return undefined
    const { phase, failure } = run.state
    const left = await playbooks.leftOf(run)
    const failed = run.steps
      .filter(({ outcome }) => outcome?.ok === false)
      .map(({ dispatch }) => dispatch.name)
    return { phase, failed, left, ...(failure === undefined ? {} : { why: failure.reason }) }
  },
  cancel: async (principal, key, reason) => {
    const { playbooks } = rooms()
    const run = await playbooks.byKey(principal.tenant, key)
    if (run !== undefined) await playbooks.cancel(principal, run.id, reason)
  },
})
