/** A route's JSON Schema over the whole request body: compiled once, first violation cheaply, more of them for small bodies. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { servingErrors } from './errors.ts'

export type Violation = { readonly pointer: string; readonly message: string }

/** Throws SERVING_PAYLOAD_INVALID with `violations` as details. */
export type PayloadCheck = (body: unknown, bodyBytes: number) => void

const MAX_VIOLATIONS = 20
/** Beyond this size only the first violation is looked for: a hostile body must not grow a list of errors. */
const ALL_ERRORS_BYTES = 65_536

const compile = (schema: object, allErrors: boolean): ValidateFunction => {
  const ajv = new Ajv2020({ allErrors, strict: true, strictTypes: false, strictRequired: false })
  addFormats.default(ajv)
  return ajv.compile(schema)
}

export const createPayloadCheck = (schema: unknown): PayloadCheck => {
  if (typeof schema !== 'object' || schema === null)
    throw servingErrors.SERVING_PAYLOAD_SCHEMA('the schema must be an object')
  let first: ValidateFunction
  let all: ValidateFunction
  try {
    first = compile(schema, false)
    all = compile(schema, true)
  } catch (cause) {
    throw servingErrors.SERVING_PAYLOAD_SCHEMA('the schema cannot be compiled', { cause })
  }
  return (body, bodyBytes) => {
    if (first(body)) return
    const validate = bodyBytes <= ALL_ERRORS_BYTES ? all : first
    validate(body)
    const violations = (validate.errors ?? []).slice(0, MAX_VIOLATIONS).map(toViolation)
    const [worst] = violations
    throw servingErrors.SERVING_PAYLOAD_INVALID(
      `the request does not match the route's schema: ${worst?.pointer || '/'} ${worst?.message ?? ''}`,
      { details: violations },
    )
  }
}

const toViolation = (error: ErrorObject): Violation => ({
  pointer: error.instancePath.slice(0, 256),
  message: (error.message ?? error.keyword).slice(0, 256),
})
