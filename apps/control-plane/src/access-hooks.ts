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
  /** The pack `authz` in use: asked what a page may offer, which is no decision and is neither logged nor counted. */
  readonly rules: () => {
    readonly inputPaths: readonly string[] | 'all'
    readonly evaluate: (input: unknown) => Pick<Decision, 'allow' | 'reasons'>
  }
  readonly mode: 'development' | 'production'
  /** Told of calls that nobody was recognised for, or that the policy denies. */
  readonly onRefused?: (call: RefusedCall) => void
}

const isPublic = (request: FastifyRequest): boolean =>
  request.routeOptions.config.public === true || request.routeOptions.config.action === undefined

export type Access = {
  /** Actions of all routes, sorted. */
  readonly actions: () => readonly string[]
  /** Actions that this caller is refused, and why; none where the policy looks at the entity as well. */
  readonly denied: (caller: Principal) => readonly { readonly action: string; readonly reasons: string[] }[]
}

/** What the policy is told about a call. */
const questionOf = (caller: Principal, action: string, mode: AccessDeps['mode']) => {
  const { kind, id, roles, tenant, via } = caller
  return { principal: { kind, id, roles, tenant }, action, mode, via }
}

/** Adds the hooks, and collects every route's action so that start-up can refuse one without a rule. */
export const addAccessHooks = (app: FastifyInstance, deps: AccessDeps): Access => {
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
    const span = request.span?.child('policy.decide', { attributes: { 'rampart.action': action } })
    const decision = await deps.decide({
      pack: 'authz',
      principal: request.principal,
      ...(about === undefined ? {} : { entity: entityRef(about.kind, about.id) }),
      input: {
        ...questionOf(request.principal, action, deps.mode),
        ...(about === undefined ? {} : { entity: about }),
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
  const sorted = () => [...actions].sort()
  return {
    actions: sorted,
    denied: (caller) => {
      const { inputPaths, evaluate } = deps.rules()
      if (inputPaths === 'all' || inputPaths.some((path) => path.split('.')[0] === 'entity')) return []
      return sorted().flatMap((action) => {
        const { allow, reasons } = evaluate(questionOf(caller, action, deps.mode))
        return allow ? [] : [{ action, reasons: [...reasons] }]
      })
    },
  }
}
