/** What the columns of tables show of a resource. */
import type { Resource } from './kind.ts'
import { age, type Column } from './table.ts'

export const text = (value: unknown): string => {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
export const at = (key: string) => (item: Resource) => text(item[key])
export const column = (
  head: string,
  key: string,
  extra: Partial<Column<Resource>> = {},
): Column<Resource> => ({
  head,
  cell: at(key),
  ...extra,
})
export const ageColumn = (head: string, key: string, now: number): Column<Resource> => ({
  head,
  cell: (item) => age(item[key], now),
  right: true,
})
export const yesNo = (key: string) => (item: Resource) => (item[key] === true ? 'yes' : 'no')
export const wide = { wide: true } as const

/** `sha256:` and the first twelve digits: enough to tell versions apart, copied in full with -o json. */
export const shortDigest = (key: string) => (item: Resource) =>
  text(item[key]).replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1')

export const entityOf = (item: Resource): string => {
  const entity = item.entity
  if (typeof entity !== 'object' || entity === null) return ''
  const { kind, id } = entity as { kind?: unknown; id?: unknown }
  return `${text(kind)}/${text(id)}`
}

export const listOf = (key: string) => (item: Resource) =>
  Array.isArray(item[key]) ? item[key].map(text).join('; ') : text(item[key])

/** Values of a key over a list, each once. */
export const distinct = (list: unknown, key: string): string =>
  [...new Set((Array.isArray(list) ? (list as readonly Resource[]) : []).map((one) => text(one[key])))].join(
    ', ',
  )

/** Versions that answer on a route; the default one is marked. */
export const versionsOf = (item: Resource): string =>
  (Array.isArray(item.versions) ? (item.versions as readonly Resource[]) : [])
    .map((one) => `${text(one.version)}${one.isDefault === true ? '*' : ''}`)
    .join(', ')

/** `card-fraud:1.0.0 90, card-fraud:1.1.0@mlserver 10`: what a route leads to, with weights where there are several. */
export const backendsOf = (item: Resource): string => {
  const spec = item.spec as { readonly backends?: readonly Resource[] } | undefined
  const list = spec?.backends ?? []
  return list
    .map((one) => {
      const chosen = text(one.version ?? one.alias)
      const place = one.backend === undefined ? '' : `@${text(one.backend)}`
      const weight = list.length > 1 ? ` ${text(one.weight ?? 1)}` : ''
      return `${text(one.model)}${chosen === '' ? '' : `:${chosen}`}${place}${weight}`
    })
    .join(', ')
}

/** Where a route's canary is. */
export const canaryOf = (item: Resource): string => {
  const spec = item.spec as { readonly canary?: { readonly steps?: readonly number[] } } | undefined
  if (spec?.canary === undefined) return ''
  const state = item.canary as { readonly phase?: unknown; readonly step?: number } | undefined
  if (state !== undefined && state.phase !== 'running') return text(state.phase)
  return `${text(spec.canary.steps?.[state?.step ?? 0])} %`
}

/** A verdict alone comes with its envelope around it. */
export const summaryOf = (item: Resource): Resource => (item.verdict as Resource | undefined) ?? item
export const subjectsOf = (item: Resource): readonly unknown[] =>
  ((summaryOf(item).subjects ?? []) as readonly Resource[]).map(({ name }) => name)

export const registryStatus = (item: Resource): Resource => (item.status ?? {}) as Resource
export const registryVersions = (item: Resource): Resource =>
  (registryStatus(item).versions ?? {}) as Resource

export const sinkStatus = (item: Resource): Resource => (item.status ?? {}) as Resource

export const encode = encodeURIComponent

export const versionPath = (name: string): string => {
  const [model = '', version = ''] = name.split(/:(.*)/s)
  return version === ''
    ? `/api/v1/models/${encode(model)}`
    : `/api/v1/models/${encode(model)}/versions/${encode(version)}`
}
