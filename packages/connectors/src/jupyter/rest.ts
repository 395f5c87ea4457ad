/** Calls of a Jupyter REST API with its token; answers are bounded and checked. */
import { errorOf, type OutboundBytes, type OutboundHttp } from '../outbound/index.ts'
import { jupyterErrors } from './errors.ts'

const MAX_ANSWER = 8 * 1024 * 1024

export type JupyterRest = {
  get(path: string, signal: AbortSignal): Promise<unknown>
  /** False when there was nothing (404, 410). Throws `outboundErrors`. */
  remove(path: string, signal: AbortSignal): Promise<boolean>
  post(path: string, signal: AbortSignal): Promise<void>
}

export const createJupyterRest = (http: OutboundHttp, base: URL, token: string): JupyterRest => {
  const prefix = base.pathname.replace(/\/+$/, '')
  const call = (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    signal: AbortSignal,
  ): Promise<OutboundBytes> =>
    http.bytes({
      url: new URL(`${prefix}${path}`, base),
      method,
      headers: { authorization: `token ${token}`, accept: 'application/json' },
      signal,
      maxBytes: MAX_ANSWER,
    })
  const good = ({ status }: OutboundBytes): boolean => status >= 200 && status < 300
  return {
    get: async (path, signal) => {
      const answer = await call('GET', path, signal)
      if (!good(answer)) throw errorOf(answer)
      try {
        return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body))
      } catch (cause) {
        throw jupyterErrors.JUPYTER_ANSWER_INVALID(`${base.host} answered no JSON`, { cause })
      }
    },
    remove: async (path, signal) => {
      const answer = await call('DELETE', path, signal)
      if (answer.status === 404 || answer.status === 410) return false
      if (!good(answer)) throw errorOf(answer)
      return true
    },
    post: async (path, signal) => {
      const answer = await call('POST', path, signal)
      if (!good(answer)) throw errorOf(answer)
    },
  }
}

type Named = Readonly<Record<string, unknown>>

/** The text fields of a list's objects; anything else is an invalid answer. */
export const listOf = (answer: unknown, field: string): readonly string[] => {
  if (!Array.isArray(answer)) throw jupyterErrors.JUPYTER_ANSWER_INVALID('a list was expected')
  return (answer as readonly Named[]).map((item) => {
    const value = item?.[field]
    if (typeof value !== 'string' || value === '' || value.length > 256)
      throw jupyterErrors.JUPYTER_ANSWER_INVALID(`an item has no ${field}`)
    return value
  })
}
