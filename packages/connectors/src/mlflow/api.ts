/**
 * MLflow's REST interface, version 2.0: JSON of bounded size with a deadline of its own, and files of the artifact proxy.
 * https://mlflow.org/docs/latest/rest-api.html
 */
import type { RegistryCall } from '@rampart/domain'
import { errorOf, type OutboundBytes, type OutboundHttp, type OutboundStream } from '../outbound/index.ts'
import { mlflowErrors } from './errors.ts'

export type MlflowApi = {
  /** The JSON of an answer; throws MLFLOW_NOT_FOUND, MLFLOW_ANSWER_INVALID and `outboundErrors`. */
  readonly get: (path: string, query: Query, call: RegistryCall) => Promise<unknown>
  readonly send: (method: 'POST' | 'DELETE', path: string, body: unknown, call: RegistryCall) => Promise<void>
  /** One file of the artifact proxy; any status is an answer. */
  readonly file: (
    path: string,
    headers: Readonly<Record<string, string>>,
    call: RegistryCall,
  ) => Promise<OutboundStream>
  readonly host: string
}

export type Query = readonly (readonly [string, string])[]

export type MlflowApiOptions = {
  /** Of the tracking server, with its prefix when it has one. */
  readonly url: URL
  readonly http: OutboundHttp
  /** Value of the Authorization header, asked for at each request. */
  readonly authorization?: (() => Promise<string | undefined>) | undefined
}

const MAX_JSON_BYTES = 16 * 1024 * 1024
const REQUEST_MS = 60_000
const KEPT_TEXT = 300

type Failure = { readonly error_code?: unknown; readonly message?: unknown }

const failureIn = (body: Uint8Array): Failure => {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

const parse = (host: string, body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw mlflowErrors.MLFLOW_ANSWER_INVALID(`${host} answered no JSON in UTF-8`, { cause })
  }
}

/** A 404 counts as an answer only when MLflow itself says so: a proxy's must not look like a deleted version. */
const refusal = (answer: OutboundBytes): Error => {
  const { error_code: code, message } = failureIn(answer.body)
  const text = String(message ?? '')
    .replace(/\p{C}/gu, ' ')
    .slice(0, KEPT_TEXT)
  if (code === 'RESOURCE_DOES_NOT_EXIST')
    return mlflowErrors.MLFLOW_NOT_FOUND(`${answer.url.host}: ${text}`, {
      details: { status: answer.status },
    })
  return errorOf(answer)
}

export const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

export const createMlflowApi = ({ url, http, authorization }: MlflowApiOptions): MlflowApi => {
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}/api/2.0`
  const headersWith = async (more: Readonly<Record<string, string>>): Promise<Record<string, string>> => {
    const value = await authorization?.()
    return value === undefined ? { ...more } : { ...more, authorization: value }
  }
  const limited = ({ signal }: RegistryCall) => AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)])
  const exchange = async (
    request: { readonly method: 'GET' | 'POST' | 'DELETE'; readonly url: URL; readonly body?: string },
    call: RegistryCall,
  ): Promise<Uint8Array> => {
    const answer = await http.bytes({
      ...request,
      headers: await headersWith({
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      }),
      signal: limited(call),
      maxBytes: MAX_JSON_BYTES,
    })
    if (answer.status < 200 || answer.status > 299) throw refusal(answer)
    return answer.body
  }
  return {
    host: url.host,
    get: async (path, query, call) => {
      const to = new URL(`${base}/${path}`)
      for (const [name, value] of query) to.searchParams.append(name, value)
      return parse(url.host, await exchange({ method: 'GET', url: to }, call))
    },
    send: async (method, path, body, call) => {
      await exchange({ method, url: new URL(`${base}/${path}`), body: JSON.stringify(body) }, call)
    },
    file: async (path, headers, call) =>
      http.stream({
        url: new URL(`${base}/mlflow-artifacts/artifacts/${encodePath(path)}`),
        headers: await headersWith(headers),
        signal: call.signal,
      }),
  }
}
