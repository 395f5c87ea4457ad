/** Which host serves which model version: gateways name their machine, and this process knows its own. */
import { type EntityRef, formatModelVersionRef, type Signal } from '@rampart/domain'
import { hostNames } from '@rampart/listener'
import type { GatewayRoom } from './gateway-ports.ts'

type Rooms = {
  readonly gateways: Pick<GatewayRoom, 'list' | 'servedLately'>
  /** What this process answers with, by tenant. */
  readonly served: (
    tenant: string,
  ) => readonly { readonly model: string; readonly version: string; readonly isDefault: boolean }[]
  readonly clock: { readonly monotonic: () => number }
  readonly hostNames?: () => readonly string[]
}

/** Entities that one host adds to a signal at most: more would say that it is about everything. */
const MOST_RELATED = 32
const KNOWN_MS = 1_000
const MOST_TENANTS = 1_000

type Deployed = ReadonlyMap<string, readonly EntityRef[]>

const hostsOf = ({ entity, related = [] }: Pick<Signal, 'entity' | 'related'>): string[] =>
  [entity, ...related].flatMap(({ kind, id }) => (kind === 'host' ? [id.toLowerCase()] : []))

export type DeployedHosts = {
  /** Gateways on a host that the signal names, and the versions that answer there. */
  readonly relate: (
    tenant: string,
    signal: Pick<Signal, 'entity' | 'related'>,
  ) => Promise<readonly EntityRef[]>
  /** Those of the hosts that serve models. */
  readonly servingHosts: (tenant: string, hosts: readonly string[]) => Promise<readonly string[]>
}

export const createDeployedHosts = ({ gateways, served, clock, ...rooms }: Rooms): DeployedHosts => {
  const known = new Map<string, { readonly at: number; readonly deployed: Promise<Deployed> }>()
  const ownNames = rooms.hostNames ?? hostNames

  const defaults = (tenant: string): EntityRef[] =>
    served(tenant)
      .filter(({ isDefault }) => isDefault)
      .map(({ model, version }) => ({ kind: 'model-version', id: `${model}:${version}` }))

  const look = async (tenant: string): Promise<Deployed> => {
    const deployed = new Map<string, EntityRef[]>()
    const add = (hosts: readonly string[], entities: readonly EntityRef[]): void => {
      for (const host of hosts)
        deployed.set(host.toLowerCase(), [...(deployed.get(host.toLowerCase()) ?? []), ...entities])
    }
    const lately = gateways.servedLately(tenant)
    for (const { id, hosts, stopped, connected } of await gateways.list(tenant)) {
      if (hosts === undefined || stopped === true || !connected) continue
      const answering = lately
        .filter(({ gateway }) => gateway === id)
        .map(({ model: name, version }): EntityRef => {
          return { kind: 'model-version', id: formatModelVersionRef({ name, version }) }
        })
      // One that had no calls yet serves what everybody serves.
      add(hosts, [{ kind: 'gateway', id }, ...(answering.length > 0 ? answering : defaults(tenant))])
    }
    const here = defaults(tenant)
    if (here.length > 0) add(ownNames(), here)
    return deployed
  }

  const deployedOf = (tenant: string): Promise<Deployed> => {
    const now = clock.monotonic()
    const last = known.get(tenant)
    if (last !== undefined && now - last.at < KNOWN_MS) return last.deployed
    const deployed = look(tenant)
    deployed.catch(() => known.delete(tenant))
    if (known.size >= MOST_TENANTS) known.clear()
    known.set(tenant, { at: now, deployed })
    return deployed
  }

  return {
    relate: async (tenant, signal) => {
      const hosts = hostsOf(signal)
      if (hosts.length === 0) return []
      const deployed = await deployedOf(tenant)
      const all = hosts.flatMap((host) => deployed.get(host) ?? [])
      return [...new Map(all.map((one) => [`${one.kind}:${one.id}`, one])).values()].slice(0, MOST_RELATED)
    },
    servingHosts: async (tenant, hosts) => {
      const deployed = await deployedOf(tenant)
      return hosts.filter((host) => deployed.has(host.toLowerCase()))
    },
  }
}
