/**
 * Scans of artifacts as durable work: asked for by a registration or a person, made once per digest and name in a thread
 * that may be killed, attested in the transaction that ends the work. Killed in the middle, it is made again.
 */
import type { FileReport } from '@rampart/artifacts'
import {
  componentPrincipal,
  type Digest,
  type ModelVersion,
  PREDICATE,
  type Principal,
} from '@rampart/domain'
import { ALL_TENANTS, type Clock, type Database, type EventLog, type Logger } from '@rampart/kit'
import { trustErrors } from '../errors.ts'
import type { Trust } from '../trust.ts'
import { scanPredicate } from './scan-statement.ts'
import * as store from './store.ts'

/** Scans one file where hostile bytes do no harm; `label` is the name it is known by. Never throws for what is in it. */
export interface ScanEngine {
  /** Name and version: part of what is signed. */
  readonly name: string
  scan(file: string, label: string): Promise<readonly FileReport[]>
  /** Ends the thread; the next scan starts another. */
  rest(): Promise<void>
}

export interface ArtifactSource {
  get(tenant: string, ref: { readonly name: string; readonly version: string }): Promise<ModelVersion>
  artifactPath(digest: Digest): Promise<string>
  /** Undefined when it was never uploaded. */
  artifactSize(digest: Digest): Promise<number | undefined>
  /** Names under which versions of the tenant have the artifact. */
  artifactNames(tenant: string, digest: Digest): Promise<readonly string[]>
}

export type ScansDeps = {
  readonly database: Pick<Database, 'tx' | 'read' | 'listen'>
  readonly eventLog: Pick<EventLog, 'consumer'>
  readonly clock: Clock
  readonly logger: Logger
  readonly trust: Pick<Trust, 'attest'>
  readonly artifacts: ArtifactSource
  readonly engine: ScanEngine
  /** True when no other process shares the database: leases found at start are of a dead process. */
  readonly exclusive: boolean
  /** Open scans of one tenant beyond which asking is refused; default 1000. */
  readonly maxOpen?: number
}

export type Scans = ReturnType<typeof createScans>

const LEASE_MS = 30_000
const MAX_ATTEMPTS = 5
const IDLE_POLL_MS = 5_000
const PRINCIPAL = 'trust'

export const createScans = (deps: ScansDeps) => {
  const { database, clock, logger, engine } = deps
  const maxOpen = deps.maxOpen ?? 1000
  const later = (ms: number) => new Date(clock.now() + ms).toISOString()
  const waiting = new Set<() => void>()
  let wake = Promise.withResolvers<void>()
  let stopping = false
  let running: Promise<void> = Promise.resolve()
  let unlisten = async (): Promise<void> => undefined

  const consumer = deps.eventLog.consumer({
    name: 'trust-scans',
    types: ['rampart.model-version.registered.v1'],
    handle: async ({ tenant, data }, tx) => {
      const ref = data as { name: string; version: string }
      const { artifacts } = await deps.artifacts.get(tenant, ref)
      for (const { digest, path } of artifacts)
        await store.enqueue(tx, { digest, path, time: clock.iso(), again: false })
    },
  })

  const attested = async (job: store.ScanJob): Promise<void> => {
    const { tenant, digest, path } = job
    const started = clock.monotonic()
    const sizeBytes = (await deps.artifacts.artifactSize(digest)) ?? 0
    const file = await deps.artifacts.artifactPath(digest)
    const reports = await engine.scan(file, path)
    // A thread that was told to end says "unverified" about a file that it did not look at to the end.
    if (stopping) throw new Error('stopped in the middle of a scan')
    const predicate = scanPredicate(
      {
        tenant,
        path,
        sizeBytes,
        engine: engine.name,
        durationMs: Math.round(clock.monotonic() - started),
        scannedAt: clock.iso(),
      },
      reports,
    )
    const about = { subjectName: path, digest }
    const principal = componentPrincipal(PRINCIPAL, ['operator'], tenant)
    await database.tx(tenant, async (tx) => {
      const { id } = await deps.trust.attest(tx, principal, {
        ...about,
        predicateType: PREDICATE.scan,
        predicate,
      })
      const { result } = predicate
      await store.finish(tx, job, { state: 'done', time: clock.iso(), evidenceId: id, result })
    })
    const level = predicate.result === 'clean' ? 'info' : 'warn'
    logger[level]({ digest, path, result: predicate.result, rules: predicate.rules }, 'artifact.scanned')
  }

  const process = async (job: store.ScanJob): Promise<void> => {
    const renewal = setInterval(() => {
      database.tx(job.tenant, (tx) => store.renew(tx, job, later(LEASE_MS))).catch(() => undefined)
    }, LEASE_MS / 3)
    try {
      await attested(job)
    } catch (error) {
      logger.warn({ err: error, digest: job.digest, attempt: job.attempts }, 'artifact.scan-failed')
      const note = error instanceof Error ? error.message : String(error)
      await database
        .tx(job.tenant, (tx) =>
          job.attempts >= MAX_ATTEMPTS
            ? store.finish(tx, job, { state: 'failed', time: clock.iso(), note })
            : store.renew(tx, job, later(1000 * 2 ** job.attempts)),
        )
        .catch(() => undefined)
    } finally {
      clearInterval(renewal)
      for (const tell of waiting) tell()
    }
  }

  const claim = () =>
    database
      .tx(ALL_TENANTS, (tx) => store.claim(tx, clock.iso(), later(LEASE_MS)))
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'artifact.scan-claim-failed')
        return undefined
      })

  const loop = async (): Promise<void> => {
    while (!stopping) {
      const job = await claim()
      if (job !== undefined) {
        await process(job)
        continue
      }
      const timer = setTimeout(() => {
        // Kept for a while: files come in company, and a thread costs more to start than most files to scan.
        engine.rest().finally(wake.resolve)
      }, IDLE_POLL_MS)
      await wake.promise
      clearTimeout(timer)
      wake = Promise.withResolvers<void>()
    }
    await engine.rest()
  }

  const stateOf = async (tenant: string, keys: readonly store.ScanKey[]): Promise<store.ScanRow[]> =>
    database.read(tenant, async (tx) => {
      const rows: store.ScanRow[] = []
      for (const key of keys) {
        const row = await store.selectScan(tx, key)
        if (row !== undefined) rows.push(row)
      }
      return rows
    })

  return {
    start: async (): Promise<void> => {
      if (deps.exclusive) await database.tx(ALL_TENANTS, store.freeLeases)
      unlisten = await database.listen(store.SCAN_CHANNEL, () => wake.resolve())
      await consumer.start()
      running = loop()
    },
    /** Waits for the file in hand to be told to end; it is scanned again after the next start. */
    stop: async (): Promise<void> => {
      stopping = true
      await consumer.stop()
      await unlisten()
      wake.resolve()
      await engine.rest()
      await running
      for (const tell of waiting) tell()
    },
    /** Throws TRUST_ARTIFACT_NOT_FOUND, TRUST_SCAN_QUEUE_FULL. `again` repeats a scan that was made already. */
    request: async (
      principal: Principal,
      digest: Digest,
      { again }: { readonly again: boolean },
    ): Promise<readonly store.ScanRow[]> => {
      const { tenant } = principal
      const names = await deps.artifacts.artifactNames(tenant, digest)
      // Only what belongs to a version of this tenant: digests of others tell nothing here.
      if (names.length === 0 || (await deps.artifacts.artifactSize(digest)) === undefined)
        throw trustErrors.TRUST_ARTIFACT_NOT_FOUND(`no version has an artifact ${digest}`)
      return database.tx(tenant, async (tx) => {
        if ((await store.countOpen(tx, maxOpen)) >= maxOpen)
          throw trustErrors.TRUST_SCAN_QUEUE_FULL(`${maxOpen} scans are waiting already`)
        for (const path of names) await store.enqueue(tx, { digest, path, time: clock.iso(), again })
        return store.selectScans(tx, digest)
      })
    },
    list: (tenant: string, digest: Digest): Promise<readonly store.ScanRow[]> =>
      database.read(tenant, (tx) => store.selectScans(tx, digest)),
    /** Resolves once every file of a version was scanned, or the process stops; asks for scans that nobody asked for. */
    settled: async (tenant: string, keys: readonly store.ScanKey[]): Promise<void> => {
      await database.tx(tenant, async (tx) => {
        for (const key of keys) await store.enqueue(tx, { ...key, time: clock.iso(), again: false })
      })
      while (!stopping) {
        const turn = Promise.withResolvers<void>()
        waiting.add(turn.resolve)
        const timer = setTimeout(turn.resolve, IDLE_POLL_MS)
        try {
          const rows = await stateOf(tenant, keys)
          if (
            rows.length === keys.length &&
            rows.every(({ state }) => state === 'done' || state === 'failed')
          )
            return
          await turn.promise
        } finally {
          clearTimeout(timer)
          waiting.delete(turn.resolve)
        }
      }
    },
  }
}
