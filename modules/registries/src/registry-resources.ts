/** Registries as resources: written under policy, audited, announced. */
import {
  isModelName,
  type Principal,
  principalName,
  type RegistrySpec,
  RegistrySpecSchema,
} from '@rampart/domain'
import type { Clock, Database, EventLog, Tx } from '@rampart/kit'
import { Value } from 'typebox/value'
import { registriesErrors } from './errors.ts'
import { mapName } from './names.ts'
import type { AuditPort, CheckRegistry } from './ports.ts'
import * as store from './store.ts'
import { limitsOf } from './sync-limits.ts'
import { approvedAliasOf } from './write-back/approved-alias.ts'

export type RegistryResourcesDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly audit: AuditPort
  readonly checkRegistry: CheckRegistry
}

const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/
const LIKE_SECRET = /secret|password|token|key$/i

export const unknownRegistry = (name: string) =>
  registriesErrors.REGISTRIES_NOT_FOUND(`There is no registry ${name}.`)

const checkSpec = (name: string, spec: RegistrySpec, check: CheckRegistry): void => {
  const refuse = registriesErrors.REGISTRIES_INVALID
  if (!isModelName(name)) throw refuse('Registry names are lower-case letters, digits and dashes.')
  const [first] = Value.Errors(RegistrySpecSchema, spec)
  if (first !== undefined) throw refuse(`spec${first.instancePath}: ${first.message}`)
  for (const ref of [spec.auth?.secretRef, spec.webhookSecretRef])
    if (ref !== undefined && !SECRET_NAME.test(ref))
      throw refuse('A secret is named by letters, digits, ".", "_" and "-".')
  for (const key of Object.keys({ ...spec.parameters, ...spec.auth?.parameters }))
    if (LIKE_SECRET.test(key) && !/id$/i.test(key) && !/^(secretRef|accessKey)$/.test(key))
      throw refuse(`parameters.${key} looks like a secret: name it in auth.secretRef instead.`)
  limitsOf(spec)
  approvedAliasOf(spec)
  const { namePrefix, paused } = spec.parameters ?? {}
  if (namePrefix !== undefined && (namePrefix.length > 24 || mapName(`${namePrefix}x`) !== `${namePrefix}x`))
    throw refuse('parameters.namePrefix must be at most 24 lower-case letters, digits and dashes.')
  if (paused !== undefined && paused !== 'true' && paused !== 'false')
    throw refuse('parameters.paused is true or false.')
  check(spec)
}

/** Builds the use cases of `kind: Registry`. */
export const createRegistryResources = (deps: RegistryResourcesDeps) => {
  const { database, clock } = deps

  const announce = async (
    tx: Tx,
    principal: Principal,
    name: string,
    action: 'put' | 'deleted' | 'sync',
    details: object,
  ): Promise<void> => {
    const by = principalName(principal)
    const { tenant } = principal
    await deps.audit.record(tx, {
      tenant,
      principal: by,
      action: `registry.${action}`,
      entity: { kind: 'registry', id: name },
      outcome: 'success',
      details: { ...details },
    })
    if (action === 'sync') return
    await deps.eventLog.publish(tx, tenant, {
      type: 'rampart.registry.changed.v1',
      subject: name,
      principal: by,
      data: { name, action },
    })
  }

  const checkRevision = (name: string, found: { revision: number } | undefined, revision?: number): void => {
    const current = found?.revision ?? 0
    if (revision !== undefined && revision !== current)
      throw registriesErrors.REGISTRIES_REVISION_CHANGED(
        `Registry ${name} has revision ${current}, not ${revision}.`,
      )
  }

  return {
    put: async (
      principal: Principal,
      request: { readonly name: string; readonly spec: RegistrySpec; readonly revision?: number },
    ): Promise<store.RegistryResource> => {
      const { name, spec } = request
      checkSpec(name, spec, deps.checkRegistry)
      return database.tx(principal.tenant, async (tx) => {
        checkRevision(name, await store.findResource(tx, name, true), request.revision)
        const updatedBy = principalName(principal)
        const stored = await store.putResource(tx, { name, spec, updatedBy, updatedAt: clock.iso() })
        await announce(tx, principal, name, 'put', { spec })
        return stored
      })
    },
    /** What was registered from it stays; what was only known of it is forgotten. */
    remove: (principal: Principal, name: string, revision?: number): Promise<void> =>
      database.tx(principal.tenant, async (tx) => {
        const found = await store.findResource(tx, name, true)
        if (found === undefined) throw unknownRegistry(name)
        checkRevision(name, found, revision)
        await store.deleteResource(tx, name)
        await announce(tx, principal, name, 'deleted', {})
      }),
    /** Due now; what was refused or postponed is tried again too. */
    sync: (principal: Principal, name: string): Promise<void> =>
      database.tx(principal.tenant, async (tx) => {
        if (!(await store.askForSync(tx, name))) throw unknownRegistry(name)
        await announce(tx, principal, name, 'sync', {})
      }),
    get: async (tenant: string, name: string): Promise<store.RegistryResource> => {
      const found = await database.read(tenant, (tx) => store.findResource(tx, name))
      if (found === undefined) throw unknownRegistry(name)
      return found
    },
    list: (tenant: string): Promise<store.RegistryResource[]> => database.read(tenant, store.listResources),
  }
}
