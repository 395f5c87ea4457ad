/**
 * Callers that containments deny or throttle. Kept in the database, asked in memory: while there are none, a check is one
 * comparison. Gateways are told the same rules; a throttle counts per process.
 */
import { createCallerLimits, type Principal, principalName } from '@rampart/domain'
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

const RELOAD_MS = 30_000

export const createCallerRules = (deps: CallerRulesDeps) => {
  const { database, clock } = deps
  let rules = new Map<string, readonly CallerRule[]>()
  const limits = createCallerLimits(clock.monotonic)
  let follower: RuleFollower | undefined
  let unsubscribe = (): void => undefined
  let timer: NodeJS.Timeout | undefined

  const keyOf = (tenant: string, caller: string): string => `${tenant} ${caller}`

  let begun = 0
  let shown = 0
  /** A reader that another overtook knows less: what it read is thrown away. */
  const load = async (): Promise<void> => {
    begun += 1
    const mine = begun
    const all = await database.read(ALL_TENANTS, store.selectRules)
    const next = new Map<string, CallerRule[]>()
    for (const { tenant, ...rule } of all) {
      const key = keyOf(tenant, rule.caller)
      next.set(key, [...(next.get(key) ?? []), rule])
    }
    if (mine < shown) return
    shown = mine
    rules = next
    limits.use(next)
  }

  const loadQuietly = (): void => {
    load().catch((error: unknown) => deps.logger.warn({ err: error }, 'response.caller-rules-not-read'))
  }

  const judge = (tenant: string, caller: string): void => {
    const verdict = limits.judge(keyOf(tenant, caller))
    if (verdict?.kind === 'denied')
      throw responseErrors.RESPONSE_CALLER_DENIED(`${caller} is denied for now.`)
    if (verdict?.kind === 'throttled')
      throw responseErrors.RESPONSE_CALLER_THROTTLED(
        `${caller} may call ${verdict.perMinute} times a minute for now.`,
      )
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
    /** What a process elsewhere must know to refuse the same callers. */
    of: (tenant: string): readonly { readonly caller: string; readonly perMinute?: number }[] =>
      [...rules]
        .filter(([key]) => key.startsWith(`${tenant} `))
        .flatMap(([, list]) =>
          list.map(({ caller, perMinute }) => ({
            caller,
            ...(perMinute === undefined ? {} : { perMinute }),
          })),
        )
        .sort((a, b) => a.caller.localeCompare(b.caller) || (a.perMinute ?? 0) - (b.perMinute ?? 0)),
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
