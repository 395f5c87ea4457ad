/**
 * What a registry answered, compared with what was known, in one transaction: rows, aliases and events agree. Answers
 * that were asked for before the newest one that is known are dropped, so a slow page cannot undo a newer look.
 */
import type { Digest, RegistryVersion } from '@rampart/domain'
import type { EventLog, Tx } from '@rampart/kit'
import { registriesErrors } from '../errors.ts'
import { isShowable, mapRef, shown, standIn } from '../names.ts'
import * as store from './store.ts'

export type Change =
  | 'version-registered'
  | 'version-refused'
  | 'version-deleted'
  | 'version-returned'
  | 'bytes-changed'
  | 'source-changed'
  | 'alias-moved'
  | 'stage-moved'

/** The data of `rampart.registry.observed.v1`. */
export type Observed = {
  readonly registry: string
  readonly model: string
  readonly version?: string
  readonly ref?: string
  readonly change: Change
  readonly digest?: Digest
  readonly observed_digest?: Digest
  readonly paths?: readonly string[]
  readonly alias?: string
  readonly from?: string
  readonly to?: string
  readonly code?: string
  readonly reason?: string
}

/** In whose transaction and name events are written. */
export type ObserveDeps = { readonly eventLog: Pick<EventLog, 'publish'> }
export type Where = { readonly tenant: string; readonly registry: string }
export type Moment = {
  readonly walk: number
  /** When the registry was asked, not when it answered. */
  readonly askedAt: string
  readonly now: string
}

const MAX_ALIASES = 100
const MAX_TAGS = 200
const MAX_TEXT = 4096

export const publishObserved = (deps: ObserveDeps, tx: Tx, tenant: string, data: Observed): Promise<void> =>
  deps.eventLog.publish(tx, tenant, {
    type: 'rampart.registry.observed.v1',
    subject: `${data.registry}/${data.model}`,
    principal: `registry:${data.registry}`,
    data,
  })

/** A copy that may be stored: what cannot be shown is escaped, what is too much is left out. */
export const cleanVersion = (version: RegistryVersion): RegistryVersion => ({
  model: version.model,
  version: version.version,
  source: shown(version.source, 2048),
  revision: shown(version.revision, 512),
  aliases: [...new Set(version.aliases.filter(isShowable))].sort().slice(0, MAX_ALIASES),
  ...(version.stage === undefined ? {} : { stage: shown(version.stage) }),
  tags: Object.fromEntries(
    Object.entries(version.tags)
      .slice(0, MAX_TAGS)
      .map(([key, value]) => [shown(key), shown(value, MAX_TEXT)]),
  ),
  ...(version.description === undefined ? {} : { description: shown(version.description, MAX_TEXT) }),
  ...(version.createdBy === undefined ? {} : { createdBy: shown(version.createdBy) }),
  ...(version.createdAt === undefined ? {} : { createdAt: shown(version.createdAt, 64) }),
})

const nameFault = ({ model, version }: RegistryVersion): string | undefined => {
  if (!isShowable(model))
    return `the model's name "${shown(model, 80)}" has control characters, is not UTF-8 or too long`
  if (!isShowable(version))
    return `version "${shown(version, 80)}" has control characters, is not UTF-8 or too long`
  try {
    mapRef(model, version)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const about = (
  registry: string,
  known: { ref_name: string | null; ref_version: string | null; digest: Digest | null },
) => ({
  registry,
  ...(known.digest === null ? {} : { ref: `${known.ref_name}:${known.ref_version}`, digest: known.digest }),
})

/** Applies versions as a registry gave them; the caller holds the registry's row. */
export const applyVersions = async (
  deps: ObserveDeps,
  tx: Tx,
  { tenant, registry }: Where,
  versions: readonly RegistryVersion[],
  at: Moment,
): Promise<{ readonly changed: number }> => {
  const tell = (data: Observed) => publishObserved(deps, tx, tenant, data)
  const unique = [...new Map(versions.map((one) => [`${one.model}\n${one.version}`, one])).values()]
  const good = unique.filter((one) => nameFault(one) === undefined).map(cleanVersion)
  let changed = 0
  for (const bad of unique) {
    const reason = nameFault(bad)
    if (reason === undefined) continue
    const entry = { model: standIn(bad.model), version: standIn(bad.version) }
    const { code } = registriesErrors.REGISTRIES_NAME_REFUSED
    if (!(await store.upsertRefused(tx, registry, { ...entry, code, reason }, at))) continue
    changed += 1
    await tell({ registry, ...entry, change: 'version-refused', code, reason })
  }
  const known = new Map(
    (await store.lockKnown(tx, registry, good, at.askedAt)).map((row) => [
      `${row.model}\n${row.version}`,
      row,
    ]),
  )
  const write: RegistryVersion[] = []
  const same: RegistryVersion[] = []
  for (const one of good) {
    const before = known.get(`${one.model}\n${one.version}`)
    if (before?.stale === true) continue
    const { model, version } = one
    if (before === undefined || before.revision !== one.revision || before.deleted) write.push(one)
    else if (before.source !== one.source || (before.stage ?? undefined) !== one.stage) write.push(one)
    else same.push(one)
    if (before === undefined) continue
    const base = { ...about(registry, before), model, version }
    if (before.deleted) await tell({ ...base, change: 'version-returned' })
    if (before.source !== one.source && before.source !== '')
      await tell({ ...base, change: 'source-changed', from: before.source, to: one.source })
    if ((before.stage ?? undefined) !== one.stage)
      await tell({
        ...base,
        change: 'stage-moved',
        ...(before.stage === null ? {} : { from: before.stage }),
        ...(one.stage === undefined ? {} : { to: one.stage }),
      })
  }
  await store.upsertSightings(tx, registry, write, at)
  await store.touchSeen(tx, registry, same, at)
  const pointers = good.flatMap(({ model, version, aliases }) =>
    aliases.map((alias) => ({ model, alias, version })),
  )
  await movePointers(deps, tx, { tenant, registry }, pointers, at)
  return { changed: changed + write.length }
}

/** Moves aliases to where they point now, and tells it. */
export const movePointers = async (
  deps: ObserveDeps,
  tx: Tx,
  { tenant, registry }: Where,
  pointers: readonly store.AliasPointer[],
  at: Moment,
): Promise<void> => {
  if (pointers.length === 0) return
  const models = [...new Set(pointers.map(({ model }) => model))]
  const rows = await store.lockAliases(tx, registry, models, at.askedAt)
  const before = new Map(rows.map((row) => [`${row.model}\n${row.alias}`, row]))
  const fresh = pointers.filter(({ model, alias }) => before.get(`${model}\n${alias}`)?.stale !== true)
  await store.upsertAliases(
    tx,
    registry,
    [...new Map(fresh.map((one) => [`${one.model}\n${one.alias}`, one])).values()],
    at,
  )
  for (const { model, alias, version } of fresh) {
    const from = before.get(`${model}\n${alias}`)?.version
    if (from === version) continue
    await tellAlias(deps, tx, { tenant, registry }, { model, alias, from, to: version })
  }
}

/** All aliases of one model, as the registry has just said: those it does not name are gone. */
export const applyAliases = async (
  deps: ObserveDeps,
  tx: Tx,
  where: Where,
  model: string,
  aliases: Readonly<Record<string, string>>,
  at: Moment,
): Promise<void> => {
  const pointers = Object.entries(aliases)
    .filter(([alias, version]) => isShowable(alias) && isShowable(version))
    .slice(0, 1000)
    .map(([alias, version]) => ({ model, alias, version }))
  await movePointers(deps, tx, where, pointers, at)
  for (const row of await store.lockAliases(tx, where.registry, [model], at.askedAt)) {
    if (row.stale || Object.hasOwn(aliases, row.alias)) continue
    await store.deleteAlias(tx, where.registry, model, row.alias)
    await tellAlias(deps, tx, where, { model, alias: row.alias, from: row.version, to: undefined })
  }
}

type Move = {
  readonly model: string
  readonly alias: string
  readonly from: string | undefined
  readonly to: string | undefined
}

/** `ref` and `digest` are of the version that the alias points at now. */
const tellAlias = async (
  deps: ObserveDeps,
  tx: Tx,
  { tenant, registry }: Where,
  move: Move,
): Promise<void> => {
  const { model, alias, from, to } = move
  const target = to === undefined ? undefined : await store.findVersion(tx, registry, model, to)
  await publishObserved(deps, tx, tenant, {
    registry,
    model,
    change: 'alias-moved',
    alias,
    ...(to === undefined ? {} : { version: to, to }),
    ...(from === undefined ? {} : { from }),
    ...(target?.ref === undefined ? {} : { ref: target.ref }),
    ...(target?.digest === undefined ? {} : { digest: target.digest }),
    ...(target?.observedDigest === undefined ? {} : { observed_digest: target.observedDigest }),
  })
}

/** A version that the registry no longer has. */
export const applyDeletion = async (
  deps: ObserveDeps,
  tx: Tx,
  { tenant, registry }: Where,
  { model, version }: { readonly model: string; readonly version: string },
  now: string,
): Promise<void> => {
  const gone = await store.markDeleted(tx, registry, model, version, now)
  if (gone !== undefined)
    await publishObserved(deps, tx, tenant, { registry, model, version, change: 'version-deleted', ...gone })
}
