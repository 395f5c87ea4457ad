/** Entities that nothing is done to before two people agree: written by people, asked whenever a run is made. */
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { responseErrors } from '../errors.ts'
import { createResources, type ResourcesDeps } from './resources.ts'

/** `id` is a name, or the beginning of names followed by `*`. */
export const ProtectedEntitySpecSchema = Type.Object(
  {
    kind: Type.String({
      pattern: '^[a-z][a-z0-9-]{0,63}$',
      description: 'host, route, model-version, caller …',
    }),
    id: Type.String({
      minLength: 1,
      maxLength: 512,
      description: 'Its name; a name that ends in * stands for everything that begins so',
    }),
    reason: Type.Optional(Type.String({ maxLength: 1024 })),
  },
  { additionalProperties: false },
)

export type ProtectedEntitySpec = Static<typeof ProtectedEntitySpecSchema>
export type ProtectedEntity = Pick<ProtectedEntitySpec, 'kind' | 'id'>

const covers = (one: ProtectedEntity, { kind, id }: ProtectedEntity): boolean =>
  one.kind === kind && (one.id.endsWith('*') ? id.startsWith(one.id.slice(0, -1)) : one.id === id)

export const protects = (guarded: readonly ProtectedEntity[], touched: readonly ProtectedEntity[]): boolean =>
  guarded.some((one) => touched.some((entity) => covers(one, entity)))

export type ProtectedEntities = ReturnType<typeof createProtectedEntities>

export const createProtectedEntities = (deps: ResourcesDeps) => {
  const resources = createResources<ProtectedEntitySpec>(
    deps,
    'protected-entity',
    async (_by, _name, spec) => {
      const [fault] = Value.Errors(ProtectedEntitySpecSchema, spec)
      if (fault !== undefined)
        throw responseErrors.RESPONSE_RESOURCE_INVALID(`spec${fault.instancePath}: ${fault.message}`)
      return spec
    },
  )
  return {
    resources,
    inForce: async (tenant: string): Promise<readonly ProtectedEntity[]> =>
      (await resources.list(tenant)).map(({ spec: { kind, id } }) => ({ kind, id })),
  }
}
