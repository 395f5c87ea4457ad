/** A JupyterHub (REST API of jupyterhub 5): one user's servers and tokens. Needs scopes admin:users, admin:servers, tokens. */
import type { OutboundHttp } from '../outbound/index.ts'
import { jupyterErrors } from './errors.ts'
import { createJupyterRest, listOf } from './rest.ts'

export type HubUser = {
  /** Names of servers that run or are being started or stopped; the default one is ''. */
  readonly servers: readonly string[]
  readonly tokens: readonly string[]
  /** Process ids of servers on the hub's own host, as far as its spawner tells (scope admin:server_state). */
  readonly pids: readonly number[]
}

export type JupyterHub = {
  user(name: string, signal: AbortSignal): Promise<HubUser>
  /** Revokes every token of the user; sessions in a browser end at their next request to a server that is stopped. */
  revokeTokens(name: string, signal: AbortSignal): Promise<void>
  /** Asks for the stop of every server of the user: a hub answers before they are gone, so probe with `user`. */
  stopServers(name: string, signal: AbortSignal): Promise<void>
  startServer(name: string, server: string, signal: AbortSignal): Promise<void>
}

const NAME = /^[^\p{C}/\\?#%\s]{1,128}$/u

const pathOf = (name: string): string => {
  if (!NAME.test(name) || name === '.' || name === '..')
    throw jupyterErrors.JUPYTER_NAME_REFUSED('a user is named without slashes, spaces and control characters')
  return `/hub/api/users/${encodeURIComponent(name)}`
}

const serverPath = (name: string, server: string): string => {
  if (server === '') return `${pathOf(name)}/server`
  if (!NAME.test(server)) throw jupyterErrors.JUPYTER_NAME_REFUSED('a server is named like a user')
  return `${pathOf(name)}/servers/${encodeURIComponent(server)}`
}

type UserAnswer = {
  readonly servers?: Readonly<Record<string, { readonly state?: { readonly pid?: unknown } | null }>>
}

const pidsOf = ({ servers = {} }: UserAnswer): number[] =>
  Object.values(servers).flatMap((server) => {
    const pid = server?.state?.pid
    return typeof pid === 'number' && Number.isInteger(pid) && pid > 1 ? [pid] : []
  })

export const createJupyterHub = (deps: {
  readonly http: OutboundHttp
  readonly url: URL
  readonly token: string
}): JupyterHub => {
  const rest = createJupyterRest(deps.http, deps.url, deps.token)
  const tokensOf = async (name: string, signal: AbortSignal): Promise<readonly string[]> => {
    const answer = (await rest.get(`${pathOf(name)}/tokens`, signal)) as { readonly api_tokens?: unknown }
    return listOf(answer.api_tokens, 'id')
  }
  const user = async (name: string, signal: AbortSignal): Promise<HubUser> => {
    const answer = (await rest.get(pathOf(name), signal)) as UserAnswer
    return {
      servers: Object.keys(answer.servers ?? {}),
      tokens: await tokensOf(name, signal),
      pids: pidsOf(answer),
    }
  }
  return {
    user,
    revokeTokens: async (name, signal) => {
      for (const id of await tokensOf(name, signal))
        await rest.remove(`${pathOf(name)}/tokens/${encodeURIComponent(id)}`, signal)
    },
    stopServers: async (name, signal) => {
      const { servers } = await user(name, signal)
      for (const server of servers) await rest.remove(serverPath(name, server), signal)
    },
    startServer: (name, server, signal) => rest.post(serverPath(name, server), signal),
  }
}
