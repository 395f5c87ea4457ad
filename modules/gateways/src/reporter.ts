/** Tells the control plane what this gateway saw, once a second or, when nothing happened, now and then. */
import type { Clock, Logger } from '@rampart/kit'
import type { AnchorBatch } from '@rampart/serving'
import type { SketchReport } from '@rampart/telemetry'
import type { ControlLink } from './control-link.ts'
import { gatewaysErrors } from './errors.ts'
import type { Outbox } from './outbox.ts'
import type { CanaryReport, Report } from './report.ts'

export type ReporterDeps = {
  readonly clock: Clock
  readonly logger: Logger
  readonly link: Pick<ControlLink, 'report'>
  readonly outbox: Outbox
  readonly about: () => Omit<
    Report,
    'stream' | 'items' | 'anchors' | 'dropped' | 'waiting' | 'canaries' | 'served' | 'stopped'
  >
  readonly takeSketches: () => readonly { readonly report: SketchReport }[]
  readonly canaries: () => CanaryReport[]
  /** Counters with the steps since the report before the last, at least. */
  readonly served: () => NonNullable<Report['served']>
}

export type Reporter = {
  start(): void
  /** One last report; what it cannot hand over stays on disk. */
  stop(): Promise<void>
  /** Resolves when the control plane has the batch; rejects when it did not take it this time. */
  anchor(batch: AnchorBatch): Promise<void>
}

type Waiting = { readonly batch: AnchorBatch; resolve(): void; reject(error: Error): void }

const EVERY_MS = 1_000
/** A gateway that saw nothing is heard of this often. */
const QUIET_MS = 5_000
const MAX_ITEMS = 500
const MAX_BYTES = 4 * 1024 * 1024
const MAX_ANCHORS = 50

export const createReporter = (deps: ReporterDeps): Reporter => {
  const { outbox, logger } = deps
  const anchors: Waiting[] = []
  let reachable = false
  let told = ''
  let toldAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  const send = async (isLast = false): Promise<boolean> => {
    // While nobody listens, rows stay in their sketches: those merge, so an outage costs no space.
    if (reachable) for (const { report } of deps.takeSketches()) outbox.add('sketches', report)
    const about = deps.about()
    const news = JSON.stringify(about)
    const isQuiet = news === told && outbox.waiting() === 0 && anchors.length === 0
    if (reachable && isQuiet && deps.clock.monotonic() - toldAt < QUIET_MS) return false
    const items = outbox.peek(MAX_ITEMS, MAX_BYTES)
    const batches = anchors.splice(0, MAX_ANCHORS)
    try {
      const { accepted } = await deps.link.report({
        ...about,
        ...(isLast ? { stopped: true } : {}),
        dropped: outbox.dropped(),
        waiting: outbox.waiting() - items.length,
        stream: outbox.stream,
        items,
        anchors: batches.map(({ batch }) => ({ ...batch })),
        canaries: deps.canaries(),
        served: deps.served(),
      })
      outbox.taken(accepted)
      for (const { resolve } of batches) resolve()
      if (!reachable) logger.info({ waiting: outbox.waiting() }, 'gateway.reports-taken')
      reachable = true
      told = news
      toldAt = deps.clock.monotonic()
    } catch (error) {
      for (const { reject } of batches)
        reject(gatewaysErrors.GATEWAY_CONTROL_AWAY('the batch was not taken', { cause: error }))
      if (reachable) logger.warn({ err: error }, 'gateway.reports-wait')
      reachable = false
    }
    return reachable && (outbox.waiting() > 0 || anchors.length > 0)
  }

  const turn = (): Promise<void> => {
    running ??= (async () => {
      for (let more = true; more && timer !== undefined; ) more = await send()
    })().finally(() => {
      running = undefined
    })
    return running
  }

  return {
    start: () => {
      timer ??= setInterval(() => void turn(), EVERY_MS).unref()
      void turn()
    },
    stop: async () => {
      clearInterval(timer)
      timer = undefined
      await running
      // What was sketched since must survive this process.
      for (const { report } of deps.takeSketches()) outbox.add('sketches', report)
      reachable = false
      await send(true)
      for (const { reject } of anchors.splice(0)) reject(gatewaysErrors.GATEWAY_CONTROL_AWAY('stopped'))
      await outbox.stop()
    },
    anchor: (batch) => new Promise((resolve, reject) => void anchors.push({ batch, resolve, reject })),
  }
}
