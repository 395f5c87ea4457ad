/** Second looks that notices ask for: a few at a time, and one more of the same at most while one runs. */
import type { Logger } from '@rampart/kit'

const AT_ONCE = 4
/** More than this many different ones are left to the next poll. */
const MAX_WAITING = 1_000

export const createRereads = (logger: Logger) => {
  const waiting = new Map<string, () => Promise<unknown>>()
  const running = new Map<string, Promise<void>>()
  let stopped = false

  const next = (): void => {
    for (const [key, work] of waiting) {
      if (stopped || running.size >= AT_ONCE) return
      if (running.has(key)) continue
      waiting.delete(key)
      const mine = work()
        .then(
          () => undefined,
          (error: unknown) => logger.warn({ err: error }, 'registry.notice-look-failed'),
        )
        .finally(() => {
          running.delete(key)
          next()
        })
      running.set(key, mine)
    }
  }

  return {
    ask: (key: string, work: () => Promise<unknown>): void => {
      if (stopped || (waiting.size >= MAX_WAITING && !waiting.has(key))) return
      waiting.set(key, work)
      next()
    },
    stop: async (): Promise<void> => {
      stopped = true
      waiting.clear()
      await Promise.allSettled(running.values())
    },
  }
}
