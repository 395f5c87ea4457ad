/** Which server, with which token: flag, then environment, then the saved login, then the local state folder. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { cliErrors } from './errors.ts'
import type { Io } from './io.ts'

export type Settings = {
  readonly server: string
  readonly serverFrom: string
  readonly home: string
  readonly token?: string
  readonly tokenFrom?: string
}

export type Login = { readonly server: string; readonly token: string }

type Environment = Pick<Io, 'env' | 'cwd'>

export const loginPath = ({ env }: Environment): string =>
  join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'rampart', 'login.json')

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}

export const readLogin = (io: Environment): Login | undefined => {
  try {
    const login = JSON.parse(readText(loginPath(io)) ?? '') as Partial<Login>
    return typeof login.server === 'string' && typeof login.token === 'string'
      ? { server: login.server, token: login.token }
      : undefined
  } catch {
    return undefined
  }
}

/** The token is a secret: only its owner may read the file, from its first byte on. */
export const writeLogin = (io: Environment, login: Login): string => {
  const path = loginPath(io)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(`${path}.new`, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
  return path
}

export const normalizeServer = (text: string): string => {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw cliErrors.CLI_USAGE(`"${text}" is not the address of a server`, {
      help: 'write it like http://127.0.0.1:7070',
    })
  }
  return url.origin
}

const isLoopback = (server: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(server).hostname)

const serverOf = (io: Environment, flag: string | undefined, login: Login | undefined): [string, string] => {
  if (flag !== undefined) return [normalizeServer(flag), '--server']
  if (io.env.RAMPART_SERVER) return [normalizeServer(io.env.RAMPART_SERVER), 'RAMPART_SERVER']
  if (io.env.PORT) return [normalizeServer(`127.0.0.1:${io.env.PORT}`), 'PORT']
  if (login !== undefined) return [login.server, 'rampart login']
  return ['http://127.0.0.1:7070', 'default']
}

const tokenOf = (
  io: Environment,
  server: string,
  home: string,
  login: Login | undefined,
): [string, string] | undefined => {
  if (io.env.RAMPART_TOKEN) return [io.env.RAMPART_TOKEN, 'RAMPART_TOKEN']
  if (login?.server === server) return [login.token, 'rampart login']
  // The local administrator's token must never travel to another machine.
  const local = isLoopback(server) ? readText(join(home, 'token')) : undefined
  return local === undefined ? undefined : [local, join(home, 'token')]
}

export const resolveSettings = (io: Environment, flags: { readonly server?: string }): Settings => {
  const login = readLogin(io)
  const home = resolve(io.cwd, io.env.RAMPART_HOME || '.rampart')
  const [server, serverFrom] = serverOf(io, flags.server, login)
  const token = tokenOf(io, server, home, login)
  return {
    server,
    serverFrom,
    home,
    ...(token === undefined ? {} : { token: token[0], tokenFrom: token[1] }),
  }
}
