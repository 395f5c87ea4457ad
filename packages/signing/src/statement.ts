/** in-toto Statement v1: what is said (predicate) about which digests (subject). */
import { STATEMENT_TYPE, type Statement, type StatementSubject } from '@rampart/domain'
import { signingErrors } from './errors.ts'

const MAX_SUBJECTS = 1024
const ALGORITHM = /^[A-Za-z0-9_]{1,64}$/
const HEX = /^[0-9a-f]{8,256}$/

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const subjectFault = (subject: unknown): string | undefined => {
  if (!isRecord(subject)) return 'a subject is not an object'
  if (typeof subject.name !== 'string') return 'a subject has no name'
  if (!isRecord(subject.digest)) return 'a subject has no digest set'
  const digests = Object.entries(subject.digest)
  if (digests.length === 0) return 'a subject has an empty digest set'
  for (const [algorithm, value] of digests) {
    if (!ALGORITHM.test(algorithm) || typeof value !== 'string' || !HEX.test(value)) {
      return 'a subject digest is not lower-case hex'
    }
    if (algorithm === 'sha256' && value.length !== 64) return 'a sha256 digest has the wrong length'
  }
  return undefined
}

const fault = (value: unknown): string | undefined => {
  if (!isRecord(value)) return 'not an object'
  if (value._type !== STATEMENT_TYPE) return `_type is not ${STATEMENT_TYPE}`
  if (typeof value.predicateType !== 'string' || !URL.canParse(value.predicateType))
    return 'predicateType is not a URI'
  if (!isRecord(value.predicate)) return 'predicate is not an object'
  if (!Array.isArray(value.subject) || value.subject.length === 0) return 'subject is empty'
  if (value.subject.length > MAX_SUBJECTS) return `more than ${MAX_SUBJECTS} subjects`
  for (const subject of value.subject) {
    const wrong = subjectFault(subject)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** The value as a Statement (fields the spec does not know are kept); throws SIGNING_STATEMENT_INVALID. */
export const validateStatement = (value: unknown): Statement => {
  const wrong = fault(value)
  if (wrong !== undefined) throw signingErrors.SIGNING_STATEMENT_INVALID(`not an in-toto statement: ${wrong}`)
  return value as Statement
}

/** Builds and validates a Statement. */
export const createStatement = (parts: {
  readonly subject: readonly StatementSubject[]
  readonly predicateType: string
  readonly predicate: Readonly<Record<string, unknown>>
}): Statement => validateStatement({ _type: STATEMENT_TYPE, ...parts })

/** True when some subject carries this SHA-256, given as `sha256:<hex>`. */
export const isAbout = (statement: Statement, digest: string): boolean =>
  statement.subject.some((subject) => `sha256:${subject.digest.sha256}` === digest)
