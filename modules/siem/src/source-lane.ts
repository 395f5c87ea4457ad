/** What runs for one source of alerts: its rate, the file that it follows, the syslog that it listens for, and its counts. */
import { BlockList, isIP } from 'node:net'
import { listenSyslog, type SyslogListener } from '@rampart/connectors/syslog'
import type { Clock, Logger, Secrets } from '@rampart/kit'
import { siemErrors } from './errors.ts'
import { createFileTail, type FilePosition } from './file-tail.ts'
import type { Intake, IntakeResult } from './intake.ts'
import { checkSourceSpec, readNetwork } from './source-spec.ts'
import type { Source } from './source-store.ts'
import { createTokenBucket } from './token-bucket.ts'

export type LaneDeps = {
  readonly clock: Clock
  readonly logger: Logger
  readonly secrets: Secrets
  readonly intake: Intake
  /** Development mode. */
  readonly loopbackOnly: boolean
  /** Refuses a file that may not be read; throws. */
  readonly checkFile: (path: string) => Promise<void>
  readonly counted: (source: Source, outcome: Outcome, by: number) => void
}

export type Outcome = 'signals' | 'sightings' | 'duplicates' | 'refused' | 'dropped'

/** Since this process began with the source. */
export type LaneStatus = Readonly<Record<Outcome, number>> & {
  readonly lastAt?: string
  readonly lastError?: string
  readonly port?: number
}

export type SourceLane = {
  readonly source: Source
  /** Throws SIEM_SOURCE_BUSY beyond the rate: nothing of the lines was taken. */
  post(lines: readonly string[]): Promise<IntakeResult>
  status(): LaneStatus
  stop(): Promise<void>
}

export const NO_STATUS: LaneStatus = { signals: 0, sightings: 0, duplicates: 0, refused: 0, dropped: 0 }

const POLL_MS = 500
const RETRY_MS = 2_000
const MAX_RETRY_MS = 60_000
const DEFAULT_RATE = 500

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })

/** Whether an address is of one of the networks; addresses of IPv4 also as they look on a socket of IPv6. */
const guardOf = (networks: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList()
  for (const one of networks) {
    const { address, prefix, family } = readNetwork(one)
    list.addSubnet(address, prefix, family)
  }
  return (address) => {
    const plain = address.replace(/^::ffff:/, '').replace(/%.*$/, '')
    return isIP(plain) !== 0 && list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
  }
}

/** Begins at once; what cannot be opened is told in the status and tried again. Resolves when it was tried once. */
export const openLane = async (deps: LaneDeps, source: Source): Promise<SourceLane> => {
  const { clock, logger, intake } = deps
  const { spec } = source
  const bucket = createTokenBucket(spec.ratePerSecond ?? DEFAULT_RATE, clock)
  const counts = { ...NO_STATUS }
  const said: { lastAt?: string; lastError?: string } = {}
  const stopping = new AbortController()
  const { signal } = stopping
  /** Ends when the batch in hand is done: the same alert by two ways at once must meet itself. */
  let turn: Promise<unknown> = Promise.resolve()
  let listener: SyslogListener | undefined

  const count = (outcome: Outcome, by: number): void => {
    if (by === 0) return
    Object.assign(counts, { [outcome]: counts[outcome] + by })
    deps.counted(source, outcome, by)
  }

  const tell = (reason: string): void => {
    said.lastError = reason
    logger.warn({ tenant: source.tenant, source: source.name, reason }, 'siem.source-waits')
  }

  const take = async (lines: readonly string[], position?: FilePosition): Promise<IntakeResult> => {
    const work = turn.then(() => intake.take(source, lines, position))
    turn = work.catch(() => undefined)
    const result = await work
    for (const outcome of ['signals', 'sightings', 'duplicates'] as const) count(outcome, result[outcome])
    count('refused', result.refused.length)
    said.lastAt = clock.iso()
    const [refused] = result.refused
    if (refused !== undefined) said.lastError = refused.reason
    return result
  }

  /** Waits for the rate; false when the source stops first. */
  const admit = async (lines: number): Promise<boolean> => {
    while (!signal.aborted) {
      if (bucket.take(lines)) return true
      await pause(bucket.waitMs(), signal)
    }
    return false
  }

  /** Until the stop; what cannot be taken now is read again. */
  const follow = async (path: string): Promise<void> => {
    const tail = createFileTail(path, source.position, tell)
    while (!signal.aborted) {
      try {
        await deps.checkFile(path)
        const batch = await tail.read()
        if (batch === undefined) {
          await pause(POLL_MS, signal)
          continue
        }
        if (!(await admit(batch.lines.length))) break
        await take(batch.lines, batch.position)
        tail.advance(batch.position)
        count('refused', batch.tooLong)
      } catch (error) {
        tell(messageOf(error))
        await pause(RETRY_MS, signal)
      }
    }
    await tail.close()
  }

  const onMessages = async (messages: readonly string[]): Promise<void> => {
    // Senders wait meanwhile: a stream feels it, datagrams fill their part of the buffer.
    if (!(await admit(messages.length))) throw siemErrors.SIEM_SOURCE_BUSY('The source stops.')
    while (!signal.aborted) {
      try {
        await take(messages)
        return
      } catch (error) {
        tell(messageOf(error))
        await pause(RETRY_MS / 2, signal)
      }
    }
    throw siemErrors.SIEM_SOURCE_BUSY('The source stops.')
  }

  const tlsOf = async ({ tls }: Source['spec']) =>
    tls === undefined
      ? {}
      : {
          tls: {
            cert: tls.cert,
            key: await deps.secrets.resolve(tls.keySecretRef),
            ...(tls.clientCa === undefined ? {} : { clientCa: tls.clientCa }),
            ...(tls.clientNames === undefined ? {} : { clientNames: tls.clientNames }),
          },
        }

  /** Whether it listens. */
  const tryListen = async (url: string): Promise<boolean> => {
    try {
      // What was allowed when it was written may be refused by a newer version.
      checkSourceSpec(spec, deps)
      const opened = await listenSyslog({
        url,
        ...(await tlsOf(spec)),
        ...(spec.allowFrom === undefined ? {} : { isAllowed: guardOf(spec.allowFrom) }),
        onDropped: (dropped) => count('dropped', dropped),
        onMessages,
      })
      if (signal.aborted) await opened.stop()
      else listener = opened
      return true
    } catch (error) {
      tell(messageOf(error))
      return false
    }
  }

  const keepTrying = async (url: string): Promise<void> => {
    let waitMs = RETRY_MS
    do {
      await pause(waitMs, signal)
      waitMs = Math.min(2 * waitMs, MAX_RETRY_MS)
    } while (!signal.aborted && !(await tryListen(url)))
  }

  const running: Promise<void>[] = []
  if (spec.disabled !== true) {
    if (spec.file !== undefined) running.push(follow(spec.file))
    if (spec.listen !== undefined && !(await tryListen(spec.listen))) running.push(keepTrying(spec.listen))
  }

  return {
    source,
    post: async (lines) => {
      if (!bucket.take(lines.length))
        throw siemErrors.SIEM_SOURCE_BUSY(
          `Source ${source.name} takes the next lines in ${bucket.waitMs()} ms.`,
        )
      return take(lines)
    },
    status: () => ({ ...counts, ...said, ...(listener === undefined ? {} : { port: listener.port }) }),
    stop: async () => {
      stopping.abort()
      await listener?.stop()
      await Promise.all(running)
    },
  }
}
