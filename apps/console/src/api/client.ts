/** Thin typed client over `fetch`; the cookie session is used unless a token was pasted on the sign-in page. */
import { networkProblem, problemFrom } from './problem.ts'
import { readToken } from './token.ts'

export type Query = Readonly<Record<string, string | number | boolean | undefined>>
type Options = { query?: Query; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal }

export const apiUrl = (path: string, query: Query = {}): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return `/api/v1${path}${text === '' ? '' : `?${text}`}`
}

export const authHeaders = (): Record<string, string> => {
  const token = readToken()
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

const parseBody = async (response: Response): Promise<unknown> => {
  const body = await response.text()
  if (body === '') return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

export type Answer<T> = { data: T; etag: string | undefined }

/** One call; throws `ApiProblem` for everything but 2xx. */
export const callWithEtag = async <T>(
  method: string,
  path: string,
  options: Options = {},
): Promise<Answer<T>> => {
  const headers: Record<string, string> = { accept: 'application/json', ...authHeaders(), ...options.headers }
  const init: RequestInit = { method, headers, credentials: 'same-origin' }
  if (options.body !== undefined) {
    headers['content-type'] = 'application/json'
    init.body = JSON.stringify(options.body)
  }
  if (options.signal !== undefined) init.signal = options.signal
  let response: Response
  try {
    response = await fetch(apiUrl(path, options.query), init)
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw networkProblem(cause)
  }
  const body = await parseBody(response)
  if (!response.ok) throw problemFrom(response.status, body, response.headers.get('x-request-id'))
  return { data: body as T, etag: response.headers.get('etag') ?? undefined }
}

export const call = async <T>(method: string, path: string, options: Options = {}): Promise<T> =>
  (await callWithEtag<T>(method, path, options)).data

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  call<T>('GET', path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) })
