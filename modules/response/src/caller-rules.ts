/**
 * Callers that containments deny or throttle. Kept in the database, asked in memory: while there are none, a check is one
 * comparison. A throttle is a bucket per process that fills evenly and holds what one second brings.
 */
import { type Principal, principalName } from '@rampart/domain'
import { ALL_TENANTS, type Clock, type Database, type EventLog, type Logger } from '@rampart/kit'
import * as store from './caller-rule-store.ts'
import { responseErrors } from './errors.ts'

export type CallerRule = store.CallerRule

export type CallerRulesDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'subscribe'>
  readonly clock: Pick<Clock, 'monotonic'>
  readonly logger: Logger
}

/** Processes elsewhere that must know who is denied: told of each change, and asked who does not know it yet. */
export type RuleFollower = {
  readonly settle: () => Promise<void>
  readonly lagging: (tenant: string) => Promise<readonly string[]>
}

export type CallerRules = ReturnType<typeof createCallerRules>

type Bucket = { tokens: number; at: number }

const RELOAD_MS = 30_000

export const createCallerRules = (deps: CallerRulesDeps) => {
  const { database, clock } = deps
  let rules = new Map<string, readonly CallerRule[]>()
  const buckets = new Map<string, Bucket>()
  let follower: RuleFollower | undefined
  let unsubscribe = (): void => undefined
  let timer: NodeJS.Timeout | undefined

  const keyOf = (tenant: string, caller: string): string => `${tenant} ${caller}`

  const load = async (): Promise<void> => {
    const all = await database.read(ALL_TENANTS, store.selectRules)
    const next = new Map<string, CallerRule[]>()
    for (const { tenant, ...rule } of all) {
      const key = keyOf(tenant, rule.caller)
      next.set(key, [...(next.get(key) ?? []), rule])
    }
    rules = next
    for (const key of buckets.keys()) if (!next.has(key)) buckets.delete(key)
  }

  const loadQuietly = (): void => {
    load().catch((error: unknown) => deps.logger.warn({ err: error }, 'response.caller-rules-not-read'))
  }

  const take = (key: string, perMinute: number): boolean => {
    const now = clock.monotonic()
    const bucket = buckets.get(key) ?? { tokens: Math.max(1, perMinute / 60), at: now }
    const filled = bucket.tokens + ((now - bucket.at) * perMinute) / 60_000
    bucket.tokens = Math.min(Math.max(1, perMinute / 60), filled)
    bucket.at = now
    buckets.set(key, bucket)
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }

  const judge = (tenant: string, caller: string): void => {
    const key = keyOf(tenant, caller)
    const found = rules.get(key)
    if (found === undefined) return
    if (found.some(({ perMinute }) => perMinute === undefined))
      throw responseErrors.RESPONSE_CALLER_DENIED(`${caller} is denied for now.`)
    const limit = Math.min(...found.map(({ perMinute }) => perMinute ?? 0))
    if (!take(key, limit))
      throw responseErrors.RESPONSE_CALLER_THROTTLED(`${caller} may call ${limit} times a minute for now.`)
  }

  return {
    /** Throws when the caller is denied or too fast. */
    check: (principal: Principal): void => {
      if (rules.size > 0) judge(principal.tenant, principalName(principal))
    },
    inForce: (tenant: string, run: string): boolean =>
      [...rules].some(([key, list]) => key.startsWith(`${tenant} `) && list.some((rule) => rule.run === run)),
    denies: (tenant: string, caller: string): boolean =>
      rules.size > 0 &&
      (rules.get(keyOf(tenant, caller))?.some(({ perMinute }) => perMinute === undefined) ?? false),
    /** Who elsewhere does not know the rules as they are now. */
    lagging: async (tenant: string): Promise<readonly string[]> => (await follower?.lagging(tenant)) ?? [],
    follow: (next: RuleFollower): void => {
      follower = next
    },
    put: async (tenant: string, rule: CallerRule): Promise<void> => {
      await database.tx(tenant, (tx) => store.upsertRule(tx, rule))
      await load()
      await follower?.settle()
    },
    remove: async (tenant: string, run: string): Promise<void> => {
      await database.tx(tenant, (tx) => store.deleteRule(tx, run))
      await load()
      await follower?.settle()
    },
    /** Before the first call is answered: a restart must not let a denied caller in. */
    start: async (): Promise<void> => {
      await load()
      unsubscribe = deps.eventLog.subscribe(ALL_TENANTS, ({ type }) => {
        if (type === 'rampart.response.run-changed.v1') loadQuietly()
      })
      timer = setInterval(loadQuietly, RELOAD_MS).unref()
    },
    stop: (): void => {
      unsubscribe()
      clearInterval(timer)
    },
  }
}
