/** Keeps the sequencer going: soon after something was recorded, else once a second for what other processes left. */
import type { Logger } from '@rampart/kit'
import { isAppError } from '@rampart/kit'
import { auditErrors } from './errors.ts'
import type { Batch } from './sequencer.ts'

const SOON_MS = 15
const IDLE_MS = 1_000
const FAILED_MS = 250
const FAILED_MAX_MS = 10_000
const DAMAGED_MS = 2_000
/** Failures in a row, other than an absent database, after which waiting is no plan: about ten seconds. */
const HOPELESS_FAILURES = 5

export type Pump = {
  start(): void
  /** A record was made in this process; its transaction commits in a moment. */
  nudge(): void
  /** Why nothing can be appended until somebody repairs the database; undefined while it can, or may soon. */
  halted(): string | undefined
  /** Ends after the batch in flight. */
  stop(): Promise<void>
}

export const createPump = (deps: {
  readonly step: () => Promise<Batch>
  readonly logger: Logger
  readonly onFailure: () => void
  readonly onHalt: (isHalted: boolean) => void
}): Pump => {
  let stopped = false
  let delayMs = SOON_MS
  let failures = 0
  let lasting = 0
  let reason: string | undefined
  let running: Promise<void> | undefined
  let wake: (() => void) | undefined

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const setHalted = (why: string | undefined): void => {
    reason = why
    deps.onHalt(why !== undefined)
  }

  const failed = (error: unknown): number => {
    failures += 1
    deps.onFailure()
    const wasHalted = reason !== undefined
    const isDamaged = isAppError(error) && error.code === auditErrors.AUDIT_LOG_DAMAGED.code
    lasting = isAppError(error) && error.code.startsWith('KIT_') ? 0 : lasting + 1
    if (isDamaged || lasting >= HOPELESS_FAILURES)
      setHalted(isDamaged ? 'the stored audit log is damaged' : 'the audit log cannot be appended to')
    // Said once: the metric and the readiness say it as long as it lasts.
    if (isDamaged && !wasHalted) deps.logger.error({ err: error }, 'audit.log-damaged')
    else if (!isDamaged) deps.logger.warn({ err: error, failures }, 'audit.append-failed')
    return isDamaged ? DAMAGED_MS : Math.min(FAILED_MAX_MS, FAILED_MS * 2 ** Math.min(failures, 10))
  }

  const loop = async (): Promise<void> => {
    while (!stopped) {
      let waitMs: number
      try {
        const batch = await deps.step()
        failures = 0
        lasting = 0
        if (reason !== undefined) setHalted(undefined)
        const goesOn = batch.outcome === 'appended' && batch.pending > 0
        waitMs = goesOn ? 0 : delayMs
        // Rarely has the transaction committed at the first look, so the looks spread out.
        delayMs = batch.outcome === 'appended' ? SOON_MS : Math.min(IDLE_MS, delayMs * 2)
      } catch (error) {
        waitMs = failed(error)
      }
      if (!stopped && waitMs > 0) await rest(waitMs)
    }
  }

  return {
    start: () => {
      running ??= loop()
    },
    nudge: () => {
      if (failures > 0) return
      const wasResting = delayMs > SOON_MS * 2
      delayMs = SOON_MS
      if (wasResting) wake?.()
    },
    halted: () => reason,
    stop: async () => {
      stopped = true
      wake?.()
      await running
    },
  }
}
