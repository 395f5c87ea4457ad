/** What a call throws when the server refused it (an RFC 9457 problem) or could not be reached. */
export type ApiErrorInit = {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly help?: string
  readonly requestId?: string
  readonly details?: unknown
  readonly cause?: unknown
}

/** `status` is the HTTP status, 0 when no answer came; `code` is the server's, or `CLIENT_…` when made here. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly help: string | undefined
  readonly requestId: string | undefined
  readonly details: unknown

  constructor(init: ApiErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.status = init.status
    this.code = init.code
    this.help = init.help
    this.requestId = init.requestId
    this.details = init.details
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Reads the problem document of an answer that is not 2xx; a body that is none still gives a usable error. */
export const apiErrorOf = async (response: Response): Promise<ApiError> => {
  const body: unknown = await response.json().catch(() => undefined)
  const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const message =
    text(problem.detail) ??
    text(problem.title) ??
    text(problem.error) ??
    `the server answered ${response.status}`
  const help = text(problem.help)
  const requestId = text(problem.request_id)
  return new ApiError({
    status: response.status,
    code: text(problem.code) ?? `HTTP_${response.status}`,
    message,
    ...(help === undefined ? {} : { help }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(problem.details === undefined ? {} : { details: problem.details }),
  })
}

/** No answer: refused, reset, timed out, name unknown. An abort by the caller passes through unchanged. */
export const unreachable = (server: string, cause: unknown): unknown => {
  if (cause instanceof Error && cause.name === 'AbortError') return cause
  const timedOut = cause instanceof Error && cause.name === 'TimeoutError'
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
  return new ApiError({
    status: 0,
    code: timedOut ? 'CLIENT_TIMEOUT' : 'CLIENT_UNREACHABLE',
    message: timedOut ? `${server} did not answer in time` : `${server} cannot be reached (${reason})`,
    cause,
  })
}
