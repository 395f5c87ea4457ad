/** Actions that write another specification of a route, and put back the one before if nobody touched it since. */
import { entity } from '@rampart/domain'
import { canonicalJson } from '@rampart/signing'
import type { Action, ActionCall, Half, Json, Probe } from '../action.ts'
import { responseErrors } from '../errors.ts'
import type { RoutesPort, RouteView, ServingPort, VersionsPort } from '../ports.ts'
import { closed, Name, Version } from './schemas.ts'

export type RouteActionPorts = {
  readonly routes: RoutesPort
  readonly versions: VersionsPort
  readonly serving: ServingPort
}

/** `before` is null where there was no stored route: the model was reached by its own name. */
export type RouteChange = { readonly name: string; readonly before: Json | null; readonly after: Json | null }

const same = (a: Json | null, b: Json | null): boolean =>
  a === null || b === null ? a === b : canonicalJson(a) === canonicalJson(b)

export const findRoute = async (
  routes: RoutesPort,
  tenant: string,
  name: string,
): Promise<RouteView | undefined> => (await routes.list(tenant)).find((one) => one.name === name)

/** Writes `to` where the route is as in `from`; true when it is `to` already. Throws when it is neither. */
export const moveRoute = async (
  routes: RoutesPort,
  call: ActionCall,
  name: string,
  { from, to }: { readonly from: Json | null; readonly to: Json | null },
): Promise<void> => {
  const now = await findRoute(routes, call.tenant, name)
  const spec = now?.spec ?? null
  if (same(spec, to)) return
  if (!same(spec, from))
    throw responseErrors.RESPONSE_CHANGED_SINCE(`Route ${name} was changed since; it is left as it is.`)
  if (to === null) await routes.remove(call.principal, name, now?.revision ?? 0)
  else await routes.put(call.principal, name, to, now?.revision ?? 0)
}

const isAt = async (
  routes: RoutesPort,
  tenant: string,
  name: string,
  wanted: Json | null,
): Promise<boolean> => same((await findRoute(routes, tenant, name))?.spec ?? null, wanted)

const changeOf = (memento: Json): RouteChange => memento.change as RouteChange

/** The inverse of every change of one route. */
export const restoreRoute = ({ routes }: Pick<RouteActionPorts, 'routes'>): Half => ({
  idempotent: true,
  apply: async (call, memento) => {
    const { name, before, after } = changeOf(memento)
    await moveRoute(routes, call, name, { from: after, to: before })
    return undefined
  },
  probe: async ({ tenant }, memento) => {
    const { name, before } = changeOf(memento)
    const isBack = await isAt(routes, tenant, name, before)
    return {
      took: isBack ? 'yes' : 'no',
      detail: isBack ? `route ${name} is as it was` : `route ${name} is not as it was`,
    }
  },
})

const probeTarget = async (
  { routes, serving }: RouteActionPorts,
  { tenant }: ActionCall,
  memento: Json,
): Promise<Probe> => {
  const { name, after } = changeOf(memento)
  const target = memento.target as { readonly model: string; readonly version: string }
  if (!(await isAt(routes, tenant, name, after)))
    return { took: 'no', detail: `route ${name} is not as written` }
  const wrong = serving
    .served(tenant)
    .filter(({ route, isDefault }) => route === name && isDefault)
    .find(({ model, version }) => model !== target.model || version !== target.version)
  const isThere = serving
    .served(tenant)
    .some(
      ({ route, model, version }) => route === name && model === target.model && version === target.version,
    )
  if (!isThere || wrong !== undefined)
    return { took: 'no', detail: `${target.model}:${target.version} does not answer on ${name} yet` }
  const epoch = await serving.epoch(tenant)
  const behind = (await serving.gateways(tenant)).filter((one) => one.connected && one.epoch < epoch)
  return behind.length === 0
    ? {
        took: 'yes',
        detail: `${target.model}:${target.version} answers on ${name}, here and in every gateway`,
      }
    : { took: 'no', detail: `gateways are behind: ${behind.map(({ id }) => id).join(', ')}` }
}

const radiusOf = async ({ serving }: RouteActionPorts, { tenant, parameters }: ActionCall) => {
  const name = String(parameters.route)
  const rate = serving.rate?.(tenant, name)
  return {
    entities: [entity('route', name)],
    summary: `every caller of route ${name}${rate === undefined ? '' : `, now ${rate.toFixed(1)} calls/s`}`,
  }
}

/** Everything else of the route stays: who may call, its schema, what is logged. */
const pointedAt = (
  before: Json | undefined,
  target: { readonly model: string; readonly version: string },
): Json => {
  const { canary: _canary, backends: _backends, ...rest } = before ?? {}
  return { ...rest, backends: [{ model: target.model, version: target.version }] }
}

type Target = { readonly model: string; readonly version: string }

const createRouteAction = (
  ports: RouteActionPorts,
  about: Pick<Action, 'name' | 'title' | 'schema'>,
  targetOf: (call: ActionCall, before: RouteView | undefined) => Promise<Target>,
): Action => ({
  ...about,
  permission: 'route:write',
  idempotent: true,
  blastRadius: (call) => radiusOf(ports, call),
  precheck: async (call) => {
    const name = String(call.parameters.route)
    const before = await findRoute(ports.routes, call.tenant, name)
    const target = await targetOf(call, before)
    const after = pointedAt(before?.spec, target)
    return { change: { name, before: before?.spec ?? null, after }, target }
  },
  apply: async (call, memento) => {
    const { name, before, after } = changeOf(memento)
    await moveRoute(ports.routes, call, name, { from: before, to: after })
    return undefined
  },
  probe: (call, memento) => probeTarget(ports, call, memento),
  inverse: restoreRoute(ports),
})

export const routeTo = (ports: RouteActionPorts): Action =>
  createRouteAction(
    ports,
    {
      name: 'route.to',
      title: 'lead a route to one version',
      schema: closed({ route: Name, model: Name, version: Version }),
    },
    async ({ tenant, parameters }, before) => {
      const name = String(parameters.route)
      // A route made now would be one that nobody calls, and called contained.
      if (before === undefined && !ports.serving.served(tenant).some(({ route }) => route === name))
        throw responseErrors.RESPONSE_NOTHING_THERE(`Nothing answers on route ${name}.`)
      const target = { model: String(parameters.model), version: String(parameters.version) }
      const { stage } = await ports.versions.get(tenant, target.model, target.version)
      if (stage !== 'deployed')
        throw responseErrors.RESPONSE_NOTHING_THERE(
          `${target.model}:${target.version} is ${stage}, not deployed.`,
        )
      return target
    },
  )

export const routePreviousVersion = (ports: RouteActionPorts): Action =>
  createRouteAction(
    ports,
    {
      name: 'route.previous-version',
      title: 'lead a route back to the version deployed before',
      schema: closed({ route: Name }),
    },
    async ({ tenant, parameters }) => {
      const name = String(parameters.route)
      const now = ports.serving.served(tenant).find((one) => one.route === name && one.isDefault)
      if (now === undefined) throw responseErrors.RESPONSE_NOTHING_THERE(`Nothing answers on route ${name}.`)
      const deployed = (await ports.versions.ofModel(tenant, now.model))
        .filter(({ stage }) => stage === 'deployed')
        .sort((a, b) => ((a.deployedAt ?? '') < (b.deployedAt ?? '') ? 1 : -1))
      const at = deployed.findIndex(({ version }) => version === now.version)
      const previous = deployed[at + 1]
      if (previous === undefined)
        throw responseErrors.RESPONSE_NOTHING_THERE(
          `No deployed version of ${now.model} is older than ${now.version}.`,
        )
      return { model: previous.model, version: previous.version }
    },
  )

export const canaryStop = ({ routes }: RouteActionPorts): Action => {
  const phaseOf = async (tenant: string, parameters: Json) =>
    (await findRoute(routes, tenant, String(parameters.route)))?.canary
  return {
    name: 'canary.stop',
    title: 'give the calls of a canary back to the others',
    permission: 'route:write',
    schema: closed({ route: Name }),
    idempotent: true,
    blastRadius: async ({ parameters }) => ({
      entities: [entity('route', String(parameters.route))],
      summary: `the canary's share of the calls of route ${String(parameters.route)}`,
    }),
    precheck: async ({ tenant, parameters }) => {
      const route = await findRoute(routes, tenant, String(parameters.route))
      if (route?.spec.canary === undefined || (route.canary?.phase ?? 'running') !== 'running')
        throw responseErrors.RESPONSE_NOTHING_THERE(
          `Route ${String(parameters.route)} has no running canary.`,
        )
      return { step: route.canary?.step ?? 0 }
    },
    apply: async ({ principal, parameters, reason }, { step }) => {
      await routes.moveCanary(principal, String(parameters.route), {
        phase: 'rolled-back',
        step: Number(step),
        reason,
      })
      return undefined
    },
    probe: async ({ tenant, parameters }) => {
      const canary = await phaseOf(tenant, parameters)
      return {
        took: canary?.phase === 'rolled-back' ? 'yes' : 'no',
        detail: `the canary is ${canary?.phase}`,
      }
    },
    inverse: {
      idempotent: true,
      apply: async ({ principal, parameters, reason }, { step }) => {
        await routes.moveCanary(principal, String(parameters.route), {
          phase: 'running',
          step: Number(step),
          reason,
        })
        return undefined
      },
      probe: async ({ tenant, parameters }) => {
        const canary = await phaseOf(tenant, parameters)
        return { took: canary?.phase === 'running' ? 'yes' : 'no', detail: `the canary is ${canary?.phase}` }
      },
    },
  }
}
