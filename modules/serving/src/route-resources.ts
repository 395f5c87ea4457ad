/** Routes as resources: written under policy, audited, and announced so that the router swaps its snapshot. */
import { isModelName, type Principal, principalName } from '@rampart/domain'
import type { Clock, Database, EventLog, Tx } from '@rampart/kit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { servingErrors } from './errors.ts'
import * as store from './store.ts'

const MAX_SCHEMA_BYTES = 64 * 1024

export type RouteResourcesDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly audit: {
    record(
      tx: Tx,
      entry: {
        readonly tenant: string
        readonly principal: string
        readonly action: string
        readonly entity: { readonly kind: 'route'; readonly id: string }
        readonly outcome: 'success'
        readonly details: Readonly<Record<string, unknown>>
      },
    ): Promise<void>
  }
  /** Awaited after the commit, so that a change holds when its caller is answered. */
  readonly afterChange: (tenant: string) => Promise<void>
}

export type RouteResources = ReturnType<typeof createRouteResources>

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

export const createRouteResources = (deps: RouteResourcesDeps) => {
  const { database, eventLog, clock, audit } = deps

  const announce = async (
    tx: Tx,
    principal: Principal,
    name: string,
    action: 'put' | 'deleted',
    details: object,
  ) => {
    const by = principalName(principal)
    const { tenant } = principal
    const entity = { kind: 'route' as const, id: name }
    await audit.record(tx, {
      tenant,
      principal: by,
      action: `route.${action}`,
      entity,
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
    route: {
      readonly name: string
      readonly model: string
      readonly payloadSchema?: Readonly<Record<string, unknown>>
    },
  ): Promise<store.RouteResource> => {
    if (!isModelName(route.name) || !isModelName(route.model))
      throw servingErrors.SERVING_ROUTE_INVALID(
        'Route and model names are lower-case letters, digits and dashes.',
      )
    if (route.payloadSchema !== undefined) checkSchema(route.payloadSchema)
    const saved = await database.tx(principal.tenant, async (tx) => {
      const updatedBy = principalName(principal)
      const stored = await store.putRoute(tx, { ...route, updatedBy, updatedAt: clock.iso() })
      await announce(tx, principal, route.name, 'put', {
        model: route.model,
        ...(route.payloadSchema === undefined ? {} : { payloadSchema: route.payloadSchema }),
      })
      return stored
    })
    await deps.afterChange(principal.tenant)
    return saved
  }

  const remove = async (principal: Principal, name: string): Promise<void> => {
    await database.tx(principal.tenant, async (tx) => {
      if (!(await store.deleteRoute(tx, name)))
        throw servingErrors.SERVING_ROUTE_UNKNOWN(`There is no route ${name}.`)
      await announce(tx, principal, name, 'deleted', {})
    })
    await deps.afterChange(principal.tenant)
  }

  const get = async (tenant: string, name: string): Promise<store.RouteResource> => {
    const found = await database.read(tenant, (tx) => store.findRoute(tx, name))
    if (found === undefined) throw servingErrors.SERVING_ROUTE_UNKNOWN(`There is no route ${name}.`)
    return found
  }

  return { put, remove, get, list: (tenant: string) => database.read(tenant, store.listRoutes) }
}
