/**
 * Several equal processes under one parent: started one after the other, started again with growing rests when they
 * die, told how many connections are fair, and stopped together. They outlive a parent that is killed; the next parent
 * replaces them one by one.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock, Logger } from '@rampart/kit'
import { listenerErrors } from './errors.ts'

/** Children say `ready` once they answer, and how many connections they have; the parent says what is fair. */
export type FarmMessage =
  | { readonly kind: 'ready'; readonly addresses: readonly string[] }
  | { readonly kind: 'connections'; readonly open: number }
  | { readonly kind: 'fair'; readonly open: number }

export type FarmChild = {
  readonly slot: number
  pid(): number | undefined
  restarts(): number
  addresses(): readonly string[]
}

export type ProcessFarm = {
  readonly children: readonly FarmChild[]
  /** Resolves when all answer; rejects when one ends before it ever did. */
  start(): Promise<void>
  stop(): Promise<void>
}

export type FarmDeps = {
  readonly count: number
  readonly clock: Pick<Clock, 'monotonic'>
  readonly logger: Logger
  /** Starts the process of a slot (from 1) with an IPC channel. */
  readonly spawn: (slot: number) => ChildProcess
  /** Process that an earlier parent left behind in a slot. */
  readonly leftover: (slot: number) => number | undefined
  /** Longest wait for a process that was asked to stop; then it is killed. */
  readonly graceMs: number
}

const RESTS_MS = [0, 200, 500, 1_000, 2_000, 5_000]
/** A process that ran this long begins again with the first rest. */
const STEADY_MS = 30_000
const FAIR_MS = 200
const POLL_MS = 25

type Slot = {
  readonly number: number
  child: ChildProcess | undefined
  open: number
  ready: boolean
  everReady: boolean
  addresses: readonly string[]
  restarts: number
  failures: number
  startedAt: number
  readonly changed: Set<() => void>
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export const createProcessFarm = (deps: FarmDeps): ProcessFarm => {
  const { clock, logger } = deps
  if (deps.count > 1 && process.platform !== 'linux')
    throw listenerErrors.SERVER_PORT_NOT_SHARED(`${deps.count} processes cannot share a port here`)
  const slots = Array.from(
    { length: deps.count },
    (_, index): Slot => ({
      number: index + 1,
      child: undefined,
      open: 0,
      ready: false,
      everReady: false,
      addresses: [],
      restarts: 0,
      failures: 0,
      startedAt: 0,
      changed: new Set(),
    }),
  )
  const stopping = new AbortController()
  let fairTimer: NodeJS.Timeout | undefined

  const notify = (slot: Slot): void => {
    for (const wake of slot.changed) wake()
  }

  const launch = (slot: Slot): void => {
    const child = deps.spawn(slot.number)
    slot.child = child
    slot.startedAt = clock.monotonic()
    child.on('message', (message: FarmMessage) => {
      if (message.kind === 'connections') slot.open = message.open
      if (message.kind === 'ready') {
        Object.assign(slot, { ready: true, everReady: true, addresses: message.addresses })
        notify(slot)
      }
    })
    child.once('error', (error) => logger.error({ err: error, slot: slot.number }, 'farm.not-started'))
    child.once('exit', (code, signal) => void again(slot, code, signal))
  }

  const again = async (slot: Slot, code: number | null, signal: string | null): Promise<void> => {
    Object.assign(slot, { child: undefined, ready: false, open: 0 })
    notify(slot)
    if (stopping.signal.aborted || !slot.everReady) return
    slot.failures = clock.monotonic() - slot.startedAt > STEADY_MS ? 0 : slot.failures + 1
    slot.restarts += 1
    const restMs = RESTS_MS[Math.min(Math.max(0, slot.failures - 1), RESTS_MS.length - 1)] as number
    logger.warn({ slot: slot.number, code, signal, restMs }, 'farm.process-ended')
    await delay(restMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    if (!stopping.signal.aborted) launch(slot)
  }

  /** Leaves a process of an earlier parent time to drain. */
  const replace = async (slot: Slot): Promise<void> => {
    const pid = deps.leftover(slot.number)
    if (pid === undefined) return
    logger.warn({ slot: slot.number, pid }, 'farm.leftover-replaced')
    process.kill(pid, 'SIGTERM')
    const end = clock.monotonic() + deps.graceMs
    while (isAlive(pid) && clock.monotonic() < end) await delay(POLL_MS)
    if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    while (isAlive(pid)) await delay(POLL_MS)
  }

  const isLeft = ({ number }: Slot): boolean => deps.leftover(number) !== undefined

  const untilReady = (slot: Slot): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!slot.ready && slot.child !== undefined) return
        slot.changed.delete(look)
        if (slot.ready) resolve()
        else reject(new Error(`serving process ${slot.number} ended before it answered`))
      }
      slot.changed.add(look)
    })

  const tellFair = (): void => {
    const up = slots.filter(({ ready }) => ready)
    if (up.length < 2) return
    const open = up.reduce((sum, slot) => sum + slot.open, 0) / up.length
    for (const { child } of up)
      if (child?.connected === true) child.send({ kind: 'fair', open } satisfies FarmMessage)
  }

  const end = async ({ child }: Slot): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), deps.graceMs)
    await gone
    clearTimeout(late)
  }

  return {
    children: slots.map((slot) => ({
      slot: slot.number,
      pid: () => slot.child?.pid,
      restarts: () => slot.restarts,
      addresses: () => slot.addresses,
    })),
    start: async () => {
      const [old, fresh] = [slots.filter(isLeft), slots.filter((slot) => !isLeft(slot))]
      for (const slot of fresh) launch(slot)
      await Promise.all(fresh.map(untilReady))
      // One at a time: those that still answer go on until the next one does.
      for (const slot of old) {
        await replace(slot)
        launch(slot)
        await untilReady(slot)
      }
      fairTimer = setInterval(tellFair, FAIR_MS)
      fairTimer.unref()
    },
    stop: async () => {
      stopping.abort()
      clearInterval(fairTimer)
      await Promise.all(slots.map(end))
    },
  }
}
