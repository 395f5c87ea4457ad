/**
 * How much may be tried again: a tenth of the calls, and a few to begin with. When everything fails, retries would
 * otherwise double the load on a server that is already down.
 */
export type RetryBudget = { earn(): void; take(): boolean }

const SHARE = 0.1
const MOST = 20
const FIRST = 5

export const createRetryBudget = (): RetryBudget => {
  let tokens = FIRST
  return {
    earn: () => {
      tokens = Math.min(MOST, tokens + SHARE)
    },
    take: () => {
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}
