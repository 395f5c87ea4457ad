/** Which calls a route is for: by header, caller and tenant. All named conditions must hold. */
import { type Principal, principalName } from '@rampart/domain'

export type RouteMatch = {
  /** Exact values by lower-case header name. */
  readonly headers?: Readonly<Record<string, string>>
  /** `kind:id`; a trailing `*` stands for any rest. */
  readonly callers?: readonly string[]
  readonly tenants?: readonly string[]
}

/** Reads a request header by its lower-case name. */
export type ReadHeader = (name: string) => string | undefined

export type Matcher = (header: ReadHeader, caller: Principal) => boolean

const callerMatcher = (patterns: readonly string[]): ((name: string) => boolean) => {
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith('*')))
  const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1))
  return (name) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix))
}

export const createMatcher = (match: RouteMatch): Matcher => {
  const headers = Object.entries(match.headers ?? {})
  const isCaller = match.callers === undefined ? undefined : callerMatcher(match.callers)
  const tenants = match.tenants === undefined ? undefined : new Set(match.tenants)
  return (header, caller) =>
    headers.every(([name, value]) => header(name) === value) &&
    (tenants === undefined || tenants.has(caller.tenant)) &&
    (isCaller === undefined || isCaller(principalName(caller)))
}

/** Number of conditions: the route that asks for more is asked first. */
export const specificity = (match: RouteMatch | undefined): number =>
  match === undefined
    ? 0
    : Object.keys(match.headers ?? {}).length +
      Number(match.callers !== undefined) +
      Number(match.tenants !== undefined)
