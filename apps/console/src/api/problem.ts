/** Turns any failed call into one shape with what a person needs to report it: status, code, request id. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string | undefined
  readonly help: string | undefined
  readonly details: unknown

  constructor(input: {
    status: number
    code: string
    message: string
    requestId?: string | undefined
    help?: string | undefined
    details?: unknown
  }) {
    super(input.message)
    this.name = 'ApiProblem'
    this.status = input.status
    this.code = input.code
    this.requestId = input.requestId
    this.help = input.help
    this.details = input.details
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Reads an RFC 9457 body; a body that is not one (a proxy's HTML page, nothing) still gives a usable problem. */
export const problemFrom = (status: number, body: unknown, requestIdHeader?: string | null): ApiProblem => {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  return new ApiProblem({
    status,
    code: text(fields['code']) ?? `HTTP_${status}`,
    message: text(fields['detail']) ?? text(fields['title']) ?? `The server answered ${status}.`,
    requestId: text(fields['request_id']) ?? requestIdHeader ?? undefined,
    help: text(fields['help']),
    details: fields['details'],
  })
}

export const networkProblem = (cause: unknown): ApiProblem =>
  new ApiProblem({
    status: 0,
    code: 'NETWORK_UNREACHABLE',
    message: 'The control plane did not answer.',
    help: 'Is it running? Start it with: npm start',
    details: cause instanceof Error ? cause.message : undefined,
  })
