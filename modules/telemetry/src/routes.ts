/** HTTP ↔ telemetry. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type EntityRef, formatModelVersionRef, type ModelVersionRef } from '@rampart/domain'
import { cursorOf, ListQuery, readCursor } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { telemetryErrors } from './errors.ts'
import type { Histogram } from './histogram.ts'
import { registerImportRoutes } from './import/import-routes.ts'
import type { ReferenceImport } from './import/reference-import.ts'
import { featuresOf } from './layout.ts'
import { FeatureDetail, FeatureParams, RefParams, VersionDetail, VersionItem } from './schemas.ts'
import type { VersionState } from './store.ts'
import type { Telemetry } from './telemetry.ts'

const refOf = (params: { readonly model: string; readonly version: string }): ModelVersionRef => ({
  name: params.model,
  version: params.version,
})
const byRef = (request: { params: unknown }): EntityRef => ({
  kind: 'model-version',
  id: formatModelVersionRef(refOf(request.params as { model: string; version: string })),
})
const config = { action: 'telemetry:read', entity: byRef }

const WindowsQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 60 })),
    before: Type.Optional(Type.String({ format: 'date-time', description: 'Windows that closed earlier' })),
  },
  { additionalProperties: false },
)

/** Registers the routes of telemetry under the instance's prefix. */
export const registerTelemetryRoutes = (
  instance: FastifyInstance,
  { telemetry, imports }: { readonly telemetry: Telemetry; readonly imports: ReferenceImport },
): void => {
  const app = withTypes(instance)
  registerList(app, telemetry)
  registerDetail(app, telemetry)
  registerFeature(app, telemetry)
  registerImportRoutes(instance, imports)
}

const withTypes = (instance: FastifyInstance) => instance.withTypeProvider<TypeBoxTypeProvider>()
type App = ReturnType<typeof withTypes>

const itemOf = ({ model, version, referenceRows, window }: VersionState): VersionItem => ({
  model,
  version,
  referenceRows,
  rows: window?.rows ?? 0,
  verdict: window?.verdict ?? 'unknown',
  ...(window?.worstFeature === undefined ? {} : { worstFeature: window.worstFeature }),
  ...(window === undefined ? {} : { updatedAt: window.to }),
})

const registerList = (app: App, telemetry: Telemetry): void => {
  app.get(
    '/telemetry',
    {
      config: { action: 'telemetry:read' },
      schema: {
        tags: ['telemetry'],
        operationId: 'listTelemetry',
        summary: 'Drift by model version, with the newest window',
        querystring: ListQuery,
        response: {
          200: Type.Object({ items: Type.Array(VersionItem), nextCursor: Type.Optional(Type.String()) }),
        },
      },
    },
    async (request) => {
      const { limit = 100, cursor } = request.query
      const { tenant } = request.principal
      const after =
        cursor === undefined
          ? undefined
          : readCursor<{ model: string; version: string }>(cursor, ['model', 'version'])
      const found = await telemetry.list(tenant, {
        limit: limit + 1,
        ...(after === undefined ? {} : { after }),
      })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const more = found.length > limit && last !== undefined
      // Versions without a profile have no row to page over: they follow the last page.
      const absent = more ? [] : telemetry.absent(tenant)
      return {
        items: [
          ...page.map(itemOf),
          ...absent.map(
            ({ name, version }): VersionItem => ({
              model: name,
              version,
              rows: 0,
              referenceRows: 0,
              verdict: 'absent',
            }),
          ),
        ],
        ...(more ? { nextCursor: cursorOf({ model: last.model, version: last.version }) } : {}),
      }
    },
  )
}

const thresholdsOf = ({ limits }: Telemetry) => ({
  psiRaise: limits.alarm.raiseAt,
  psiClear: limits.alarm.clearAt,
  alpha: limits.alarm.alpha,
  windowRows: limits.windowRows,
  windowMs: limits.windowMs,
  minRows: limits.minRows,
})

const registerDetail = (app: App, telemetry: Telemetry): void => {
  app.get(
    '/telemetry/:model/:version',
    {
      config,
      schema: {
        tags: ['telemetry'],
        operationId: 'getTelemetry',
        summary: 'Windows of one model version against its reference',
        params: RefParams,
        querystring: WindowsQuery,
        response: { 200: VersionDetail },
      },
    },
    async (request) => {
      const { limit = 60, before } = request.query
      const ref = refOf(request.params)
      const page = { limit, ...(before === undefined ? {} : { before }) }
      const { reference, windows, openRows, mismatch } = await telemetry.detail(
        request.principal.tenant,
        ref,
        page,
      )
      return {
        model: ref.name,
        version: ref.version,
        verdict: windows.at(-1)?.verdict ?? ('unknown' as const),
        reference: {
          rows: reference.rows,
          features: featuresOf(reference.layout).map(({ name }) => name),
          learnt: reference.layout.learnt === true,
        },
        openRows,
        ...(mismatch === undefined ? {} : { mismatch }),
        windows: windows.map((window) => ({ ...window, features: [...window.features] })),
        thresholds: thresholdsOf(telemetry),
      }
    },
  )
}

const plain = ({ labels, ...histogram }: Histogram) => ({
  ...histogram,
  ...(labels === undefined ? {} : { labels: [...labels] }),
  edges: [...histogram.edges],
  counts: [...histogram.counts],
})

const registerFeature = (app: App, telemetry: Telemetry): void => {
  app.get(
    '/telemetry/:model/:version/features/:feature',
    {
      config,
      schema: {
        tags: ['telemetry'],
        operationId: 'getTelemetryFeature',
        summary: 'One feature: reference and newest window side by side',
        params: FeatureParams,
        querystring: WindowsQuery,
        response: { 200: FeatureDetail },
      },
    },
    async (request) => {
      const { limit = 60, before } = request.query
      const ref = refOf(request.params)
      const name = request.params.feature
      const page = { limit, ...(before === undefined ? {} : { before }) }
      const { reference, windows } = await telemetry.detail(request.principal.tenant, ref, page)
      const index = featuresOf(reference.layout).findIndex((feature) => feature.name === name)
      const info = featuresOf(reference.layout)[index]
      const base = reference.histograms[index]
      if (info === undefined || base === undefined) {
        throw telemetryErrors.TELEMETRY_FEATURE_NOT_FOUND(
          `${formatModelVersionRef(ref)} has no feature ${name}.`,
        )
      }
      const judged = windows.flatMap((window) => {
        const feature = window.features.find((candidate) => candidate.name === name)
        return feature === undefined ? [] : [{ window, feature }]
      })
      const newest = judged.at(-1)
      const {
        histogram = { ...base, counts: base.counts.map(() => 0), below: 0, above: 0, missing: 0 },
        ...statistics
      } = newest?.feature ?? {}
      return {
        ...statistics,
        name,
        kind: info.kind,
        side: info.side,
        verdict: newest?.feature.verdict ?? ('unknown' as const),
        rows: newest?.window.rows ?? 0,
        reference: plain(base),
        current: plain(histogram),
        history: judged.map(({ window, feature }) => ({
          to: window.to,
          psi: feature.psi,
          verdict: feature.verdict,
        })),
        thresholds: thresholdsOf(telemetry),
      }
    },
  )
}
