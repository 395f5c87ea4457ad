/** One Jupyter Server (REST API of jupyter_server 2): what runs in it, and how to stop it. */
import type { OutboundHttp } from '../outbound/index.ts'
import { createJupyterRest, listOf } from './rest.ts'

export type NotebookActivity = {
  /** False when nothing answers at the address any more. */
  readonly up: boolean
  readonly kernels: readonly string[]
  readonly sessions: readonly string[]
  readonly terminals: readonly string[]
}

export type JupyterServer = {
  activity(signal: AbortSignal): Promise<NotebookActivity>
  /** Ends every session, kernel and terminal; the server goes on. Resolves when the lists are empty. */
  stopWork(signal: AbortSignal): Promise<void>
  /** Ends the server itself; its tokens die with it. */
  shutdown(signal: AbortSignal): Promise<void>
}

const DOWN: NotebookActivity = { up: false, kernels: [], sessions: [], terminals: [] }
const ROUNDS = 20

const isUnreachable = (error: unknown): boolean =>
  (error as { readonly code?: unknown }).code === 'OUTBOUND_UNREACHABLE'

export const createJupyterServer = (deps: {
  readonly http: OutboundHttp
  readonly url: URL
  readonly token: string
}): JupyterServer => {
  const rest = createJupyterRest(deps.http, deps.url, deps.token)
  const list = async (path: string, field: string, signal: AbortSignal): Promise<readonly string[]> =>
    listOf(await rest.get(path, signal), field)
  // A server may run without terminals (ServerApp.terminals_enabled=False): there is no such path then.
  const terminals = (signal: AbortSignal): Promise<readonly string[]> =>
    list('/api/terminals', 'name', signal).catch((error: unknown) => {
      if ((error as { readonly code?: unknown }).code === 'OUTBOUND_NOT_FOUND') return []
      throw error
    })
  const activity = async (signal: AbortSignal): Promise<NotebookActivity> => {
    try {
      const [kernels, sessions, open] = await Promise.all([
        list('/api/kernels', 'id', signal),
        list('/api/sessions', 'id', signal),
        terminals(signal),
      ])
      return { up: true, kernels, sessions, terminals: open }
    } catch (error) {
      if (isUnreachable(error)) return DOWN
      throw error
    }
  }
  return {
    activity,
    stopWork: async (signal) => {
      // A client that is still connected may start anew what was stopped: again, until nothing is left.
      for (let round = 0; round < ROUNDS; round++) {
        const { kernels, sessions, terminals: open } = await activity(signal)
        if (kernels.length + sessions.length + open.length === 0) return
        for (const id of sessions) await rest.remove(`/api/sessions/${encodeURIComponent(id)}`, signal)
        for (const id of kernels) await rest.remove(`/api/kernels/${encodeURIComponent(id)}`, signal)
        for (const name of open) await rest.remove(`/api/terminals/${encodeURIComponent(name)}`, signal)
      }
    },
    shutdown: async (signal) => {
      await rest.post('/api/shutdown', signal).catch((error: unknown) => {
        // It may be gone before it has answered.
        if (!isUnreachable(error)) throw error
      })
    },
  }
}
