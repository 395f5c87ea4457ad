/** Backends as resources: which servers elsewhere may run registered versions. Written under policy, audited, announced. */
import { type AddressRules, createAddressGuard, parseServerUrl } from '@rampart/connectors/inference'
import { isModelName, type Principal, principalName } from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import { Value } from 'typebox/value'
import { type BackendSpec, BackendSpecSchema } from './backend-spec.ts'
import { servingErrors } from './errors.ts'
import { checkRevision, type RouteResourcesDeps } from './route-resources.ts'
import * as store from './store.ts'

export type BackendResourcesDeps = RouteResourcesDeps & { readonly addresses: AddressRules }
export type BackendResources = ReturnType<typeof createBackendResources>

const GRPC: readonly string[] = ['grpc:', 'grpcs:']

const checkBackend = (name: string, spec: BackendSpec, addresses: AddressRules): void => {
  if (!isModelName(name))
    throw servingErrors.SERVING_BACKEND_INVALID('Backend names are lower-case letters, digits and dashes.')
  const [first] = Value.Errors(BackendSpecSchema, spec)
  if (first !== undefined)
    throw servingErrors.SERVING_BACKEND_INVALID(`spec${first.instancePath}: ${first.message}`)
  const guard = createAddressGuard(addresses)
  for (const text of spec.urls) {
    const url = parseServerUrl(text)
    if (GRPC.includes(url.protocol) !== (spec.protocol === 'v2-grpc'))
      throw servingErrors.SERVING_BACKEND_INVALID(`${url.protocol} does not go with ${spec.protocol}`)
    guard.check(url)
  }
}

export const createBackendResources = (deps: BackendResourcesDeps) => {
  const { database, clock } = deps

  const announce = async (
    tx: Tx,
    principal: Principal,
    name: string,
    action: 'put' | 'deleted',
    details: object,
  ): Promise<void> => {
    const by = principalName(principal)
    const { tenant } = principal
    await deps.audit.record(tx, {
      tenant,
      principal: by,
      action: `backend.${action}`,
      entity: { kind: 'backend', id: name },
      outcome: 'success',
      details: { ...details },
    })
    await deps.eventLog.publish(tx, tenant, {
      type: 'rampart.backend.changed.v1',
      subject: name,
      principal: by,
      data: { name, action },
    })
  }

  return {
    put: async (
      principal: Principal,
      {
        name,
        spec,
        revision,
      }: { readonly name: string; readonly spec: BackendSpec; readonly revision?: number },
    ): Promise<store.BackendResource> => {
      checkBackend(name, spec, deps.addresses)
      const saved = await database.tx(principal.tenant, async (tx) => {
        checkRevision(`Backend ${name}`, await store.lockBackend(tx, name), revision)
        const updatedBy = principalName(principal)
        const stored = await store.putBackend(tx, { name, spec, updatedBy, updatedAt: clock.iso() })
        await announce(tx, principal, name, 'put', { spec })
        return stored
      })
      await deps.afterChange(principal.tenant)
      return saved
    },
    /** A backend that a route still leads to stays: its calls would have nowhere to go. */
    remove: async (principal: Principal, name: string, revision?: number): Promise<void> => {
      await database.tx(principal.tenant, async (tx) => {
        const found = await store.lockBackend(tx, name)
        if (found === undefined) throw unknown(name)
        checkRevision(`Backend ${name}`, found, revision)
        const routes = await store.routesTo(tx, name)
        if (routes.length > 0)
          throw servingErrors.SERVING_BACKEND_USED(
            `Backend ${name} is used by ${routes.slice(0, 8).join(', ')}.`,
          )
        await store.deleteBackend(tx, name)
        await announce(tx, principal, name, 'deleted', {})
      })
      await deps.afterChange(principal.tenant)
    },
    get: async (tenant: string, name: string): Promise<store.BackendResource> => {
      const found = (await database.read(tenant, store.listBackends)).find((one) => one.name === name)
      if (found === undefined) throw unknown(name)
      return found
    },
    list: (tenant: string): Promise<store.BackendResource[]> => database.read(tenant, store.listBackends),
  }
}

const unknown = (name: string) => servingErrors.SERVING_BACKEND_UNKNOWN(`There is no backend ${name}.`)
