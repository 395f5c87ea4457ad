/** Graceful stop: parts register how they stop, and are stopped in reverse order, each with a deadline. */
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

export interface Lifecycle {
  /** `stop` runs before everything that was registered earlier. */
  onStop(name: string, stop: () => Promise<void> | void): void
  /** Idempotent: later calls wait for the first. Never rejects; failures are logged. */
  stop(reason: string): Promise<void>
  readonly stopping: boolean
  /** SIGTERM and SIGINT stop and exit; a second signal, one second or more later, exits at once with 130. */
  installSignalHandlers(exit?: (code: number) => void): void
}

type Part = { readonly name: string; readonly stop: () => Promise<void> | void }

const withDeadline = async (work: Promise<void>, ms: number): Promise<'done' | 'late'> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms)
  })
  try {
    return await Promise.race([work.then(() => 'done' as const), late])
  } finally {
    clearTimeout(timer)
  }
}

const stopPart = async (part: Part, deps: LifecycleDeps): Promise<boolean> => {
  const from = deps.clock.monotonic()
  try {
    const outcome = await withDeadline(Promise.resolve().then(part.stop), deps.graceMs)
    const ms = Math.round(deps.clock.monotonic() - from)
    if (outcome === 'late')
      deps.logger.warn({ part: part.name, graceMs: deps.graceMs }, 'lifecycle.stop-late')
    else deps.logger.debug({ part: part.name, ms }, 'lifecycle.stopped')
    return outcome === 'done'
  } catch (error) {
    deps.logger.warn({ part: part.name, err: error }, 'lifecycle.stop-failed')
    return false
  }
}

const SAME_WISH_MS = 1_000

export type LifecycleDeps = { readonly logger: Logger; readonly clock: Clock; readonly graceMs: number }

export const createLifecycle = (deps: LifecycleDeps): Lifecycle => {
  const parts: Part[] = []
  let running: Promise<void> | undefined
  let clean = true

  const stopAll = async (reason: string): Promise<void> => {
    deps.logger.info({ reason }, 'lifecycle.stopping')
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      clean = (await stopPart(part, deps)) && clean
    }
    deps.logger.info({ reason, clean }, 'lifecycle.stopped-all')
  }

  const stop = (reason: string): Promise<void> => {
    running ??= stopAll(reason)
    return running
  }

  return {
    onStop: (name, stopPartFn) => {
      parts.push({ name, stop: stopPartFn })
    },
    stop,
    get stopping() {
      return running !== undefined
    },
    installSignalHandlers: (exit = (code) => process.exit(code)) => {
      let firstAt: number | undefined
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.on(signal, () => {
          // A launcher passes on what the terminal or a supervisor also sent to the whole group: one wish, two signals.
          if (firstAt !== undefined && deps.clock.monotonic() - firstAt < SAME_WISH_MS) return undefined
          firstAt ??= deps.clock.monotonic()
          if (running !== undefined) return exit(130)
          void stop(signal).then(() => exit(clean ? 0 : 1))
        })
      }
    },
  }
}
