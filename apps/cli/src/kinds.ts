/** The kinds of resources: what they are called, where the API keeps them, which columns a table shows. */
import { closest } from '@rampart/kit/core'
import { cliErrors } from './errors.ts'
import { age, type Column } from './table.ts'

export type Resource = Readonly<Record<string, unknown>>

export type Kind = {
  readonly singular: string
  readonly plural: string
  readonly aliases?: readonly string[]
  readonly listPath: string
  /** Path of one; absent where the API has none. `name` is already checked to be non-empty. */
  readonly itemPath?: (name: string) => string
  /** Query parameter by which the list is narrowed to a name. */
  readonly nameQuery?: string
  readonly deletable?: boolean
  readonly nameOf: (item: Resource) => string
  readonly columns: (now: number) => readonly Column<Resource>[]
}

const text = (value: unknown): string => {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
const at = (key: string) => (item: Resource) => text(item[key])
const column = (head: string, key: string, extra: Partial<Column<Resource>> = {}): Column<Resource> => ({
  head,
  cell: at(key),
  ...extra,
})
const ageColumn = (head: string, key: string, now: number): Column<Resource> => ({
  head,
  cell: (item) => age(item[key], now),
  right: true,
})
const yesNo = (key: string) => (item: Resource) => (item[key] === true ? 'yes' : 'no')
const wide = { wide: true } as const

/** `sha256:` and the first twelve digits: enough to tell versions apart, copied in full with -o json. */
const shortDigest = (key: string) => (item: Resource) =>
  text(item[key]).replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1')

const entityOf = (item: Resource): string => {
  const entity = item.entity
  if (typeof entity !== 'object' || entity === null) return ''
  const { kind, id } = entity as { kind?: unknown; id?: unknown }
  return `${text(kind)}/${text(id)}`
}

const listOf = (key: string) => (item: Resource) =>
  Array.isArray(item[key]) ? item[key].map(text).join('; ') : text(item[key])

/** Versions that answer on a route; the default one is marked. */
const versionsOf = (item: Resource): string =>
  (Array.isArray(item.versions) ? (item.versions as readonly Resource[]) : [])
    .map((one) => `${text(one.version)}${one.isDefault === true ? '*' : ''}`)
    .join(', ')

/** `card-fraud:1.0.0 90, card-fraud:1.1.0@mlserver 10`: what a route leads to, with weights where there are several. */
const backendsOf = (item: Resource): string => {
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
const canaryOf = (item: Resource): string => {
  const spec = item.spec as { readonly canary?: { readonly steps?: readonly number[] } } | undefined
  if (spec?.canary === undefined) return ''
  const state = item.canary as { readonly phase?: unknown; readonly step?: number } | undefined
  if (state !== undefined && state.phase !== 'running') return text(state.phase)
  return `${text(spec.canary.steps?.[state?.step ?? 0])} %`
}

/** A verdict alone comes with its envelope around it. */
const summaryOf = (item: Resource): Resource => (item.verdict as Resource | undefined) ?? item
const subjectsOf = (item: Resource): readonly unknown[] =>
  ((summaryOf(item).subjects ?? []) as readonly Resource[]).map(({ name }) => name)

const registryStatus = (item: Resource): Resource => (item.status ?? {}) as Resource
const registryVersions = (item: Resource): Resource => (registryStatus(item).versions ?? {}) as Resource

const sinkStatus = (item: Resource): Resource => (item.status ?? {}) as Resource

const encode = encodeURIComponent

const versionPath = (name: string): string => {
  const [model = '', version = ''] = name.split(/:(.*)/s)
  return version === ''
    ? `/api/v1/models/${encode(model)}`
    : `/api/v1/models/${encode(model)}/versions/${encode(version)}`
}

export const KINDS: readonly Kind[] = [
  {
    singular: 'model',
    plural: 'models',
    aliases: ['versions', 'version', 'model-version', 'model-versions', 'mv'],
    listPath: '/api/v1/models',
    itemPath: versionPath,
    nameQuery: 'name',
    nameOf: (item) => `${text(item.name)}:${text(item.version)}`,
    columns: (now) => [
      column('NAME', 'name'),
      column('VERSION', 'version'),
      column('STAGE', 'stage'),
      { head: 'SERVING', cell: yesNo('serving') },
      { head: 'DIGEST', cell: shortDigest('digest') },
      ageColumn('AGE', 'createdAt', now),
      column('CREATED BY', 'createdBy', wide),
      column('DESCRIPTION', 'description', wide),
    ],
  },
  {
    singular: 'route',
    plural: 'routes',
    listPath: '/api/v1/routes',
    itemPath: (name) => `/api/v1/routes/${encode(name)}`,
    deletable: true,
    nameOf: at('name'),
    columns: (now) => [
      column('NAME', 'name'),
      { head: 'BACKENDS', cell: backendsOf },
      { head: 'SERVED', cell: versionsOf },
      { head: 'CANARY', cell: canaryOf },
      { head: 'SCHEMA', cell: (item) => (item.payloadSchema === undefined ? 'no' : 'yes') },
      ageColumn('AGE', 'updatedAt', now),
    ],
  },
  {
    singular: 'gateway',
    plural: 'gateways',
    aliases: ['gw'],
    listPath: '/api/v1/gateways',
    nameOf: at('id'),
    columns: (now) => [
      column('ID', 'id'),
      column('EPOCH', 'epoch', { right: true }),
      column('LAG', 'lag', { right: true }),
      { head: 'CONNECTED', cell: yesNo('connected') },
      { head: 'READY', cell: yesNo('ready') },
      ageColumn('LAST SEEN', 'lastSeen', now),
      { head: 'ADDRESSES', cell: listOf('addresses') },
      column('WAITING', 'waiting', wide),
      column('DROPPED', 'dropped', wide),
    ],
  },
  {
    singular: 'backend',
    plural: 'backends',
    listPath: '/api/v1/backends',
    itemPath: (name) => `/api/v1/backends/${encode(name)}`,
    deletable: true,
    nameOf: at('name'),
    columns: (now) => [
      column('NAME', 'name'),
      { head: 'PROTOCOL', cell: (item) => text((item.spec as Resource | undefined)?.protocol) },
      { head: 'URLS', cell: (item) => listOf('urls')((item.spec ?? {}) as Resource) },
      ageColumn('AGE', 'updatedAt', now),
    ],
  },
  {
    singular: 'registry',
    plural: 'registries',
    aliases: ['reg'],
    listPath: '/api/v1/registries',
    itemPath: (name) => `/api/v1/registries/${encode(name)}`,
    deletable: true,
    nameOf: at('name'),
    columns: (now) => [
      column('NAME', 'name'),
      { head: 'TYPE', cell: (item) => text((item.spec as Resource | undefined)?.type) },
      { head: 'STATE', cell: (item) => text(registryStatus(item).state) },
      { head: 'REGISTERED', cell: (item) => text(registryVersions(item).registered), right: true },
      { head: 'PENDING', cell: (item) => text(registryVersions(item).pending), right: true },
      { head: 'REFUSED', cell: (item) => text(registryVersions(item).refused), right: true },
      { head: 'LAST SYNC', cell: (item) => age(registryStatus(item).lastSyncEndedAt, now), right: true },
      {
        head: 'ERROR',
        cell: (item) => text((registryStatus(item).lastError as Resource | undefined)?.message),
      },
      { head: 'URL', cell: (item) => text((item.spec as Resource | undefined)?.url), wide: true },
    ],
  },
  {
    singular: 'sink',
    plural: 'sinks',
    listPath: '/api/v1/sinks',
    itemPath: (name) => `/api/v1/sinks/${encode(name)}`,
    deletable: true,
    nameOf: at('name'),
    columns: (now) => [
      column('NAME', 'name'),
      { head: 'TYPE', cell: (item) => text((item.spec as Resource | undefined)?.type) },
      { head: 'PHASE', cell: (item) => text(sinkStatus(item).phase) },
      { head: 'QUEUED', cell: (item) => text(sinkStatus(item).queued), right: true },
      { head: 'DELIVERED', cell: (item) => text(sinkStatus(item).delivered), right: true },
      { head: 'DEAD', cell: (item) => text(sinkStatus(item).dead), right: true },
      { head: 'LAST', cell: (item) => age(sinkStatus(item).lastDeliveredAt, now), right: true },
      { head: 'ERROR', cell: (item) => text(sinkStatus(item).lastError) },
      { head: 'URL', cell: (item) => text((item.spec as Resource | undefined)?.url), wide: true },
    ],
  },
  {
    singular: 'signal',
    plural: 'signals',
    listPath: '/api/v1/signals',
    itemPath: (name) => `/api/v1/signals/${encode(name)}`,
    nameOf: at('id'),
    columns: (now) => [
      ageColumn('AGE', 'time', now),
      column('SEVERITY', 'severity'),
      column('STATE', 'state'),
      { head: 'ENTITY', cell: entityOf },
      column('TITLE', 'title'),
      column('DETECTOR', 'detector', wide),
      column('ID', 'id', wide),
    ],
  },
  {
    singular: 'containment',
    plural: 'containments',
    listPath: '/api/v1/containments',
    itemPath: (name) => `/api/v1/containments/${encode(name)}`,
    nameOf: at('id'),
    columns: (now) => [
      column('ID', 'id'),
      column('NAME', 'name'),
      column('STATE', 'state'),
      { head: 'ENTITY', cell: (item) => entityOf({ ...item, entity: item.subject }) },
      ageColumn('AGE', 'createdAt', now),
      column('EXPIRES', 'expiresAt'),
      column('BY', 'requestedBy', wide),
      column('REASON', 'reason', wide),
    ],
  },
  {
    singular: 'run',
    plural: 'runs',
    listPath: '/api/v1/response/runs',
    itemPath: (name) => `/api/v1/response/runs/${encode(name)}`,
    nameOf: at('id'),
    columns: (now) => [
      column('ID', 'id'),
      column('NAME', 'name'),
      column('STATE', 'state'),
      { head: 'ENTITY', cell: (item) => entityOf({ ...item, entity: item.subject }) },
      ageColumn('AGE', 'createdAt', now),
      column('BY', 'requestedBy', wide),
    ],
  },
  {
    singular: 'incident',
    plural: 'incidents',
    aliases: ['inc'],
    listPath: '/api/v1/incidents',
    itemPath: (name) => `/api/v1/incidents/${encode(name)}`,
    nameOf: at('id'),
    columns: (now) => [
      column('ID', 'id'),
      ageColumn('AGE', 'openedAt', now),
      column('SEVERITY', 'severity'),
      column('STATUS', 'status'),
      column('SCORE', 'score', { right: true }),
      column('SIGNALS', 'signals', { right: true }),
      column('TITLE', 'title'),
      column('OWNER', 'owner', wide),
      column('DISPOSITION', 'disposition', wide),
    ],
  },
  {
    singular: 'policy',
    plural: 'policies',
    aliases: ['pack', 'packs'],
    listPath: '/api/v1/policies',
    itemPath: (name) => `/api/v1/policies/${encode(name)}`,
    nameOf: (item) => text(item.pack ?? item.name),
    columns: (now) => [
      { head: 'PACK', cell: (item) => text(item.pack ?? item.name) },
      column('VERSION', 'version', { right: true }),
      column('ORIGIN', 'origin'),
      { head: 'DIGEST', cell: shortDigest('digest') },
      column('AUTHOR', 'author'),
      ageColumn('AGE', 'createdAt', now),
      column('MESSAGE', 'message', wide),
    ],
  },
  {
    singular: 'decision',
    plural: 'decisions',
    listPath: '/api/v1/decisions',
    nameOf: at('id'),
    columns: (now) => [
      ageColumn('AGE', 'time', now),
      column('PACK', 'pack'),
      { head: 'ANSWER', cell: (item) => (item.allow === true ? 'allow' : 'deny') },
      column('PRINCIPAL', 'principal'),
      { head: 'REASONS', cell: listOf('reasons') },
      { head: 'MICROS', cell: at('evaluationMicros'), right: true, wide: true },
      column('ID', 'id', wide),
    ],
  },
  {
    singular: 'telemetry',
    plural: 'telemetry',
    aliases: ['drift'],
    listPath: '/api/v1/telemetry',
    itemPath: (name) => `/api/v1/telemetry/${name.split(/:(.*)/s).slice(0, 2).map(encode).join('/')}`,
    nameOf: (item) => `${text(item.model)}:${text(item.version)}`,
    columns: (now) => [
      column('MODEL', 'model'),
      column('VERSION', 'version'),
      column('ROWS', 'rows', { right: true }),
      column('VERDICT', 'verdict'),
      column('WORST FEATURE', 'worstFeature'),
      ageColumn('AGE', 'updatedAt', now),
    ],
  },
  {
    singular: 'event',
    plural: 'events',
    listPath: '/api/v1/events',
    nameOf: at('id'),
    columns: (now) => [
      ageColumn('AGE', 'time', now),
      column('TYPE', 'type'),
      column('SUBJECT', 'subject'),
      column('PRINCIPAL', 'principal'),
      column('ID', 'id', wide),
    ],
  },
  {
    singular: 'audit-entry',
    plural: 'audit-entries',
    aliases: ['audit', 'entries'],
    listPath: '/api/v1/audit/entries',
    itemPath: (name) => `/api/v1/audit/entries/${encode(name)}`,
    nameOf: at('index'),
    columns: (now) => [
      column('INDEX', 'index', { right: true }),
      ageColumn('AGE', 'time', now),
      column('PRINCIPAL', 'principal'),
      column('ACTION', 'action'),
      { head: 'ENTITY', cell: entityOf },
      column('OUTCOME', 'outcome'),
    ],
  },
  {
    singular: 'verdict',
    plural: 'verdicts',
    listPath: '/api/v1/verdicts',
    itemPath: (name) => `/api/v1/verdicts/${encode(name)}`,
    nameOf: at('digest'),
    columns: (now) => [
      { head: 'DIGEST', cell: (item) => shortDigest('digest')(summaryOf(item)) },
      { head: 'VERSIONS', cell: (item) => listOf('subjects')({ subjects: subjectsOf(item) }) },
      { head: 'DECISION', cell: (item) => text(summaryOf(item).decision) },
      { head: 'REASONS', cell: (item) => listOf('reasons')(summaryOf(item)) },
      { head: 'AGE', cell: (item) => age(summaryOf(item).issuedAt, now), right: true },
      { head: 'EXPIRES', cell: (item) => text(summaryOf(item).expiresAt), wide: true },
    ],
  },
  {
    singular: 'approval',
    plural: 'approvals',
    listPath: '/api/v1/approvals',
    itemPath: (name) => `/api/v1/approvals/${encode(name)}`,
    nameOf: at('id'),
    columns: (now) => [
      column('VERSION', 'name'),
      column('STATE', 'state'),
      { head: 'STILL NEEDED', cell: listOf('missing') },
      { head: 'YOU MAY APPROVE', cell: (item) => yesNo('allow')((item.mayApprove ?? {}) as Resource) },
      column('ASKED BY', 'requestedBy'),
      ageColumn('AGE', 'createdAt', now),
      column('EXPIRES', 'expiresAt', wide),
      column('REASON', 'reason', wide),
      column('ID', 'id', wide),
    ],
  },
  {
    singular: 'signer',
    plural: 'signers',
    listPath: '/api/v1/signers',
    itemPath: (name) => `/api/v1/signers/${encode(name)}`,
    deletable: true,
    nameOf: at('name'),
    columns: (now) => [
      column('NAME', 'name'),
      column('STATE', 'state'),
      {
        head: 'IDENTITIES',
        cell: (item) => listOf('identities')(item).replaceAll(/(:[0-9a-f]{12})[0-9a-f]+/g, '$1'),
      },
      { head: 'MODELS', cell: (item) => listOf('models')((item.spec ?? {}) as Resource) || '*' },
      ageColumn('AGE', 'updatedAt', now),
    ],
  },
  {
    singular: 'api-key',
    plural: 'api-keys',
    aliases: ['key', 'keys'],
    listPath: '/api/v1/api-keys',
    itemPath: (name) => `/api/v1/api-keys/${encode(name)}`,
    deletable: true,
    nameOf: at('id'),
    columns: (now) => [
      column('ID', 'id'),
      column('NAME', 'name'),
      { head: 'ROLES', cell: listOf('roles') },
      column('EXPIRES', 'expiresAt'),
      ageColumn('AGE', 'createdAt', now),
    ],
  },
  {
    singular: 'service-account',
    plural: 'service-accounts',
    aliases: ['sa'],
    listPath: '/api/v1/service-accounts',
    itemPath: (name) => `/api/v1/service-accounts/${encode(name)}`,
    deletable: true,
    nameOf: (item) => text(item.id ?? item.name),
    columns: (now) => [
      { head: 'ID', cell: (item) => text(item.id ?? item.name) },
      { head: 'ROLES', cell: listOf('roles') },
      ageColumn('AGE', 'createdAt', now),
    ],
  },
]

const namesOf = (kind: Kind): readonly string[] => [kind.plural, kind.singular, ...(kind.aliases ?? [])]

/** Finds a kind by plural, singular or alias, in any case; an unknown word is answered with the nearest known one. */
export const kindOf = (word: string): Kind => {
  const wanted = word.toLowerCase()
  const found = KINDS.find((kind) => namesOf(kind).includes(wanted))
  if (found !== undefined) return found
  const guess = closest(wanted, KINDS.flatMap(namesOf))
  throw cliErrors.CLI_UNKNOWN_KIND(
    guess === undefined ? `there is no kind "${word}"` : `there is no kind "${word}"; did you mean ${guess}?`,
  )
}
