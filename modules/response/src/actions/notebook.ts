/**
 * Isolates a notebook: the egress of its processes is cut, kernels and terminals are stopped, then the server, and the
 * tokens are revoked. On a JupyterHub the user's servers can come back; revoked tokens never do, and a server that
 * nobody spawns is started again by its owner.
 */
import { entity } from '@rampart/domain'
import { Type } from 'typebox'
import type { Action, ActionCall, Json } from '../action.ts'
import { responseErrors } from '../errors.ts'
import type { NotebookProcesses, NotebooksPort } from '../ports.ts'
import { closed, Line, Name } from './schemas.ts'

const HOUR = 3_600

type Memento = { readonly servers: readonly string[]; readonly processes: NotebookProcesses }

const mementoOf = (memento: Json): Memento => ({
  servers: (memento.servers ?? []) as readonly string[],
  processes: (memento.processes ?? []) as NotebookProcesses,
})

const targetOf = ({ tenant, parameters, signal }: ActionCall) => ({
  tenant,
  notebook: String(parameters.notebook),
  ...(parameters.user === undefined ? {} : { user: String(parameters.user) }),
  signal,
})

const titleOf = ({ parameters: { notebook, user } }: ActionCall): string =>
  user === undefined ? String(notebook) : `${String(user)} at ${String(notebook)}`

export const notebookIsolate = (notebooks: NotebooksPort): Action => ({
  name: 'notebook.isolate',
  title: 'stop a notebook and cut its network',
  permission: 'response:write',
  schema: closed({
    notebook: Name,
    user: Type.Optional(Line(128)),
    ttlSeconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 2_592_000, description: 'How long egress stays cut; 3600' }),
    ),
  }),
  idempotent: true,
  // A hub answers before its servers are gone.
  probeMs: 60_000,
  blastRadius: async (call) => ({
    entities: [entity('notebook', titleOf(call))],
    summary: `everything that runs in ${titleOf(call)}; unsaved work is lost`,
  }),
  precheck: async (call) => {
    const { up, servers, processes } = await notebooks.look(targetOf(call))
    if (!up) throw responseErrors.RESPONSE_NOT_POSSIBLE(`${titleOf(call)} does not run.`)
    return { servers, processes }
  },
  apply: async (call, memento) => {
    const target = targetOf(call)
    const { processes } = mementoOf(memento)
    const seconds = Number(call.parameters.ttlSeconds ?? HOUR)
    await notebooks.cutEgress(target, processes, seconds)
    await notebooks.stop(target)
    return undefined
  },
  probe: async (call, memento) => {
    const { up, running, tokens, isCut } = await notebooks.state(targetOf(call), mementoOf(memento).processes)
    const left = [
      ...(up ? ['the server still answers'] : []),
      ...(running > 0 ? [`${running} kernels, terminals or servers still run`] : []),
      ...(tokens > 0 ? [`${tokens} tokens are left`] : []),
      ...(isCut ? [] : ['the egress of its processes is not cut']),
    ]
    if (left.length > 0) return { took: 'no', detail: left.join('; ') }
    return { took: 'yes', detail: 'nothing runs, no token is left, and what it started cannot send' }
  },
  inverse: {
    idempotent: true,
    apply: async (call, memento) => {
      const { servers, processes } = mementoOf(memento)
      await notebooks.restore(targetOf(call), { servers, processes })
      return undefined
    },
    probe: async (call, memento) => {
      const { servers, processes } = mementoOf(memento)
      const found = await notebooks.state(targetOf(call), processes)
      if (found.restorable && found.running < servers.length)
        return { took: 'no', detail: `${found.running} of ${servers.length} servers are back` }
      return {
        took: 'yes',
        detail: found.restorable ? 'the servers run again' : 'the owner may start the server again',
      }
    },
  },
})
