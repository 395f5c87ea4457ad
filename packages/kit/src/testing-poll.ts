/** Waiting in tests: poll with a deadline, never sleep for a guessed time. */
import { setTimeout as delay } from 'node:timers/promises'

/** Resolves once `condition` is true; throws after `deadlineMs`. */
export const until = async (
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number = 15_000,
  everyMs: number = 5,
): Promise<void> => {
  for (const end = performance.now() + deadlineMs; !(await condition()); await delay(everyMs)) {
    if (performance.now() > end) throw new Error(`not true within ${deadlineMs} ms: ${condition.toString()}`)
  }
}
