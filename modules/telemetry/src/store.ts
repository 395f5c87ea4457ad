/** SQL over telemetry's own tables. */
import type { ModelVersionRef } from '@rampart/domain'
import type { AlarmState } from '@rampart/drift'
import type { Tx } from '@rampart/kit'
import type { Alarms } from './alarms.ts'
import type { FeatureResult, Verdict } from './judgement.ts'
import type { Layout } from './layout.ts'
import type { BuiltReference, StoredFeature } from './reference.ts'

export type StoredWindow = {
  readonly from: string
  readonly to: string
  readonly rows: number
  readonly verdict: Verdict
  readonly worstFeature?: string
  readonly features: readonly FeatureResult[]
}

export type VersionState = {
  readonly model: string
  readonly version: string
  readonly referenceRows: number
  readonly window?: {
    readonly rows: number
    readonly verdict: Verdict
    readonly worstFeature?: string
    readonly to: string
  }
}

/** Replaces the profile; windows and alarms of the version stay. */
export const saveReference = async (
  tx: Tx,
  ref: ModelVersionRef,
  built: BuiltReference,
  time: string,
): Promise<void> => {
  await tx.query(
    `INSERT INTO telemetry_reference (model, version, rows, layout, created_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (tenant, model, version) DO UPDATE SET rows = $3, layout = $4, created_at = $5`,
    [ref.name, ref.version, built.rows, JSON.stringify(built.layout), time],
  )
  await tx.query('DELETE FROM telemetry_reference_feature WHERE model = $1 AND version = $2', [
    ref.name,
    ref.version,
  ])
  for (const { name, sketch, frequencies } of built.features) {
    await tx.query(
      'INSERT INTO telemetry_reference_feature (model, version, name, sketch, frequencies) VALUES ($1, $2, $3, $4, $5)',
      [
        ref.name,
        ref.version,
        name,
        sketch === null ? null : Buffer.from(sketch),
        frequencies === null ? null : JSON.stringify(frequencies),
      ],
    )
  }
}

export const findReference = async (tx: Tx, ref: ModelVersionRef): Promise<BuiltReference | undefined> => {
  const heads = await tx.query<{ rows: number; layout: Layout }>(
    'SELECT rows, layout FROM telemetry_reference WHERE model = $1 AND version = $2',
    [ref.name, ref.version],
  )
  const head = heads[0]
  if (head === undefined) return undefined
  const features = await tx.query<StoredFeature & Record<string, unknown>>(
    'SELECT name, sketch, frequencies FROM telemetry_reference_feature WHERE model = $1 AND version = $2',
    [ref.name, ref.version],
  )
  return { rows: head.rows, layout: head.layout, features }
}

export type VersionLayout = { readonly model: string; readonly version: string; readonly layout: Layout }

export const listLayouts = (tx: Tx): Promise<VersionLayout[]> =>
  tx.query<VersionLayout>('SELECT model, version, layout FROM telemetry_reference ORDER BY model, version')

export const findAlarms = async (tx: Tx, ref: ModelVersionRef): Promise<Alarms> => {
  const rows = await tx.query<{ feature: string; state: AlarmState }>(
    'SELECT feature, state FROM telemetry_alarm WHERE model = $1 AND version = $2',
    [ref.name, ref.version],
  )
  return new Map(rows.map(({ feature, state }) => [feature, state]))
}

export const saveAlarms = async (
  tx: Tx,
  ref: ModelVersionRef,
  alarms: Alarms,
  time: string,
): Promise<void> => {
  if (alarms.size === 0) return
  const names = [...alarms.keys()]
  const states = [...alarms.values()].map((state) => JSON.stringify(state))
  await tx.query(
    `INSERT INTO telemetry_alarm (model, version, feature, state, updated_at)
     SELECT $1, $2, feature, state::jsonb, $5 FROM unnest($3::text[], $4::text[]) AS given (feature, state)
     ON CONFLICT (tenant, model, version, feature) DO UPDATE SET state = EXCLUDED.state, updated_at = EXCLUDED.updated_at`,
    [ref.name, ref.version, names, states, time],
  )
}

export const deleteAlarms = async (tx: Tx, ref: ModelVersionRef): Promise<void> => {
  await tx.query('DELETE FROM telemetry_alarm WHERE model = $1 AND version = $2', [ref.name, ref.version])
}

/** Adds a window and drops the version's oldest beyond `keep`. */
export const insertWindow = async (
  tx: Tx,
  ref: ModelVersionRef,
  window: StoredWindow,
  keep: number,
): Promise<void> => {
  const { from, to, rows, verdict, worstFeature, features } = window
  await tx.query(
    `INSERT INTO telemetry_window (model, version, opened_at, closed_at, rows, verdict, worst_feature, features)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [ref.name, ref.version, from, to, rows, verdict, worstFeature ?? null, JSON.stringify(features)],
  )
  await tx.query(
    `DELETE FROM telemetry_window WHERE model = $1 AND version = $2 AND seq <= (
       SELECT seq FROM telemetry_window WHERE model = $1 AND version = $2 ORDER BY seq DESC OFFSET $3 LIMIT 1)`,
    [ref.name, ref.version, keep],
  )
}

type WindowRow = {
  opened_at: Date
  closed_at: Date
  rows: number
  verdict: Verdict
  worst_feature: string | null
  features: FeatureResult[]
}

const toWindow = (row: WindowRow): StoredWindow => ({
  from: row.opened_at.toISOString(),
  to: row.closed_at.toISOString(),
  rows: row.rows,
  verdict: row.verdict,
  ...(row.worst_feature === null ? {} : { worstFeature: row.worst_feature }),
  features: row.features,
})

/** The newest `limit` windows closed before `before`, oldest first. */
export const listWindows = async (
  tx: Tx,
  ref: ModelVersionRef,
  page: { readonly limit: number; readonly before?: string },
): Promise<StoredWindow[]> => {
  const rows = await tx.query<WindowRow>(
    `SELECT opened_at, closed_at, rows, verdict, worst_feature, features FROM telemetry_window
     WHERE model = $1 AND version = $2 AND ($3::timestamptz IS NULL OR closed_at < $3) ORDER BY seq DESC LIMIT $4`,
    [ref.name, ref.version, page.before ?? null, page.limit],
  )
  return rows.map(toWindow).reverse()
}

type StateRow = {
  model: string
  version: string
  reference_rows: number
  rows: number | null
  verdict: Verdict | null
  worst_feature: string | null
  closed_at: Date | null
}

/** Versions with a reference profile, by name and version, each with its newest window. */
export const listVersions = async (
  tx: Tx,
  page: { readonly limit: number; readonly after?: { readonly model: string; readonly version: string } },
): Promise<VersionState[]> => {
  const rows = await tx.query<StateRow>(
    `SELECT r.model, r.version, r.rows AS reference_rows, w.rows, w.verdict, w.worst_feature, w.closed_at
     FROM telemetry_reference r LEFT JOIN LATERAL (
       SELECT rows, verdict, worst_feature, closed_at FROM telemetry_window t
       WHERE t.tenant = r.tenant AND t.model = r.model AND t.version = r.version ORDER BY seq DESC LIMIT 1) w ON true
     WHERE $1::text IS NULL OR (r.model, r.version) > ($1, $2) ORDER BY r.model, r.version LIMIT $3`,
    [page.after?.model ?? null, page.after?.version ?? null, page.limit],
  )
  return rows.map((row) => ({
    model: row.model,
    version: row.version,
    referenceRows: row.reference_rows,
    ...(row.closed_at === null || row.verdict === null || row.rows === null
      ? {}
      : {
          window: {
            rows: row.rows,
            verdict: row.verdict,
            ...(row.worst_feature === null ? {} : { worstFeature: row.worst_feature }),
            to: row.closed_at.toISOString(),
          },
        }),
  }))
}
