/** Who calls: every decision, approval and audit entry names one of these. */
export type PrincipalKind = 'user' | 'service' | 'component' | 'anonymous'

/** What a principal may do is decided by the `authz` policy from its roles, never by code. */
export type Role = 'viewer' | 'operator' | 'approver' | 'admin' | 'gateway'
export const ROLES: readonly Role[] = ['viewer', 'operator', 'approver', 'admin', 'gateway']

/** How the principal proved who it is. */
export type AuthMethod = 'token' | 'api-key' | 'oidc' | 'cookie' | 'mtls' | 'none' | 'internal'

export type Principal = {
  readonly kind: PrincipalKind
  readonly id: string
  readonly tenant: string
  readonly roles: readonly Role[]
  readonly via: AuthMethod
}

/** `user:alice`, `service:ci`, `component:assurance`: the name written into records. */
export const principalName = (principal: Pick<Principal, 'kind' | 'id'>): string =>
  `${principal.kind}:${principal.id}`

/** The one tenant that exists until multi-tenancy is configured. */
export const DEFAULT_TENANT = 'default'

/** A principal for the product's own parts; `roles` is what the authz policy will see. */
export const componentPrincipal = (
  id: string,
  roles: readonly Role[],
  tenant: string = DEFAULT_TENANT,
): Principal => ({ kind: 'component', id, tenant, roles, via: 'internal' })
