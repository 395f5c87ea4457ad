/** Hands closed segments and gaps to the audit log, in order, until it has taken them. */
import type { Clock, Logger } from '@rampart/kit'
import type { ServingPorts } from './ports.ts'
import type { AnchorBatch } from './record-anchor.ts'
import { markAnchored, readPendingAnchors } from './record-segment.ts'

type Deps = {
  readonly dir: string
  readonly clock: Pick<Clock, 'monotonic'>
  readonly logger: Logger
  readonly anchor: ServingPorts['anchor']
}

export type AnchorQueue = {
  /** Queues what earlier runs left. */
  load(): Promise<void>
  add(batch: AnchorBatch): void
  /** Works on the queue unless it does already or rests after a failure. */
  tick(): void
  /** One last attempt; what fails stays on disk for the next start. */
  drain(): Promise<void>
  size(): number
}

const REST_MS = 1_000

/** Hands over at least once (a crash between the answer and our note of it repeats a batch); its `id` tells. */
export const createAnchorQueue = (deps: Deps): AnchorQueue => {
  const queue: AnchorBatch[] = []
  let working: Promise<void> | undefined
  let restUntil = 0

  const work = async (): Promise<void> => {
    try {
      for (let batch = queue[0]; batch !== undefined; batch = queue[0]) {
        await deps.anchor(batch)
        await markAnchored(deps.dir, batch.id)
        queue.shift()
      }
    } catch (error) {
      restUntil = deps.clock.monotonic() + REST_MS
      deps.logger.warn({ err: error, waiting: queue.length }, 'serving.anchor-failed')
    }
  }

  const start = (): Promise<void> => {
    working ??= work().finally(() => {
      working = undefined
    })
    return working
  }

  return {
    load: async () => {
      queue.push(...(await readPendingAnchors(deps.dir)))
    },
    add: (batch) => {
      queue.push(batch)
    },
    tick: () => {
      if (queue.length > 0 && deps.clock.monotonic() >= restUntil) void start()
    },
    drain: async () => {
      await working
      if (queue.length > 0) await start()
    },
    size: () => queue.length,
  }
}
