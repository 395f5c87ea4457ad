/** Tells the audit log about denied calls: the first of a caller on a route at once, repeats gathered per second. */
import type { Clock, Logger } from '@rampart/kit'
import type { CachedDecision } from './decision-cache.ts'
import type { DeniedCalls, ServingPorts } from './ports.ts'
import { routeKey, type SnapshotRoute } from './snapshot.ts'

type Deps = { readonly clock: Clock; readonly logger: Logger } & Pick<ServingPorts, 'auditDenied'>

type Repeats = { readonly first: DeniedCalls; count: number; from: string; to: string; quiet: number }

const MAX_KEYS = 4096
/** A caller that was quiet for so many ticks is news again. */
const QUIET_TICKS = 10

export const createDeniedCalls = (deps: Deps) => {
  const repeats = new Map<string, Repeats>()
  const send = (denied: DeniedCalls): void => {
    deps.auditDenied(denied).catch((error: unknown) => {
      deps.logger.error({ err: error, decisionId: denied.decisionId }, 'serving.denial-not-audited')
    })
  }
  return {
    add: (route: SnapshotRoute, decision: CachedDecision): void => {
      const key = `${routeKey(route)} ${decision.caller}`
      const now = deps.clock.iso()
      const known = repeats.get(key)
      if (known !== undefined) {
        if (known.count === 0) known.from = now
        known.count += 1
        known.to = now
        return
      }
      const denied: DeniedCalls = {
        tenant: route.tenant,
        principal: decision.caller,
        route: route.name,
        model: route.model,
        version: route.version,
        decisionId: decision.id,
        reasons: decision.reasons,
        count: 1,
        from: now,
        to: now,
      }
      if (repeats.size < MAX_KEYS) repeats.set(key, { first: denied, count: 0, from: now, to: now, quiet: 0 })
      send(denied)
    },
    /** Once per second. */
    tick: (): void => {
      for (const [key, entry] of repeats) {
        if (entry.count > 0) {
          send({ ...entry.first, count: entry.count, from: entry.from, to: entry.to })
          entry.count = 0
          entry.quiet = 0
        } else if (++entry.quiet >= QUIET_TICKS) repeats.delete(key)
      }
    },
  }
}
