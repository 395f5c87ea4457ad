/** Lineage: claims in from registries, OpenLineage and bills of materials; graphs and our own events out. */
import { decodeBom } from '@rampart/codecs'
import {
  type Digest,
  entity,
  formatModelVersionRef,
  type ModelVersion,
  type ModelVersionRef,
  type Principal,
  parseModelVersionRef,
  principalName,
} from '@rampart/domain'
import type { Clock, Database, EventLog, StoredEvent, Tx } from '@rampart/kit'
import { applyClaim } from './apply-claim.ts'
import { bomClaim } from './bom-claim.ts'
import { type Claim, datasetNode, nodeId, versionNode } from './claim.ts'
import { lineageErrors } from './errors.ts'
import { type Direction, type LineageGraph, readDatasetVersions, readGraph } from './graph.ts'
import { PRODUCER, type RunEvent } from './openlineage/event-schema.ts'
import { readRunEvent } from './openlineage/read-event.ts'
import { EXPORTED_EVENTS, writeRunEvents } from './openlineage/write-event.ts'
import type { AuditPort, RegistryLineagePort, VersionsPort } from './ports.ts'
import { registryClaim } from './registry-claim.ts'
import * as store from './store.ts'

export type LineageDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'consumer' | 'read'>
  readonly clock: Clock
  readonly versions: VersionsPort
  readonly audit: AuditPort
  readonly registryLineage: RegistryLineagePort
  /** OpenLineage namespace of our jobs and of datasets that are model versions. */
  readonly namespace: string
}

export type Recorded = { readonly outcome: 'recorded' | 'known' | 'own' }

export type Lineage = ReturnType<typeof createLineage>

const MAX_EVENT_BYTES = 262_144

const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/** PostgreSQL's text holds neither NUL nor half a character; what is larger is no metadata. */
const checkStorable = (event: RunEvent): void => {
  const text = JSON.stringify(event, (key, value: unknown) => {
    if (isStorable(key) && (typeof value !== 'string' || isStorable(value))) return value
    throw lineageErrors.LINEAGE_EVENT_INVALID('The event holds text that is no Unicode, or a NUL character.')
  })
  if (Buffer.byteLength(text) > MAX_EVENT_BYTES)
    throw lineageErrors.LINEAGE_EVENT_INVALID(`The event is larger than ${MAX_EVENT_BYTES} bytes.`)
  if (Number.isNaN(Date.parse(event.eventTime)))
    throw lineageErrors.LINEAGE_EVENT_INVALID('eventTime is not a time.')
}

/** What the inventory itself says of a version: its bytes, its stage, and the rows it brings along. */
const inventoryClaim = (version: ModelVersion): Claim => {
  const self = versionNode(version)
  const rows = version.artifacts
    .filter(({ role }) => role === 'reference' || role === 'replay')
    .map(({ path, digest }) => datasetNode(path, digest))
  return {
    nodes: [self, ...rows],
    edges: rows.map(({ id }) => ({ from: id, to: self.id, kind: 'referenced-by' as const })),
  }
}

const COMPONENT = 'component:lineage'
const OBSERVED = 'rampart.registry.observed.v1'

export const createLineage = (deps: LineageDeps) => {
  const { database, eventLog, clock, versions, audit, namespace } = deps

  const follow = async ({ type, data }: StoredEvent, tx: Tx): Promise<void> => {
    const { name, version, digest, stage, to } = data as Record<string, string>
    const ref = { name: String(name), version: String(version) }
    const node = versionNode(ref)
    const now = clock.iso()
    await store.upsertVersion(
      tx,
      { id: node.id, label: node.label, digest: String(digest), stage: String(to ?? stage) },
      now,
    )
    if (type !== 'rampart.model-version.registered.v1') return
    const stored = (await versions.versionsWithDigest(tx, String(digest) as Digest)).find(
      (one) => one.name === ref.name && one.version === ref.version,
    )
    if (stored !== undefined) await applyClaim(tx, inventoryClaim(stored), { statedBy: COMPONENT, now })
    await store.linkSameBytes(tx, [node.id], now)
  }

  /** The registry's word is kept where the event is: heard of later, it is still there. */
  const followRegistry = async ({ data }: StoredEvent, tx: Tx): Promise<void> => {
    const { registry = '', model = '', version = '', ref = '', change } = data as Record<string, string>
    const known = parseModelVersionRef(ref)
    if (change !== 'version-registered' || known === undefined) return
    const origin = { registry, model, version }
    const said = (await deps.registryLineage(tx, origin)) ?? {}
    const statedBy = `registry:${registry}`
    await applyClaim(tx, registryClaim(known, said, origin), { statedBy, now: clock.iso() })
  }

  const consumer = eventLog.consumer({
    name: 'lineage',
    types: [...EXPORTED_EVENTS, OBSERVED],
    handle: (event, tx) => (event.type === OBSERVED ? followRegistry(event, tx) : follow(event, tx)),
  })

  const recordEvent = async (principal: Principal, event: RunEvent): Promise<Recorded> => {
    // Our own events, sent round: we know them, and better.
    if (event.producer === PRODUCER) return { outcome: 'own' }
    checkStorable(event)
    readRunEvent(event, { namespace }, true)
    const statedBy = principalName(principal)
    const { runId } = event.run
    const type = event.eventType ?? 'OTHER'
    return database.tx(principal.tenant, async (tx): Promise<Recorded> => {
      const now = clock.iso()
      const isNew = await store.insertEvent(
        tx,
        { runId, time: event.eventTime, type, body: event },
        statedBy,
        now,
      )
      if (!isNew) return { outcome: 'known' }
      const completed = await store.hasCompleted(tx, runId)
      await applyClaim(tx, readRunEvent(event, { namespace }, completed), { statedBy, now })
      if (type === 'COMPLETE')
        await store.settleOutputs(tx, nodeId('run', 'openlineage', runId.toLowerCase()))
      return { outcome: 'recorded' }
    })
  }

  /** Throws CODECS_BOM_INVALID, LINEAGE_BOM_OTHER_BYTES and what the version source throws. */
  const importBom = async (principal: Principal, ref: ModelVersionRef, document: unknown) => {
    const version = await versions.get(principal.tenant, ref)
    const bom = decodeBom(document)
    const own: readonly string[] = [version.digest, ...version.artifacts.map(({ digest }) => digest)]
    if (bom.digest !== undefined && !own.includes(bom.digest))
      throw lineageErrors.LINEAGE_BOM_OTHER_BYTES(
        `The document is about ${bom.digest}; ${formatModelVersionRef(ref)} is ${version.digest}.`,
      )
    const claim = bomClaim(version, bom)
    const statedBy = principalName(principal)
    await database.tx(principal.tenant, async (tx) => {
      await applyClaim(tx, claim, { statedBy, now: clock.iso() })
      await audit.record(tx, {
        tenant: principal.tenant,
        principal: statedBy,
        action: 'lineage.bom-import',
        entity: entity('model-version', formatModelVersionRef(ref)),
        outcome: 'success',
        details: { model: bom.name, datasets: bom.datasets.length, ancestors: bom.ancestors.length },
      })
    })
    return {
      datasets: bom.datasets.length,
      ancestors: bom.ancestors.length,
      digestMatched: bom.digest !== undefined,
    }
  }

  return {
    recordEvent,
    importBom,
    /** Throws what the version source throws when there is no such version. */
    graph: async (
      tenant: string,
      ref: ModelVersionRef,
      options: { readonly depth: number; readonly direction: Direction },
    ): Promise<LineageGraph> => {
      await versions.get(tenant, ref)
      return database.read(tenant, (tx) => readGraph(tx, ref, options))
    },
    /** Which versions have seen a dataset. */
    versionsOfDataset: (tenant: string, filter: { readonly digest?: string; readonly name?: string }) =>
      database.read(tenant, (tx) => readDatasetVersions(tx, filter)),
    /** Our own steps as OpenLineage, oldest first; `cursor` is where the next page starts. */
    ownEvents: async (tenant: string, after: string | undefined, limit: number) => {
      const page = await eventLog.read({
        tenant,
        types: EXPORTED_EVENTS.slice(),
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return {
        events: page.events.flatMap((event) => writeRunEvents(event, namespace)),
        cursor: page.cursor,
      }
    },
    start: () => consumer.start(),
    stop: () => consumer.stop(),
  }
}
