/** The control plane's side: what gateways follow, what they report, and which there are. */
import type { Principal } from '@rampart/domain'
import type { Clock, Database, Logger } from '@rampart/kit'
import { type CanaryReadings, type CountedVersion, type countedKey, STATS_STEP_MS } from '@rampart/serving'
import { createCanaryTotals } from './canary-totals.ts'
import { createIntake, type IntakeDeps } from './intake.ts'
import { createPublisher, type Publisher, type PublisherDeps } from './publisher.ts'
import type { Report, ReportAnswer } from './report.ts'
import { createServedTotals } from './served-totals.ts'
import * as store from './store.ts'

export type GatewaysDeps = PublisherDeps &
  IntakeDeps & {
    readonly database: Pick<Database, 'tx' | 'read'>
    readonly clock: Clock
    readonly logger: Logger
  }

/** `lag` counts the epochs that a gateway is behind; `connected` means heard of in the last 15 s. */
export type GatewayInfo = {
  readonly id: string
  readonly principal: string
  readonly epoch: number
  readonly lag: number
  readonly connected: boolean
  readonly firstSeen: string
  readonly lastSeen: string
} & store.GatewayState

export type Gateways = Omit<Publisher, 'changed'> & {
  changed(): void
  report(principal: Principal, report: Report): Promise<ReportAnswer>
  list(tenant: string): Promise<GatewayInfo[]>
  canaryReadings(tenant: string, route: string, plan: string): CanaryReadings
  /** What gateways counted of a version, one entry per gateway. */
  counted(tenant: string, version: Parameters<typeof countedKey>[0]): CountedVersion[]
  /** Which versions answered calls at which gateway in the last ten seconds. */
  servedLately(tenant: string): ReturnType<ReturnType<typeof createServedTotals>['lately']>
}

const CONNECTED_MS = 15_000
const LATELY_MS = 10_000
const FORGET_MS = 7 * 86_400_000

export const createGateways = (deps: GatewaysDeps): Gateways => {
  const { clock, database } = deps
  const publisher = createPublisher(deps)
  const intake = createIntake(deps)
  const canaries = createCanaryTotals()
  const served = createServedTotals()

  const infoOf = (gateway: store.StoredGateway, newest: number): GatewayInfo => ({
    id: gateway.id,
    principal: gateway.principal,
    epoch: gateway.epoch,
    lag: Math.max(0, newest - gateway.epoch),
    connected: clock.now() - Date.parse(gateway.lastSeen) < CONNECTED_MS,
    firstSeen: gateway.firstSeen,
    lastSeen: gateway.lastSeen,
    ...gateway.state,
  })

  return {
    ...publisher,
    report: async (principal, report) => {
      const accepted = await intake(principal, report)
      canaries.report(principal.tenant, report)
      served.report(principal.tenant, report)
      return { accepted, epoch: publisher.epoch(principal.tenant) ?? report.epoch }
    },
    list: async (tenant) => {
      const before = new Date(clock.now() - FORGET_MS).toISOString()
      const all = await database.tx(tenant, async (tx) => {
        await store.forgetGateways(tx, before)
        return store.listGateways(tx)
      })
      const newest = publisher.epoch(tenant) ?? Math.max(0, ...all.map(({ epoch }) => epoch))
      return all.map((gateway) => infoOf(gateway, newest))
    },
    canaryReadings: canaries.readings,
    counted: served.counted,
    servedLately: (tenant) => served.lately(tenant, Math.floor((clock.now() - LATELY_MS) / STATS_STEP_MS)),
  }
}
