/** Variables of a playbook and of a step (CACAO v2.0 section 10.18): scope, assignment, substitution. */
import { isIP } from 'node:net'
import { cacaoErrors } from './errors.ts'
import type { Variable, Variables } from './schema.ts'

/** Values in force, as text; absent means unknown. Names only that were declared. */
export type Values = Readonly<Record<string, string>>

const refuse = (name: string, why: string) => cacaoErrors.CACAO_VARIABLE_INVALID(`${name} ${why}`)

const HEX = { 'md5-hash': 32, 'sha256-hash': 64 } as const
const CHECKS: Readonly<Record<string, (value: string) => boolean>> = {
  bool: (value) => value === 'true' || value === 'false',
  float: (value) => value.trim() !== '' && Number.isFinite(Number(value)),
  integer: (value) => /^-?\d{1,16}$/.test(value),
  long: (value) => /^-?\d{1,19}$/.test(value),
  hexstring: (value) => /^([0-9a-fA-F]{2})*$/.test(value),
  hash: (value) => /^[0-9a-fA-F]{8,256}$/.test(value),
  'md5-hash': (value) => new RegExp(`^[0-9a-fA-F]{${HEX['md5-hash']}}$`).test(value),
  'sha256-hash': (value) => new RegExp(`^[0-9a-fA-F]{${HEX['sha256-hash']}}$`).test(value),
  'ipv4-addr': (value) => isIP(value.split('/')[0] ?? '') === 4,
  'ipv6-addr': (value) => isIP(value.split('/')[0] ?? '') === 6,
  'mac-addr': (value) => /^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$/.test(value),
  uuid: (value) => /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(value),
  uri: (value) => URL.canParse(value),
}

const LONGEST = 65_536

/** Throws CACAO_VARIABLE_INVALID unless the text is a value of the variable's type; unknown types take any text. */
export const checkValue = (name: string, { type }: Variable, value: string): void => {
  if (value.length > LONGEST) throw refuse(name, 'is too long')
  if (CHECKS[type]?.(value) === false) throw refuse(name, `is not a value of type ${type}`)
}

/** What declarations say before anything has run; dictionaries are written as JSON. */
export const initialValues = (declared: Variables | undefined): Values => {
  const values: Record<string, string> = {}
  for (const [name, { value }] of Object.entries(declared ?? {}))
    if (value !== undefined && value !== null)
      values[name] = typeof value === 'string' ? value : JSON.stringify(value)
  return values
}

export type Scope = {
  readonly playbook: Variables
  readonly step: Variables
  /** The step's own come first. */
  readonly values: Values
}

export const readVariable = ({ values }: Scope, name: string): string => {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value === undefined) throw refuse(name, 'has no value')
  return value
}

/** The values of the playbook after `name` was given a value; the step's own variables end with the step. */
export const assign = (scope: Scope, values: Values, name: string, value: string): Values => {
  if (Object.hasOwn(scope.step, name)) return values
  const declared = Object.hasOwn(scope.playbook, name) ? scope.playbook[name] : undefined
  if (declared === undefined) throw refuse(name, 'is not declared')
  if (declared.constant === true) throw refuse(name, 'is constant')
  checkValue(name, declared, value)
  return { ...values, [name]: value }
}

const REFERENCE = /__[a-zA-Z][a-zA-Z0-9_-]*?__(?=:value)/g

/** Names of the variables that a value refers to, at any depth. */
export const referencesIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.match(REFERENCE) ?? []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(referencesIn)
}

const typed = (type: string | undefined, value: string): unknown => {
  if (type === 'bool') return value === 'true'
  if (type === 'integer' || type === 'float') return Number(value)
  if (type !== 'dictionary') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** Puts values in the place of `__name__:value`; a text that is nothing else becomes a value of the variable's type. */
export const substitute = (value: unknown, scope: Scope): unknown => {
  if (typeof value === 'string') {
    const whole = /^(__[a-zA-Z][a-zA-Z0-9_-]*?__):value$/.exec(value)?.[1]
    if (whole !== undefined)
      return typed((scope.step[whole] ?? scope.playbook[whole])?.type, readVariable(scope, whole))
    return value.replace(/(__[a-zA-Z][a-zA-Z0-9_-]*?__):value/g, (_, name: string) =>
      readVariable(scope, name),
    )
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, scope))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, scope)]))
}
