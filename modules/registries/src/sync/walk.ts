/**
 * A walk over all versions of a registry. What a page said and the cursor after it commit together, so a walk that was
 * cut off goes on. Only a complete walk tells what vanished, and each of those is asked for once more.
 */
import type { RegistryPage } from '@rampart/domain'
import type { Clock, Database, EventLog, Tx } from '@rampart/kit'
import { registriesErrors } from '../errors.ts'
import { isIncluded } from '../name-pattern.ts'
import * as store from '../store.ts'
import type { SyncLimits } from '../sync-limits.ts'
import { applyAliases, applyDeletion, applyVersions, type Moment } from '../versions/observe.ts'
import * as versions from '../versions/store.ts'
import { type MeteredRegistry, stopped } from './metered-registry.ts'

export type WalkDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly where: { readonly tenant: string; readonly registry: string }
  readonly metered: MeteredRegistry
  readonly limits: SyncLimits
  readonly include: readonly string[] | undefined
  readonly pollMs: number
  /** Called after each page that brought something to fetch. */
  readonly onChange: () => void
}

const MAX_EMPTY_PAGES = 100
const MAX_PAGE = 20_000
const MAX_CURSOR = 8_192
const MAX_CONFIRMED = 1_000

const invalid = (message: string) => registriesErrors.REGISTRIES_ANSWER_INVALID(message)

export const createWalk = (deps: WalkDeps) => {
  const { database, clock, limits, metered, where } = deps
  const { tenant, registry } = where

  /** Serialises with other walkers and lookers; the registry may be gone by now. */
  const writing = <T>(work: (tx: Tx, state: store.SyncState) => Promise<T>): Promise<T> =>
    database.tx(tenant, async (tx) => {
      const state = await store.readState(tx, registry, true)
      if (state === undefined) throw stopped()
      return work(tx, state)
    })

  const checkPage = (page: RegistryPage, state: store.SyncState): void => {
    if (page.versions.length > MAX_PAGE) throw invalid(`A page has more than ${MAX_PAGE} versions.`)
    if (page.next !== undefined && (page.next === state.cursor || page.next.length > MAX_CURSOR))
      throw invalid('A page leads to itself, or its cursor is too long.')
    if (state.walkPages >= limits.maxPages) throw invalid(`The list has more than ${limits.maxPages} pages.`)
    if (state.walkVersions + page.versions.length > limits.maxVersions)
      throw invalid(`The list has more than ${limits.maxVersions} versions.`)
  }

  /** False at the end of the list. */
  const step = async (signal: AbortSignal, empty: { pages: number }): Promise<boolean> => {
    const before = await database.read(tenant, (tx) => store.readState(tx, registry))
    if (before === undefined) throw stopped()
    const askedAt = clock.iso()
    const page = await metered.call((call) => metered.registry.list(before.cursor, call), signal)
    checkPage(page, before)
    empty.pages = page.versions.length === 0 ? empty.pages + 1 : 0
    if (empty.pages > MAX_EMPTY_PAGES) throw invalid(`The list has more than ${MAX_EMPTY_PAGES} empty pages.`)
    const wanted = page.versions.filter(({ model }) => isIncluded(deps.include, model))
    const { changed } = await writing(async (tx, state) => {
      const done = await applyVersions(deps, tx, where, wanted, {
        walk: state.walk,
        askedAt,
        now: clock.iso(),
      })
      const cursor = page.next
      await store.moveCursor(tx, registry, {
        cursor,
        versions: wanted.length,
        requests: metered.takeRequests(),
      })
      return done
    })
    if (changed > 0) deps.onChange()
    return page.next !== undefined
  }

  const confirmGone = async (startedAt: string, walk: number, signal: AbortSignal): Promise<void> => {
    const unseen = await database.read(tenant, (tx) => versions.unseenVersions(tx, registry, walk, startedAt))
    const wanted = unseen.filter(({ model }) => isIncluded(deps.include, model))
    for (const { model, version } of wanted.slice(0, MAX_CONFIRMED)) {
      const askedAt = clock.iso()
      const found = await metered.call((call) => metered.registry.version(model, version, call), signal)
      await writing(async (tx, state) => {
        const at: Moment = { walk: state.walk, askedAt, now: clock.iso() }
        if (found === undefined) await applyDeletion(deps, tx, where, { model, version }, at.now)
        else await applyVersions(deps, tx, where, [found], at)
      })
    }
  }

  const confirmAliases = async (startedAt: string, walk: number, signal: AbortSignal): Promise<void> => {
    const models = await database.read(tenant, (tx) =>
      versions.modelsWithUnseenAliases(tx, registry, walk, startedAt),
    )
    for (const model of models.filter((one) => isIncluded(deps.include, one))) {
      const askedAt = clock.iso()
      const aliases = await metered.call((call) => metered.registry.aliases(model, call), signal)
      await writing((tx, state) =>
        applyAliases(deps, tx, where, model, aliases, { walk: state.walk, askedAt, now: clock.iso() }),
      )
    }
  }

  /** Walks to the end and sets when the next walk is due. Throws what the registry did wrong. */
  const walk = async (signal: AbortSignal): Promise<void> => {
    await writing((tx) => store.beginWalk(tx, registry, clock.iso()))
    const empty = { pages: 0 }
    while (await step(signal, empty)) if (signal.aborted) throw stopped()
    const state = await database.read(tenant, (tx) => store.readState(tx, registry))
    if (state?.startedAt === undefined) throw stopped()
    await confirmGone(state.startedAt, state.walk, signal)
    await confirmAliases(state.startedAt, state.walk, signal)
    await writing(async (tx) => {
      await store.addWalkRequests(tx, registry, metered.takeRequests())
      const now = clock.now()
      await store.endWalk(
        tx,
        registry,
        new Date(now).toISOString(),
        new Date(now + deps.pollMs).toISOString(),
      )
    })
  }

  return { walk }
}
