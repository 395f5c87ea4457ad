/** One alert source: what came of its lines, and what it saw without calling it bad. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { type AlertSourceItem, type SightingItem, siemQueries } from '../api/siem-queries.ts'
import { TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { Loaded, ProblemNotice } from '../components/query-state.tsx'
import { SourceBadge, sourceFrom } from '../components/siem-parts.tsx'
import { count } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { BlockSkeleton, Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

export const AlertSourcePage = () => {
  const { name = '' } = useParams()
  const query = useQuery(siemQueries.source(name))
  return (
    <Page
      title={name}
      crumbs={[{ label: 'SIEM', to: pb.siem({ tab: 'sources' }) }]}
      badges={
        query.data && (
          <>
            <SourceBadge source={query.data} />
            <Badge>{query.data.spec.format}</Badge>
          </>
        )
      }
      description="What asserts something bad becomes a signal; what was merely seen is a sighting."
    >
      <Loaded query={query} skeleton={<BlockSkeleton height={280} />}>
        {(source) => (
          <>
            <Standing source={source} />
            <Sightings name={name} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

const Standing = ({ source }: { source: AlertSourceItem }) => {
  const { spec, status } = source
  return (
    <Card title="Lines">
      <FactList>
        <Fact label="From">
          <span className="font-mono text-xs wrap-anywhere">{sourceFrom(source)}</span>
        </Fact>
        {status.port !== undefined && <Fact label="Port">{status.port}</Fact>}
        <Fact label="Last line">
          <Ago time={status.lastAt} />
        </Fact>
        <Fact label="Signals">
          <span className="tnum">{count(status.signals)}</span>
        </Fact>
        <Fact label="Sightings">
          <span className="tnum">{count(status.sightings)}</span>
        </Fact>
        <Fact label="Repeats, counted once">
          <span className="tnum">{count(status.duplicates)}</span>
        </Fact>
        <Fact label="Unreadable">
          <span className="tnum">{count(status.refused)}</span>
        </Fact>
        <Fact label="Dropped beyond the rate">
          <span className="tnum">{count(status.dropped)}</span>
        </Fact>
        {spec.format !== 'eve' && <Fact label="A signal from severity">{spec.signalFrom ?? 'medium'}</Fact>}
        <Fact label="At most">{count(spec.ratePerSecond ?? 500)} lines a second</Fact>
        <Fact label="What it raised">
          <TextLink to={pb.signals()}>Signals</TextLink>
        </Fact>
      </FactList>
      {status.lastError !== undefined && (
        <p className="mt-4 rounded-md border border-medium/30 bg-medium/8 px-3 py-2">
          <span className="font-medium">Last fault:</span>{' '}
          <span className="wrap-anywhere">{status.lastError}</span>
        </p>
      )}
    </Card>
  )
}

type Observable = { readonly type?: string; readonly value?: string }

const observablesOf = ({ sighting }: SightingItem): readonly Observable[] => {
  const found = sighting['observables']
  return Array.isArray(found) ? (found as readonly Observable[]) : []
}

const COLUMNS: readonly Column<SightingItem>[] = [
  {
    id: 'what',
    head: 'Seen',
    className: 'min-w-44',
    cell: (row) => (
      <span className="flex flex-wrap gap-x-3 gap-y-0.5">
        {observablesOf(row).map(({ type, value }) => (
          <span key={`${type} ${value}`} className="wrap-anywhere">
            <span className="text-ink-3">{type} </span>
            <span className="font-mono text-xs">{value}</span>
          </span>
        ))}
      </span>
    ),
  },
  {
    id: 'kind',
    head: 'In',
    from: 'md',
    cell: ({ sighting }) => <span className="text-ink-2">{String(sighting['kind'] ?? '')}</span>,
  },
  { id: 'count', head: 'Times', align: 'right', cell: (row) => count(row.count) },
  {
    id: 'first',
    head: 'First',
    align: 'right',
    from: 'sm',
    cell: (row) => <Ago time={row.firstTime} className="text-ink-2" />,
  },
  {
    id: 'last',
    head: 'Last',
    align: 'right',
    from: 'sm',
    cell: (row) => <Ago time={row.lastTime} className="text-ink-2" />,
  },
]

const Sightings = ({ name }: { name: string }) => {
  const query = useQuery(siemQueries.sightings(name))
  return (
    <Card title="Sightings" note="equal ones are counted together" flush>
      {query.isError && query.data === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Sightings"
          columns={COLUMNS}
          rows={query.data?.items}
          rowKey={(row) => row.seq}
          skeletonRows={3}
          empty={
            <Empty title="Nothing was merely seen">
              Flows, names and addresses that the sensor saw would stand here.
            </Empty>
          }
        />
      )}
    </Card>
  )
}
