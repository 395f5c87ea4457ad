/** Routes as resources: written under policy, audited, and announced so that the router swaps its snapshot. */
import { isModelName, type Principal, principalName } from '@rampart/domain'
import type { Clock, Database, EventLog, Tx } from '@rampart/kit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { Value } from 'typebox/value'
import { type CanaryPhase, type CanaryState, canaryKey } from './canary.ts'
import { servingErrors } from './errors.ts'
import { type RouteSpec, RouteSpecSchema, type SpecFault, specProblem } from './route-spec.ts'
import * as store from './store.ts'

const MAX_SCHEMA_BYTES = 64 * 1024

/** Where changes of serving's resources are written down. */
export interface ResourceAudit {
  record(
    tx: Tx,
    entry: {
      readonly tenant: string
      readonly principal: string
      readonly action: string
      readonly entity: { readonly kind: 'route' | 'backend'; readonly id: string }
      readonly outcome: 'success'
      readonly details: Readonly<Record<string, unknown>>
    },
  ): Promise<void>
}

export type RouteResourcesDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly audit: ResourceAudit
  /** Awaited after the commit, so that a change holds when its caller is answered. */
  readonly afterChange: (tenant: string) => Promise<void>
}

export type RouteResources = ReturnType<typeof createRouteResources>

/** A step of a canary, as it is decided. */
export type CanaryMove = {
  readonly phase: CanaryPhase
  readonly step: number
  readonly reason?: string
}

type Action = 'put' | 'deleted' | 'canary-advanced' | 'canary-promoted' | 'canary-rolled-back'

const ACTIONS: Readonly<Record<CanaryPhase, Action>> = {
  running: 'canary-advanced',
  promoted: 'canary-promoted',
  'rolled-back': 'canary-rolled-back',
}

/** Refuses what cannot be compiled here, with the reason, instead of when the first request meets it. */
const checkSchema = (schema: Readonly<Record<string, unknown>>): void => {
  if (Buffer.byteLength(JSON.stringify(schema)) > MAX_SCHEMA_BYTES)
    throw servingErrors.SERVING_PAYLOAD_SCHEMA(`The schema is larger than ${MAX_SCHEMA_BYTES} bytes.`)
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
  addFormats.default(ajv)
  try {
    ajv.compile(schema)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown reason'
    throw servingErrors.SERVING_PAYLOAD_SCHEMA(`The schema cannot be compiled: ${reason}`, { cause })
  }
}

/** The validator says `schema is false` of a property that a closed object does not have. */
const told = (message: string): string => (message === 'schema is false' ? 'is not known' : message)

const MOST_FAULTS = 16

/** Every mistake with its place, the deepest places only: what a union says of its parts is more than enough. */
const faultsOf = (spec: unknown): SpecFault[] => {
  const byPlace = new Map<string, string>()
  for (const { instancePath, message } of Value.Errors(RouteSpecSchema, spec))
    if (!byPlace.has(instancePath)) byPlace.set(instancePath, told(message))
  const places = [...byPlace.keys()]
  return places
    .filter((place) => !places.some((other) => other.startsWith(`${place}/`)))
    .slice(0, MOST_FAULTS)
    .map((place) => ({ pointer: `/spec${place}`, message: byPlace.get(place) as string }))
}

const checkRoute = (name: string, spec: RouteSpec): void => {
  if (!isModelName(name))
    throw servingErrors.SERVING_ROUTE_INVALID('Route names are lower-case letters, digits and dashes.')
  const broken = faultsOf(spec)
  const unsound = broken.length === 0 ? specProblem(name, spec) : undefined
  const faults = unsound === undefined ? broken : [unsound]
  if (faults.length > 0)
    throw servingErrors.SERVING_ROUTE_INVALID(
      faults.map(({ pointer, message }) => `${pointer}: ${message}`).join('; '),
      { details: { faults } },
    )
  if (spec.payloadSchema !== undefined) checkSchema(spec.payloadSchema)
}

/** A route to a backend that does not exist would keep the router from being ready. */
const checkBackends = async (tx: Tx, spec: RouteSpec): Promise<void> => {
  const wanted = spec.backends.flatMap(({ backend }) => (backend === undefined ? [] : [backend]))
  if (wanted.length === 0) return
  const known = new Set((await store.listBackends(tx)).map(({ name }) => name))
  const missing = wanted.find((name) => !known.has(name))
  if (missing !== undefined) throw servingErrors.SERVING_BACKEND_UNKNOWN(`There is no backend ${missing}.`)
}

/** `expected` is the revision that the writer had read; 0 stands for "there is none yet". */
export const checkRevision = (
  what: string,
  found: { readonly revision: number } | undefined,
  expected: number | undefined,
): void => {
  if (expected === undefined || (found?.revision ?? 0) === expected) return
  throw servingErrors.SERVING_REVISION_CHANGED(
    `${what} is at revision ${found?.revision ?? 0}, not ${expected}.`,
  )
}

export const createRouteResources = (deps: RouteResourcesDeps) => {
  const { database, eventLog, clock, audit } = deps

  const announce = async (
    tx: Tx,
    { tenant, by }: { readonly tenant: string; readonly by: string },
    name: string,
    action: Action,
    details: object,
  ): Promise<void> => {
    await audit.record(tx, {
      tenant,
      principal: by,
      action: `route.${action}`,
      entity: { kind: 'route', id: name },
      outcome: 'success',
      details: { ...details },
    })
    await eventLog.publish(tx, tenant, {
      type: 'rampart.route.changed.v1',
      subject: name,
      principal: by,
      data: { name, action },
    })
  }

  const put = async (
    principal: Principal,
    route: { readonly name: string; readonly spec: RouteSpec; readonly revision?: number },
  ): Promise<store.RouteResource> => {
    const { name, spec } = route
    checkRoute(name, spec)
    const by = principalName(principal)
    const saved = await database.tx(principal.tenant, async (tx) => {
      checkRevision(`Route ${name}`, await store.findRoute(tx, name, true), route.revision)
      await checkBackends(tx, spec)
      const stored = await store.putRoute(tx, { name, spec, updatedBy: by, updatedAt: clock.iso() })
      await announce(tx, { tenant: principal.tenant, by }, name, 'put', { spec })
      return stored
    })
    await deps.afterChange(principal.tenant)
    return saved
  }

  const remove = async (principal: Principal, name: string, revision?: number): Promise<void> => {
    const who = { tenant: principal.tenant, by: principalName(principal) }
    await database.tx(principal.tenant, async (tx) => {
      checkRevision(`Route ${name}`, await store.findRoute(tx, name, true), revision)
      if (!(await store.deleteRoute(tx, name)))
        throw servingErrors.SERVING_ROUTE_UNKNOWN(`There is no route ${name}.`)
      await announce(tx, who, name, 'deleted', {})
    })
    await deps.afterChange(principal.tenant)
  }

  const get = async (tenant: string, name: string): Promise<store.RouteResource> => {
    const found = await database.read(tenant, (tx) => store.findRoute(tx, name))
    if (found === undefined) throw servingErrors.SERVING_ROUTE_UNKNOWN(`There is no route ${name}.`)
    return found
  }

  /** Moves a route's canary; `from` is the state that the decision was made on, so that two deciders cannot both act. */
  const moveCanary = async (
    who: { readonly tenant: string; readonly by: string },
    name: string,
    move: CanaryMove,
    from?: CanaryState | null,
  ): Promise<store.RouteResource> => {
    const moved = await database.tx(who.tenant, async (tx) => {
      const found = await store.findRoute(tx, name, true)
      if (found === undefined) throw servingErrors.SERVING_ROUTE_UNKNOWN(`There is no route ${name}.`)
      const { canary } = found.spec
      if (canary === undefined) throw servingErrors.SERVING_NO_CANARY(`Route ${name} has no canary.`)
      if (from !== undefined && JSON.stringify(found.canary ?? null) !== JSON.stringify(from)) return found
      const state = { key: canaryKey(canary), since: clock.iso(), ...move }
      const stored = await store.setCanary(tx, name, state)
      await announce(tx, who, name, ACTIONS[move.phase], { canary, ...move })
      return stored
    })
    await deps.afterChange(who.tenant)
    return moved
  }

  return {
    put,
    remove,
    get,
    moveCanary,
    list: (tenant: string) => database.read(tenant, store.listRoutes),
    canaries: (allTenants: string) => database.read(allTenants, store.listCanaries),
  }
}
