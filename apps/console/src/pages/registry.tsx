/** One registry: how its sync stands, and each of its versions with what became of it here. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { type RegistryItem, type RegistryVersionItem, registryQueries } from '../api/registry-queries.ts'
import { EntityLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { LastSync, RegistryStateBadge, SyncButton } from '../components/registry-parts.tsx'
import { RegistryWatch } from '../components/registry-watch.tsx'
import { useParam } from '../components/use-filters.ts'
import { bytes, count, plural } from '../format/number.ts'
import { shortDigest } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Segmented } from '../ui/field.tsx'
import { BlockSkeleton, Empty, ProblemBox } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

type State = RegistryVersionItem['state']
const STATES = ['all', 'registered', 'refused', 'pending', 'downloading'] as const
const isState = (text: string): text is State =>
  text !== 'all' && (STATES as readonly string[]).includes(text)

const Became = ({ row }: { row: RegistryVersionItem }) => (
  <span className="flex flex-col items-start gap-0.5">
    <span className="flex flex-wrap items-center gap-1.5">
      <Badge tone={row.state === 'refused' ? 'high' : 'neutral'}>{row.state}</Badge>
      {row.ref !== undefined && <EntityLink entity={{ kind: 'model-version', id: row.ref }} bare />}
      {row.deletedAt !== undefined && <Badge>gone there</Badge>}
      {row.observedDigest !== undefined && row.observedDigest !== row.digest && (
        <Badge tone="critical">other bytes there</Badge>
      )}
    </span>
    {row.reason !== undefined && (
      <span className="text-xs wrap-anywhere text-ink-2">
        <code>{row.reason.code}</code> {row.reason.message}
      </span>
    )}
  </span>
)

const columns: readonly Column<RegistryVersionItem>[] = [
  {
    id: 'version',
    head: 'Version there',
    cell: (row) => (
      <span className="font-mono text-xs wrap-anywhere">
        {row.model} {row.version}
      </span>
    ),
    className: 'min-w-32',
  },
  { id: 'state', head: 'Here', cell: (row) => <Became row={row} /> },
  {
    id: 'aliases',
    head: 'Aliases',
    from: 'md',
    cell: (row) => (
      <span className="flex flex-wrap gap-1">
        {[...row.aliases, ...(row.stage === undefined ? [] : [row.stage])].map((alias) => (
          <Badge key={alias}>{alias}</Badge>
        ))}
      </span>
    ),
  },
  {
    id: 'digest',
    head: 'Digest',
    from: 'lg',
    cell: (row) =>
      row.digest === undefined ? (
        <span className="text-ink-3">—</span>
      ) : (
        <CopyText value={row.digest} shown={shortDigest(row.digest)} what="digest" />
      ),
  },
  {
    id: 'updatedAt',
    head: 'Changed',
    align: 'right',
    from: 'sm',
    cell: (row) => <Ago time={row.updatedAt} className="text-ink-2" />,
  },
]

const Standing = ({ registry: { spec, status } }: { registry: RegistryItem }) => (
  <Card title="Sync">
    <FactList>
      <Fact label="Kept at">
        <span className="font-mono text-xs wrap-anywhere">{spec.url}</span>
      </Fact>
      <Fact label="Last complete walk">
        <LastSync status={status} />
      </Fact>
      <Fact label="It took">
        {status.lastSync === undefined ? '—' : plural(status.lastSync.requests, 'request')}
      </Fact>
      <Fact label="Next">{status.nextSyncAt === undefined ? '—' : <Ago time={status.nextSyncAt} />}</Fact>
      <Fact label="Registered">
        <span className="tnum">
          {count(status.versions.registered)} of {count(status.versions.seen)}
        </span>
      </Fact>
      <Fact label="Refused">
        <span className="tnum">{count(status.versions.refused)}</span>
      </Fact>
      <Fact label="Waiting">
        <span className="tnum">{count(status.versions.pending)}</span>
      </Fact>
      <Fact label="Gone there">
        <span className="tnum">{count(status.versions.deleted)}</span>
      </Fact>
      <Fact label="Downloaded">
        <span className="tnum">
          {plural(status.downloads, 'file')}, {bytes(status.bytesDownloaded)}
        </span>
      </Fact>
      <Fact label="Writes back">{spec.writeBack === true ? 'yes' : 'no'}</Fact>
    </FactList>
  </Card>
)

const Versions = ({ name }: { name: string }) => {
  const [state, setState] = useParam('state', 'all')
  const [cursor, setCursor] = useParam('cursor')
  const query = useQuery(
    registryQueries.versions(name, {
      ...(isState(state) ? { state } : {}),
      ...(cursor === '' ? {} : { cursor }),
    }),
  )
  const next = query.data?.nextCursor
  return (
    <Card
      title="Versions"
      note="in the registry's own names"
      flush
      actions={
        (cursor !== '' || next !== undefined) && (
          <>
            {cursor !== '' && (
              <button type="button" className="text-xs text-accent" onClick={() => setCursor('')}>
                First page
              </button>
            )}
            {next !== undefined && (
              <button type="button" className="text-xs text-accent" onClick={() => setCursor(next)}>
                Next page
              </button>
            )}
          </>
        )
      }
    >
      <div className="border-b border-line px-4 py-2">
        <Segmented
          label="State"
          value={state}
          onChange={setState}
          choices={STATES.map((value) => ({ value, label: value }))}
        />
      </div>
      {query.isError && query.data === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label={`Versions of ${name}`}
          columns={columns}
          rows={query.data?.items}
          rowKey={(row) => `${row.model} ${row.version}`}
          empty={
            isState(state) ? (
              <Empty title="No version is in this state">Choose another state.</Empty>
            ) : (
              <Empty title="No version was seen there yet">They are listed when a walk has found them.</Empty>
            )
          }
        />
      )}
    </Card>
  )
}

export const RegistryPage = () => {
  const { name = '' } = useParams()
  const query = useQuery(registryQueries.registry(name))
  const registry = query.data
  const error = registry?.status.lastError
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Registries', to: pb.registries() }]}
      badges={
        registry && (
          <>
            <RegistryStateBadge state={registry.status.state} />
            <Badge>{registry.spec.type}</Badge>
          </>
        )
      }
      actions={registry && <SyncButton name={name} state={registry.status.state} />}
    >
      {registry !== undefined ? (
        <>
          {registry.status.state === 'failing' && error !== undefined && (
            <ProblemBox title="The last attempt failed" message={error.message} code={error.code}>
              <p className="mt-1 text-xs text-ink-3">
                <Ago time={error.at} />, {plural(registry.status.consecutiveFailures, 'failure')} in a row
              </p>
            </ProblemBox>
          )}
          <Standing registry={registry} />
          <RegistryWatch registry={name} />
          <Versions name={name} />
        </>
      ) : query.isError ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          <BlockSkeleton height={130} />
          <BlockSkeleton height={280} />
        </>
      )}
    </Page>
  )
}
