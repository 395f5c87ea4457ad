/** The control plane's side of snapshots: builds, numbers and signs what a tenant's gateways serve by, and tells them. */
import type { Digest, Envelope } from '@rampart/domain'
import type { Clock, Database, Logger } from '@rampart/kit'
import { canonicalDigest, type Signer } from '@rampart/signing'
import { artifactsOf, type SnapshotContent, signSnapshot } from './snapshot-document.ts'
import * as store from './store.ts'

export type PublisherDeps = {
  readonly database: Pick<Database, 'tx'>
  readonly clock: Clock
  readonly logger: Logger
  readonly signer: Signer
  /** What the tenant's gateways should serve by, as of now. */
  readonly content: (tenant: string) => Promise<SnapshotContent>
  /** How long a snapshot is good for without the control plane, ms. */
  readonly offlineMs: number
}

export type PublishedSnapshot = { readonly epoch: number; readonly envelope: Envelope }

type Published = {
  readonly epoch: number
  readonly content: SnapshotContent
  readonly artifacts: ReadonlySet<Digest>
  envelope: Envelope
  signedMonotonic: number
}

const RESYNC_MS = 15_000
/** Signed anew after this, so that a gateway which hears from us has nearly the whole time left. */
const RENEW_MS = 60_000

export type Publisher = ReturnType<typeof createPublisher>

export const createPublisher = (deps: PublisherDeps) => {
  const { clock, logger } = deps
  const tenants = new Map<string, Published | undefined>()
  const waiting = new Set<() => void>()
  let running: Promise<unknown> = Promise.resolve()
  let queued: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let ending = false

  const sign = (tenant: string, { epoch, content }: Pick<Published, 'epoch' | 'content'>): Envelope => {
    const now = clock.now()
    const issuedAt = new Date(now).toISOString()
    const expiresAt = new Date(now + deps.offlineMs).toISOString()
    return signSnapshot(content, { tenant, epoch, issuedAt, expiresAt }, deps.signer)
  }

  const refreshTenant = async (tenant: string): Promise<void> => {
    // Through JSON, so that what is compared is what is sent.
    const content = JSON.parse(JSON.stringify(await deps.content(tenant))) as SnapshotContent
    const epoch = await deps.database.tx(tenant, (tx) =>
      store.claimEpoch(tx, canonicalDigest(content), clock.iso()),
    )
    if (tenants.get(tenant)?.epoch === epoch) return
    const artifacts = artifactsOf(content)
    const envelope = sign(tenant, { epoch, content })
    tenants.set(tenant, { epoch, content, artifacts, envelope, signedMonotonic: clock.monotonic() })
    for (const wake of waiting) wake()
  }

  const refreshAll = async (): Promise<void> => {
    for (const tenant of tenants.keys())
      await refreshTenant(tenant).catch((error: unknown) =>
        logger.warn({ err: error, tenant }, 'gateways.snapshot-not-built'),
      )
  }

  /** One at a time; callers meanwhile share the next. */
  const refresh = (): Promise<void> => {
    queued ??= running.then(() => {
      queued = undefined
      const work = stopped ? Promise.resolve() : refreshAll()
      running = work
      return work
    })
    return queued
  }

  const known = async (tenant: string): Promise<Published | undefined> => {
    if (!tenants.has(tenant)) tenants.set(tenant, undefined)
    if (tenants.get(tenant) === undefined) await refresh()
    return tenants.get(tenant)
  }

  const renewed = (tenant: string, published: Published): PublishedSnapshot => {
    if (clock.monotonic() - published.signedMonotonic > RENEW_MS) {
      published.envelope = sign(tenant, published)
      published.signedMonotonic = clock.monotonic()
    }
    return { epoch: published.epoch, envelope: published.envelope }
  }

  const woken = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(late)
        waiting.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const late = setTimeout(done, ms)
      waiting.add(done)
      signal.addEventListener('abort', done, { once: true })
    })

  return {
    /** Something that gateways serve by may have changed. */
    changed: (): void => void refresh(),
    refresh,
    /** The snapshot as soon as its epoch is above `after`, at the latest after `waitMs`; then undefined. */
    snapshot: async (
      tenant: string,
      {
        after,
        waitMs,
        signal,
      }: { readonly after: number; readonly waitMs: number; readonly signal: AbortSignal },
    ): Promise<PublishedSnapshot | undefined> => {
      for (const until = clock.monotonic() + waitMs; ; ) {
        const published = await known(tenant)
        if (published !== undefined && published.epoch > after) return renewed(tenant, published)
        const left = until - clock.monotonic()
        if (left <= 0 || signal.aborted || ending) return undefined
        await woken(left, signal)
      }
    },
    /** Answers who waits now, and nobody waits any more: the listener is about to close. */
    endWaits: (): void => {
      ending = true
      for (const wake of waiting) wake()
    },
    epoch: (tenant: string): number | undefined => tenants.get(tenant)?.epoch,
    mayRead: async (tenant: string, digest: Digest): Promise<boolean> =>
      (await known(tenant))?.artifacts.has(digest) === true,
    publicKey: () => deps.signer.publicKey,
    start: (): void => {
      timer ??= setInterval(() => void refresh(), RESYNC_MS).unref()
    },
    stop: async (): Promise<void> => {
      stopped = true
      ending = true
      clearInterval(timer)
      for (const wake of waiting) wake()
      await running
    },
  }
}
