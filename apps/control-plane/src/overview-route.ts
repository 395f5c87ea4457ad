/** GET /overview: gathers the facts and composes the answer. */
import type { Principal } from '@rampart/domain'
import { ALL_TENANTS, type EventLog, type StoredEvent } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import type { ApiDeps } from './api-deps.ts'
import { composeOverview, type OverviewFacts, RATE_NAMES, type RateName } from './overview.ts'
import { auditRate } from './overview-changes.ts'
import { OverviewSchema } from './overview-schema.ts'
import type { RateMeter } from './rate-meter.ts'

/** Steps of the router's series (2 s each) in a tile's line, and in the rate beside it. */
const SPARKLINE = 60
const RATE_STEPS = 5
/** Audit entries looked at; enough for a day of changes between the entries that accompany them. */
const RECENT = 200
/** Requests for approval looked at for the list of what waits. */
const ASKED = 50

const RATE_OF_EVENT: readonly (readonly [string, RateName])[] = [
  ['rampart.model-version.', 'versions'],
  ['rampart.evidence.', 'evidence'],
  ['rampart.telemetry.', 'windows'],
  ['rampart.signal.', 'signals'],
]

const isAssessment = ({ data }: StoredEvent): boolean =>
  typeof data.predicate_type === 'string' && data.predicate_type.includes('/assessment/')

/** Counts events as they pass; the returned function ends it. */
export const countEvents = (eventLog: Pick<EventLog, 'subscribe'>, rates: RateMeter): (() => void) =>
  eventLog.subscribe(ALL_TENANTS, (event) => {
    const rate = RATE_OF_EVENT.find(([prefix]) => event.type.startsWith(prefix))
    if (rate !== undefined) rates.count(rate[1])
    if (isAssessment(event)) rates.count('assessments')
  })

const tileOf = async (
  deps: ApiDeps,
  tenant: string,
  version: Awaited<ReturnType<typeof listStage>>[number],
) => {
  const { serving, gateways, trust, telemetry } = deps.pipeline
  const facts = await trust.evidenceFor(tenant, version.digest)
  const placed = serving.served(tenant).some((s) => s.model === version.name && s.version === version.version)
  const stats = gateways.stats(tenant, version.name).find((s) => s.version === version.version)
  const requests = stats?.series.requests ?? []
  const standing = telemetry.latest(tenant, version)
  // The newest step is still filling: it would pull the rate down.
  const measured = requests.slice(-RATE_STEPS - 1, -1)
  const seconds = (measured.length * (stats?.stepMs ?? 1000)) / 1000
  return {
    ...version,
    serving: placed,
    evidenceValid: facts.length > 0 && facts.every((fact) => fact.verified),
    requestsPerSecond: seconds === 0 ? 0 : measured.reduce((sum, n) => sum + n, 0) / seconds,
    sparkline: requests.slice(-SPARKLINE - 1, -1),
    drift: {
      verdict: standing?.verdict ?? 'unknown',
      ...(standing?.worstFeature === undefined ? {} : { worst: standing.worstFeature }),
    },
  }
}

const listStage = ({ pipeline }: ApiDeps, tenant: string, stage: 'deployed' | 'approved' | 'quarantined') =>
  pipeline.inventory.list(tenant, { stage, limit: 200 })

const gather = async (deps: ApiDeps, principal: Principal): Promise<OverviewFacts> => {
  const { tenant } = principal
  const { pipeline, rates } = deps
  const now = deps.clock.now()
  const [deployed, byStage, openSignals, checkpoint, recent, approvals, ...waiting] = await Promise.all([
    listStage(deps, tenant, 'deployed'),
    pipeline.inventory.countByStage(tenant),
    pipeline.threats.countOpen(tenant),
    pipeline.audit.checkpoint(),
    pipeline.audit.entries({ tenant, limit: RECENT }),
    pipeline.approvals.views.list(principal, { waitingForMe: true, limit: ASKED }),
    listStage(deps, tenant, 'approved'),
    listStage(deps, tenant, 'quarantined'),
  ])
  const tiles = await Promise.all(deployed.map((version) => tileOf(deps, tenant, version)))
  const measured = Object.fromEntries(RATE_NAMES.map((name) => [name, rates.perSecond(name)])) as Record<
    RateName,
    number
  >
  return {
    deployed: tiles,
    byStage,
    openSignals,
    auditSize: checkpoint?.size ?? 0,
    recent,
    now,
    waiting: waiting.flat(),
    approvals: approvals.items,
    rates: {
      ...measured,
      inferences: tiles.reduce((sum, tile) => sum + tile.requestsPerSecond, 0),
      audit: auditRate(recent, now),
    },
  }
}

export const registerOverviewRoute = (app: FastifyInstance, deps: ApiDeps): void => {
  app.get(
    '/overview',
    {
      config: { action: 'overview:read' },
      schema: {
        tags: ['overview'],
        operationId: 'getOverview',
        summary: 'Are my models safe right now, and what happens in the rooms',
        response: { 200: OverviewSchema },
      },
    },
    async (request) => composeOverview(await gather(deps, request.principal)),
  )
}
