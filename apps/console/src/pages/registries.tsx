/** Where the organisation keeps its models, and whether Rampart is in step with it. */
import { useQuery } from '@tanstack/react-query'
import { Library } from 'lucide-react'
import { type RegistryItem, registryQueries } from '../api/registry-queries.ts'
import { RowLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { LastSync, RegistryStateBadge, SyncButton } from '../components/registry-parts.tsx'
import { RegistryWatch } from '../components/registry-watch.tsx'
import { useSortParam } from '../components/use-filters.ts'
import { count, plural } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable, sortRows } from '../ui/data-table.tsx'
import { Empty } from '../ui/notice.tsx'

const columns: readonly Column<RegistryItem>[] = [
  {
    id: 'name',
    head: 'Registry',
    className: 'min-w-32 wrap-anywhere',
    sort: (row) => row.name,
    cell: (row) => (
      <>
        <RowLink to={pb.registry(row.name)}>{row.name}</RowLink>{' '}
        <span className="text-xs text-ink-3">{row.spec.type}</span>
      </>
    ),
  },
  {
    id: 'state',
    head: 'State',
    sort: (row) => row.status.state,
    cell: (row) => <RegistryStateBadge state={row.status.state} />,
  },
  {
    id: 'registered',
    head: 'Registered',
    align: 'right',
    sort: (row) => row.status.versions.registered,
    cell: (row) => `${count(row.status.versions.registered)} of ${count(row.status.versions.seen)}`,
  },
  {
    id: 'refused',
    head: 'Refused',
    align: 'right',
    from: 'sm',
    sort: (row) => row.status.versions.refused,
    cell: (row) => count(row.status.versions.refused),
  },
  {
    id: 'pending',
    head: 'Waiting',
    align: 'right',
    from: 'md',
    sort: (row) => row.status.versions.pending,
    cell: (row) => count(row.status.versions.pending),
  },
  {
    id: 'error',
    head: 'Last error',
    from: 'lg',
    cell: (row) =>
      row.status.lastError === undefined ? (
        <span className="text-ink-3">none</span>
      ) : (
        <Badge tone={row.status.state === 'failing' ? 'high' : 'neutral'} bare>
          <code className="max-w-64 truncate" title={row.status.lastError.message}>
            {row.status.lastError.code}
          </code>
        </Badge>
      ),
  },
  {
    id: 'lastSync',
    head: 'Last sync',
    align: 'right',
    from: 'sm',
    sort: (row) => row.status.lastSyncEndedAt ?? '',
    cell: (row) => <LastSync status={row.status} />,
  },
  {
    id: 'do',
    head: <span className="sr-only">Action</span>,
    align: 'right',
    from: 'sm',
    cell: (row) => <SyncButton name={row.name} state={row.status.state} size="sm" />,
  },
]

const sentence = (items: readonly RegistryItem[] | undefined): string => {
  if (items === undefined) return 'Where models are kept, and whether Rampart is in step'
  const failing = items.filter(({ status }) => status.state === 'failing').length
  return failing === 0
    ? `${plural(items.length, 'registry', 'registries')}, none is failing`
    : `${failing} of ${plural(items.length, 'registry', 'registries')} ${failing === 1 ? 'is' : 'are'} failing`
}

export const RegistriesPage = () => {
  const query = useQuery(registryQueries.registries())
  const [sort, setSort] = useSortParam('name')
  const items = query.data?.items
  return (
    <Page title="Registries" description={sentence(items)}>
      {query.isError && items === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          <Card flush>
            <DataTable
              label="Registries"
              columns={columns}
              rows={items && sortRows(items, columns, sort)}
              rowKey={(row) => row.name}
              sort={sort}
              onSort={setSort}
              skeletonRows={3}
              empty={
                <Empty
                  icon={Library}
                  title="No registry is kept in step"
                  command="npx rampart apply -f registry.yaml"
                >
                  Describe an MLflow server, Azure ML workspace, OCI registry, bucket or folder in a manifest
                  of the kind Registry, and apply it.
                </Empty>
              }
            />
          </Card>
          {(items?.length ?? 1) > 0 && <RegistryWatch />}
        </>
      )}
    </Page>
  )
}
