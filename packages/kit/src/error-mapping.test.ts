import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError, type ErrorKind, isAppError, toAppError } from './app-error.ts'
import { defineErrors } from './define-errors.ts'
import { toExitCode, toGrpcStatus, toProblem } from './error-mapping.ts'

const make = (kind: ErrorKind): AppError => new AppError({ kind, code: 'X', message: 'why' })

test('every kind has an HTTP status, a gRPC code and an exit code', () => {
  const table: [ErrorKind, number, number, number][] = [
    ['InvalidInput', 400, 3, 2],
    ['Unauthenticated', 401, 16, 4],
    ['Forbidden', 403, 7, 4],
    ['NotFound', 404, 5, 3],
    ['Conflict', 409, 10, 1],
    ['PreconditionFailed', 412, 9, 1],
    ['PayloadTooLarge', 413, 8, 1],
    ['UnsupportedMediaType', 415, 3, 2],
    ['RateLimited', 429, 8, 6],
    ['Cancelled', 499, 1, 130],
    ['Internal', 500, 13, 1],
    ['Unsupported', 501, 12, 1],
    ['Unavailable', 503, 14, 6],
    ['DeadlineExceeded', 504, 4, 6],
  ]
  for (const [kind, status, grpc, exit] of table) {
    const error = make(kind)
    assert.deepEqual(
      [toProblem(error).status, toGrpcStatus(error).code, toExitCode(error)],
      [status, grpc, exit],
      kind,
    )
  }
})

test('an internal error leaks neither message nor cause, details or help', () => {
  const secret = 'postgres://user:hunter2@db'
  const app = new AppError({
    kind: 'Internal',
    code: 'X',
    message: secret,
    cause: new Error(secret),
    details: { secret },
    help: secret,
  })
  for (const error of [app, new Error(secret), secret, { secret }, undefined]) {
    const { status, body } = toProblem(error, { instance: '/x', requestId: 'r1' })
    assert.equal(status, 500)
    assert.equal(JSON.stringify([body, toGrpcStatus(error)]).includes('hunter2'), false)
    assert.equal(body.request_id, 'r1')
  }
})

test('a problem carries code, details and help, and never the cause', () => {
  const error = new AppError({
    kind: 'Conflict',
    code: 'A_B',
    message: 'm',
    details: [1],
    help: 'h',
    cause: new Error('hidden'),
  })
  assert.deepEqual(toProblem(error, { instance: '/p' }).body, {
    type: 'urn:rampart:error:A_B',
    title: 'Conflict',
    status: 409,
    detail: 'm',
    code: 'A_B',
    instance: '/p',
    details: [1],
    help: 'h',
  })
})

test('verification failures exit with 5, success with 0, strangers with 1', () => {
  const altered = new AppError({ kind: 'PreconditionFailed', code: 'AUDIT_ENTRY_ALTERED', message: '' })
  assert.deepEqual([toExitCode(altered), toExitCode(), toExitCode(new Error('x'))], [5, 0, 1])
})

test('a catalogue makes errors of its codes with their kind, and keeps the cause', () => {
  const errors = defineErrors({
    X_GONE: { kind: 'NotFound', summary: 's', help: 'look' },
    X_BUSY: { kind: 'Unavailable', summary: 's', retryable: false },
  })
  const cause = new Error('inner')
  const error = errors.X_GONE('no x', { cause })
  assert.deepEqual(
    [error.code, error.kind, error.help, error.cause, error.retryable],
    ['X_GONE', 'NotFound', 'look', cause, false],
  )
  assert.equal(errors.X_BUSY('later').retryable, false)
  assert.equal(errors.X_GONE.definition.summary, 's')
  assert.equal(isAppError(toAppError(cause)), true)
  assert.equal(toAppError(error), error)
})
