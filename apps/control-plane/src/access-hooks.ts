/** Who calls, and may they: every API route is authenticated and then decided by the authz policy. */
import { type Decision, type EntityRef, entity as entityRef, type Principal } from '@rampart/domain'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { serverErrors } from './errors.ts'
import type { RefusedCall } from './refusal-audit.ts'

export type AccessDeps = {
  readonly authenticate: (request: FastifyRequest) => Promise<Principal>
  readonly decide: (question: {
    readonly pack: 'authz'
    readonly principal: Principal
    readonly entity?: EntityRef
    readonly input: Readonly<Record<string, unknown>>
  }) => Promise<Decision>
  readonly mode: 'development' | 'production'
  /** Told of calls that nobody was recognised for, or that the policy denies. */
  readonly onRefused?: (call: RefusedCall) => void
}

const isPublic = (request: FastifyRequest): boolean =>
  request.routeOptions.config.public === true || request.routeOptions.config.action === undefined

/** Adds the hooks, and collects every route's action so that start-up can refuse one without a rule. */
export const addAccessHooks = (
  app: FastifyInstance,
  deps: AccessDeps,
): { readonly actions: () => readonly string[] } => {
  const actions = new Set<string>()
  app.addHook('onRoute', (route) => {
    const action = route.config?.action
    if (action !== undefined) actions.add(action)
    else if (route.url.startsWith('/api/') && route.config?.public !== true)
      throw serverErrors.SERVER_ROUTE_WITHOUT_ACTION(`${String(route.method)} ${route.url} names no action.`)
  })
  app.addHook('onRequest', async (request) => {
    if (isPublic(request)) return
    try {
      request.principal = await deps.authenticate(request)
    } catch (error) {
      const { action = '' } = request.routeOptions.config
      deps.onRefused?.({ action, path: request.url, why: error instanceof Error ? error.message : 'refused' })
      throw error
    }
  })
  app.addHook('preHandler', async (request) => {
    const { action, entity } = request.routeOptions.config
    if (action === undefined || isPublic(request)) return
    const about = entity?.(request) as EntityRef | undefined
    const { kind, id, roles, tenant, via } = request.principal
    const span = request.span?.child('policy.decide', { attributes: { 'rampart.action': action } })
    const decision = await deps.decide({
      pack: 'authz',
      principal: request.principal,
      ...(about === undefined ? {} : { entity: entityRef(about.kind, about.id) }),
      input: {
        principal: { kind, id, roles, tenant },
        action,
        ...(about === undefined ? {} : { entity: about }),
        mode: deps.mode,
        via,
      },
    })
    span?.end({ attributes: { 'rampart.decision': decision.id, 'rampart.allow': decision.allow } })
    if (decision.allow) return
    const why = decision.reasons.join('; ')
    deps.onRefused?.({ action, path: request.url, why, principal: request.principal })
    throw serverErrors.SERVER_FORBIDDEN(`${action} is denied: ${why}`, {
      details: { decisionId: decision.id, reasons: decision.reasons },
    })
  })
  return { actions: () => [...actions].sort() }
}
