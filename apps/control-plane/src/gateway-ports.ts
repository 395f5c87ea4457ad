/** What gateways are given of the rooms, and what becomes of their reports. */
import type { Audit } from '@rampart/audit'
import { entity } from '@rampart/domain'
import {
  contentOf,
  createGateways,
  type GatewaysDeps,
  planName,
  type SnapshotContent,
} from '@rampart/gateways'
import type { Identity } from '@rampart/identity'
import { ALL_TENANTS } from '@rampart/kit'
import type { Policy } from '@rampart/policy'
import type { CallerRules } from '@rampart/response'
import {
  type CanaryReadings,
  combine,
  countedKey,
  createAuditAnchor,
  type Serving,
  type ServingPorts,
  STATS_STEPS,
  summariseCounts,
} from '@rampart/serving'
import type { Signer } from '@rampart/signing'
import type { Telemetry } from '@rampart/telemetry'
import type { SignalSink } from '@rampart/threats'
import type { Ground } from './ground.ts'

type Rooms = {
  readonly audit: Audit
  readonly identity: Identity
  readonly policy: Policy
  readonly telemetry: Pick<Telemetry, 'absorb' | 'layouts'>
  readonly serving: Pick<Serving, 'snapshot' | 'canaryReadings' | 'counted' | 'stats'>
  readonly signals: SignalSink
  readonly signer: Signer
  readonly verdictKeys: ServingPorts['verdictKeys']
  readonly callerRules: Pick<CallerRules, 'denies' | 'of' | 'follow'>
}

const HOUR_MS = 3_600_000

/** Callers under containment are named, however they are recognised; a denied one has no key either. */
const admitted = (
  tenant: string,
  material: Awaited<ReturnType<Identity['callers']>>,
  rules: Rooms['callerRules'],
) => ({
  ...material,
  // A gateway of an earlier release does not read rules, but it can no longer know the key.
  keys: material.keys.filter(({ kind, owner }) => !rules.denies(tenant, `${kind}:${owner}`)),
  rules: rules.of(tenant),
})

const createContent =
  ({ config, mode }: Ground, rooms: Rooms) =>
  async (tenant: string): Promise<SnapshotContent> => {
    const { issuer, audience, rolesClaim } = config.oidc
    const { version } = rooms.policy.hot('inference')
    const { pack, digest, files } = await rooms.policy.version('inference', version)
    return {
      mode,
      ...(issuer === undefined ? {} : { oidc: { issuer, audience: audience ?? 'rampart', rolesClaim } }),
      ...contentOf(rooms.serving.snapshot(), tenant),
      ...(rooms.verdictKeys === undefined ? {} : { verdictKeys: rooms.verdictKeys().map(({ pem }) => pem) }),
      policy: { pack, version, digest, files },
      callers: admitted(tenant, await rooms.identity.callers(tenant), rooms.callerRules),
      layouts: await rooms.telemetry.layouts(tenant),
    }
  }

const createGatewayPorts = (ground: Ground, rooms: Rooms): GatewaysDeps => {
  const { audit, policy, telemetry, signals } = rooms
  return {
    ...ground,
    signer: rooms.signer,
    content: createContent(ground, rooms),
    offlineMs: ground.config.gateways.offlineHours * HOUR_MS,
    anchor: createAuditAnchor({ ...ground, audit }),
    raiseSignal: (tenant, signal) => signals.raise(tenant, signal),
    logDecision: (tenant, decision) => policy.logDecision(tenant, decision, 'inference'),
    absorb: telemetry.absorb,
    auditDenied: (tx, { tenant, principal, route, ...details }) =>
      audit.record(tx, {
        tenant,
        principal,
        action: 'inference.denied',
        entity: entity('route', route),
        outcome: 'denied',
        details,
      }),
    auditDropped: (tx, tenant, gateway, dropped) =>
      audit.record(tx, {
        tenant,
        principal: 'component:gateways',
        action: 'gateway.reports-dropped',
        entity: entity('gateway', gateway),
        outcome: 'failure',
        details: { dropped },
      }),
  }
}

export type GatewayRoom = ReturnType<typeof createGatewayRoom>

/** The gateways of this control plane, told of every change that concerns them. */
export const createGatewayRoom = (ground: Ground, rooms: Rooms) => {
  const gateways = createGateways(createGatewayPorts(ground, rooms))
  let unsubscribe: (() => void)[] = []
  rooms.callerRules.follow({
    settle: gateways.refresh,
    lagging: async (tenant) => {
      const newest = gateways.epoch(tenant) ?? 0
      return (await gateways.list(tenant))
        .filter(({ connected, stopped, epoch }) => connected && stopped !== true && epoch < newest)
        .map(({ id }) => id)
    },
  })
  return {
    ...gateways,
    /** Statistics of a route here and in all gateways. */
    stats: (tenant: string, route: string): ReturnType<Serving['stats']> => {
      const here = rooms.serving.counted(tenant, STATS_STEPS)
      return rooms.serving.stats(tenant, route).map((version) => {
        const key = { ...version, route }
        const away = gateways.counted(tenant, key)
        if (away.length === 0) return version
        const mine = here.filter((one) => countedKey(one) === countedKey(key))
        return { ...version, ...summariseCounts([...mine, ...away], ground.clock.now()) }
      })
    },
    /** Counters of a canary here and in all gateways. */
    canaryTotals: (tenant: string, route: string): CanaryReadings | undefined => {
      const here = rooms.serving.canaryReadings(tenant, route)
      const plan = rooms.serving.snapshot().plans?.find((one) => one.tenant === tenant && one.name === route)
      if (here === undefined || plan === undefined) return here
      const away = gateways.canaryReadings(tenant, route, planName(plan))
      return {
        candidate: combine(here.candidate, away.candidate, 1),
        baseline: combine(here.baseline, away.baseline, 1),
      }
    },
    start: (): void => {
      gateways.start()
      unsubscribe = [
        rooms.policy.onChange(({ pack }) => {
          if (pack === 'inference') gateways.changed()
        }),
        ground.eventLog.subscribe(ALL_TENANTS, ({ type }) => {
          if (type === 'rampart.api-key.changed.v1') gateways.changed()
        }),
      ]
    },
    stop: async (): Promise<void> => {
      for (const end of unsubscribe) end()
      await gateways.stop()
    },
  }
}
