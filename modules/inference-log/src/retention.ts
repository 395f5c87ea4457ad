/** What is over: records older than their tenant or route keeps them, and the oldest when the disk's share is used up. */
import { type Clock, newId, type Random } from '@rampart/kit'
import type { AnchorBatch } from '@rampart/serving'
import type { Catalog } from './catalog.ts'
import type { LogFile } from './log-file.ts'
import type { InferenceLogOptions } from './options.ts'
import type { Rewriting } from './rewriting.ts'

const DAY_MS = 86_400_000

/** Days that a tenant's routes keep their records, where a route says so. */
export type RouteRetention = (tenant: string) => Promise<ReadonlyMap<string, number>>

type RetentionDays = Pick<InferenceLogOptions, 'retentionDays' | 'tenantRetentionDays'>

/** A day is over when all of it is older than `days`. Pure. */
export const isOver = (day: string, days: number, nowMs: number): boolean =>
  Date.parse(`${day}T00:00:00Z`) + (days + 1) * DAY_MS <= nowMs

/** The routes of a file whose time is over. Pure. */
export const routesOver = (
  file: Pick<LogFile, 'tenant' | 'day' | 'routes'>,
  byRoute: ReadonlyMap<string, number>,
  options: RetentionDays,
  nowMs: number,
): string[] => {
  const ofTenant = options.tenantRetentionDays.get(file.tenant) ?? options.retentionDays
  return file.routes.filter((route) => isOver(file.day, byRoute.get(route) ?? ofTenant, nowMs))
}

/** Oldest days first, until the rest fits. Pure. */
export const filesBeyond = (files: readonly LogFile[], maxBytes: number): LogFile[] => {
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const gone: LogFile[] = []
  for (const file of [...files].sort((a, b) => (a.to < b.to ? -1 : 1))) {
    if (total <= maxBytes) break
    gone.push(file)
    total -= file.bytes
  }
  return gone
}

export const createRetention = (deps: {
  readonly clock: Clock
  readonly random: Random
  readonly catalog: Catalog
  readonly rewriting: Rewriting
  readonly routeRetention: RouteRetention
  readonly anchor: (batch: AnchorBatch) => Promise<void>
  readonly options: InferenceLogOptions
}) => {
  const { catalog, rewriting, options } = deps

  const tell = (tenant: string, files: readonly LogFile[], records: number, reason: string): Promise<void> =>
    deps.anchor({
      kind: 'expired',
      id: newId(deps.clock, deps.random),
      tenant,
      records,
      reason,
      files: files.map(({ path }) => path),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    })

  /** The audit log is told first: what it does not know must not be gone. */
  const expire = async (tenant: string, files: readonly LogFile[], reason: string): Promise<void> => {
    const records = files.reduce((sum, file) => sum + file.records, 0)
    await tell(tenant, files, records, reason)
    await rewriting.drop(files)
  }

  const ofTenant = async (tenant: string, files: readonly LogFile[]): Promise<void> => {
    const byRoute = await deps.routeRetention(tenant)
    const over = files.map((file) => ({ file, routes: routesOver(file, byRoute, options, deps.clock.now()) }))
    const whole = over
      .filter(({ file, routes }) => routes.length === file.routes.length)
      .map(({ file }) => file)
    if (whole.length > 0) await expire(tenant, whole, 'retention')
    for (const { file, routes } of over) {
      if (routes.length === 0 || routes.length === file.routes.length) continue
      const removal = { kind: 'routes', routes } as const
      const { records } = await rewriting.count(file, removal)
      await tell(tenant, [file], records, `retention of ${routes.join(', ')}`)
      await rewriting.replace([file], removal)
    }
  }

  return {
    run: async (): Promise<void> => {
      for (const tenant of new Set(catalog.files().map((file) => file.tenant)))
        await ofTenant(
          tenant,
          catalog.files().filter((file) => file.tenant === tenant),
        )
      const beyond = filesBeyond(catalog.files(), options.maxBytes)
      for (const tenant of new Set(beyond.map((file) => file.tenant)))
        await expire(
          tenant,
          beyond.filter((file) => file.tenant === tenant),
          'disk limit',
        )
    },
  }
}
