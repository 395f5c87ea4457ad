/** Kinds of resources about systems elsewhere: registries, what they say, and sinks. */
import type { Kind, Resource } from './kind.ts'
import {
  ageColumn,
  at,
  column,
  distinct,
  encode,
  listOf,
  registryStatus,
  registryVersions,
  sinkStatus,
  text,
} from './kind-columns.ts'
import { age } from './table.ts'

export const OUTSIDE_KINDS: readonly Kind[] = [
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
    singular: 'watch',
    plural: 'watches',
    aliases: ['registry-watch'],
    listPath: '/api/v1/registry-watch',
    nameQuery: 'name',
    nameOf: (item) => `${text(item.registry)}/${text(item.model)}@${text(item.alias ?? item.version)}`,
    columns: (now) => [
      column('REGISTRY', 'registry'),
      column('MODEL', 'model'),
      column('ALIAS', 'alias'),
      column('REGISTRY SAYS', 'version'),
      { head: 'APPROVED', cell: (item) => distinct(item.approved, 'version') },
      { head: 'SERVED', cell: (item) => distinct(item.served, 'version') },
      column('STATE', 'state'),
      ageColumn('SINCE', 'since', now),
      { head: 'WHY', cell: listOf('reasons'), wide: true },
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
]
