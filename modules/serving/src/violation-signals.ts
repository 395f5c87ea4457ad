/**
 * Counts payloads that break a route's schema and turns them into one signal per route: raised at the first,
 * updated at most once per window, cleared after a quiet minute. Sees shape, not intent.
 */
import type { Clock, Logger } from '@rampart/kit'
import type { ServingPorts } from './ports.ts'
import { routeKey, type SnapshotRoute } from './snapshot.ts'

type Deps = { readonly clock: Clock; readonly logger: Logger; readonly windowMs: number } & Pick<
  ServingPorts,
  'raiseSignal'
>

type Tally = {
  readonly route: SnapshotRoute
  fresh: number
  total: number
  sentAt: number
  lastAt: number
  example: unknown
}

const QUIET_MS = 60_000

export const createViolationSignals = (deps: Deps) => {
  const tallies = new Map<string, Tally>()

  const send = (tally: Tally, state: 'raised' | 'updated' | 'cleared'): void => {
    const { route, total, fresh, example } = tally
    const signal = {
      key: `serving.payload-schema:${routeKey(route)}`,
      state,
      time: deps.clock.iso(),
      detector: 'serving.payload-schema',
      title: `Payloads on ${route.name} do not match the route's schema`,
      severity: 'low' as const,
      entity: { kind: 'route', id: route.name },
      related: [{ kind: 'model-version', id: `${route.model}:${route.version}` }],
      evidence: { violations: total, sinceLastSignal: fresh, example },
    }
    deps.raiseSignal(route.tenant, signal).catch((error: unknown) => {
      deps.logger.warn({ err: error, route: route.name }, 'serving.signal-not-raised')
    })
    tally.fresh = 0
    tally.sentAt = deps.clock.monotonic()
  }

  return {
    add: (route: SnapshotRoute, violations: unknown): void => {
      const key = routeKey(route)
      const now = deps.clock.monotonic()
      const known = tallies.get(key)
      const tally = known ?? { route, fresh: 0, total: 0, sentAt: now, lastAt: now, example: violations }
      tally.fresh += 1
      tally.total += 1
      tally.lastAt = now
      tally.example = violations
      if (known !== undefined) return
      tallies.set(key, tally)
      send(tally, 'raised')
    },
    tick: (): void => {
      const now = deps.clock.monotonic()
      for (const [key, tally] of tallies) {
        if (tally.fresh > 0 && now - tally.sentAt >= deps.windowMs) send(tally, 'updated')
        if (now - tally.lastAt < QUIET_MS) continue
        send(tally, 'cleared')
        tallies.delete(key)
      }
    },
  }
}
