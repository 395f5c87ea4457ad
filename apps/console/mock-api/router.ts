/** The smallest router that the mock needs: method and pattern to handler, problems for everything else. */
export type Role = 'viewer' | 'operator' | 'approver' | 'admin'
export type Call = {
  params: Record<string, string>
  query: URLSearchParams
  body: Record<string, unknown>
  headers: Record<string, string | string[] | undefined>
  role: Role
  principal: string
}
export type Answer = { status: number; body?: unknown; headers?: Record<string, string> }
export type Handler = (call: Call) => Answer

export type Route = { method: string; pattern: RegExp; names: string[]; handler: Handler }

export const route = (method: string, path: string, handler: Handler): Route => {
  const names: string[] = []
  const source = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name)
    return '([^/]+)'
  })
  return { method, pattern: new RegExp(`^${source}$`), names, handler }
}

export const ok = (body: unknown, headers: Record<string, string> = {}): Answer => ({
  status: 200,
  body,
  headers,
})

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Unauthenticated',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  412: 'Precondition failed',
  500: 'Internal error',
}

export const problem = (
  status: number,
  code: string,
  detail: string,
  extra: Record<string, unknown> = {},
): Answer => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: {
    type: `https://rampart.dev/errors/${code}`,
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    code,
    request_id: `req-${code.toLowerCase().replaceAll('_', '-')}`,
    ...extra,
  },
})

export const dispatch = (
  routes: readonly Route[],
  method: string,
  path: string,
  call: Omit<Call, 'params'>,
): Answer => {
  for (const candidate of routes) {
    const match = candidate.method === method ? candidate.pattern.exec(path) : null
    if (match === null) continue
    const params = Object.fromEntries(
      candidate.names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? '')]),
    )
    return candidate.handler({ ...call, params })
  }
  return problem(404, 'KIT_ROUTE_NOT_FOUND', `There is no ${method} ${path}.`)
}
