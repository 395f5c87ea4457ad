/** One AppError seen from outside: RFC 9457 problem, gRPC status, process exit code. */
import { type AppError, type ErrorKind, isAppError, toAppError } from './app-error.ts'

type Mapping = {
  readonly status: number
  readonly title: string
  readonly grpc: number
  readonly exit: ExitCode
}

/** 0 ok, 1 failure, 2 usage, 3 not found, 4 denied by policy, 5 verification failed, 6 unavailable, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 130

// gRPC numbers: google.rpc.Code.
const MAPPING: Readonly<Record<ErrorKind, Mapping>> = {
  InvalidInput: { status: 400, title: 'Invalid input', grpc: 3, exit: 2 },
  Unauthenticated: { status: 401, title: 'Not authenticated', grpc: 16, exit: 4 },
  Forbidden: { status: 403, title: 'Forbidden', grpc: 7, exit: 4 },
  NotFound: { status: 404, title: 'Not found', grpc: 5, exit: 3 },
  Conflict: { status: 409, title: 'Conflict', grpc: 10, exit: 1 },
  PreconditionFailed: { status: 412, title: 'Precondition failed', grpc: 9, exit: 1 },
  PayloadTooLarge: { status: 413, title: 'Payload too large', grpc: 8, exit: 1 },
  UnsupportedMediaType: { status: 415, title: 'Unsupported media type', grpc: 3, exit: 2 },
  RateLimited: { status: 429, title: 'Too many requests', grpc: 8, exit: 6 },
  Unsupported: { status: 501, title: 'Not supported', grpc: 12, exit: 1 },
  Unavailable: { status: 503, title: 'Unavailable', grpc: 14, exit: 6 },
  DeadlineExceeded: { status: 504, title: 'Deadline exceeded', grpc: 4, exit: 6 },
  // 499 is the de-facto status for "client closed request".
  Cancelled: { status: 499, title: 'Cancelled', grpc: 1, exit: 130 },
  Internal: { status: 500, title: 'Internal error', grpc: 13, exit: 1 },
}

export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly instance?: string
  readonly request_id?: string
  readonly trace_id?: string
  readonly details?: unknown
  readonly help?: string
}

/** Only these 5xx kinds carry a message written for callers; Internal may quote a cause and is replaced. */
const publicDetail = (error: AppError): string =>
  error.kind === 'Internal' ? 'The server failed to handle the request.' : error.message

/** RFC 9457 problem. Internal errors never leak message, cause, details or help. */
export const toProblem = (
  error: unknown,
  options: { readonly instance?: string; readonly requestId?: string; readonly traceId?: string } = {},
): { readonly status: number; readonly body: Problem } => {
  const app = toAppError(error)
  const { status, title } = MAPPING[app.kind]
  const hidden = app.kind === 'Internal'
  return {
    status,
    body: {
      type: `urn:rampart:error:${app.code}`,
      title,
      status,
      detail: publicDetail(app),
      code: app.code,
      ...(options.instance === undefined ? {} : { instance: options.instance }),
      ...(options.requestId === undefined ? {} : { request_id: options.requestId }),
      ...(options.traceId === undefined ? {} : { trace_id: options.traceId }),
      ...(hidden || app.details === undefined ? {} : { details: app.details }),
      ...(hidden || app.help === undefined ? {} : { help: app.help }),
    },
  }
}

export const toGrpcStatus = (error: unknown): { readonly code: number; readonly message: string } => {
  const app = toAppError(error)
  return { code: MAPPING[app.kind].grpc, message: publicDetail(app) }
}

/** Exit code of a command that failed with `error`; 5 when verification failed (code ends in `_UNTRUSTED` or `_ALTERED`). */
export const toExitCode = (error?: unknown): ExitCode => {
  if (error === undefined) return 0
  if (!isAppError(error)) return 1
  return /_(UNTRUSTED|ALTERED)$/.test(error.code) ? 5 : MAPPING[error.kind].exit
}

export const httpStatus = (kind: ErrorKind): number => MAPPING[kind].status
