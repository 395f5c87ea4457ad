/** SIEM: where records are exported to and whether they arrive, and which sensors tell us alerts. */
import { useQuery } from '@tanstack/react-query'
import { RadioTower, Send } from 'lucide-react'
import { type AlertSourceItem, type SinkItem, siemQueries } from '../api/siem-queries.ts'
import { RowLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { SinkBadge, SourceBadge, sourceFrom } from '../components/siem-parts.tsx'
import { lagWords, sinkState, unsentOf } from '../components/sink-state.ts'
import { useParam, useSortParam } from '../components/use-filters.ts'
import { count, plural } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable, sortRows } from '../ui/data-table.tsx'
import { Empty } from '../ui/notice.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { Ago } from '../ui/time.tsx'

const Quiet = ({ text }: { text: string }) => <span className="text-ink-3">{text}</span>
const number = (value: number) => (value === 0 ? <Quiet text="0" /> : count(value))

const SINKS: readonly Column<SinkItem>[] = [
  {
    id: 'name',
    head: 'Sink',
    sort: (row) => row.name,
    className: 'min-w-36',
    cell: (row) => (
      <>
        <RowLink to={pb.sink(row.name)}>{row.name}</RowLink>
        <div className="text-2xs text-ink-3">
          {row.spec.type}
          {row.spec.format === undefined ? '' : `, ${row.spec.format}`}
        </div>
      </>
    ),
  },
  { id: 'state', head: 'State', sort: (row) => sinkState(row), cell: (row) => <SinkBadge sink={row} /> },
  {
    id: 'queued',
    head: 'Not sent',
    align: 'right',
    sort: (row) => unsentOf(row),
    cell: (row) => number(unsentOf(row)),
  },
  {
    id: 'lag',
    head: 'Lag',
    align: 'right',
    from: 'sm',
    sort: (row) => row.status.lagSeconds,
    cell: (row) => (row.status.lagSeconds === 0 ? <Quiet text="0 s" /> : lagWords(row.status.lagSeconds)),
  },
  {
    id: 'delivered',
    head: 'Delivered',
    align: 'right',
    from: 'md',
    sort: (row) => row.status.delivered,
    cell: (row) => number(row.status.delivered),
  },
  {
    id: 'dead',
    head: 'Dead letters',
    align: 'right',
    from: 'sm',
    sort: (row) => row.status.dead,
    cell: (row) =>
      row.status.dead === 0 ? (
        <Quiet text="0" />
      ) : (
        <span className="font-medium text-high">{count(row.status.dead)}</span>
      ),
  },
  {
    id: 'error',
    head: 'Last error',
    from: 'xl',
    cell: (row) =>
      row.status.lastError === undefined ? (
        <Quiet text="none" />
      ) : (
        <span className="line-clamp-2 max-w-80 text-xs text-ink-2">{row.status.lastError}</span>
      ),
  },
  {
    id: 'last',
    head: 'Last delivery',
    align: 'right',
    from: 'md',
    sort: (row) => row.status.lastDeliveredAt ?? '',
    cell: (row) => <Ago time={row.status.lastDeliveredAt} className="text-ink-2" />,
  },
]

const SOURCES: readonly Column<AlertSourceItem>[] = [
  {
    id: 'name',
    head: 'Source',
    sort: (row) => row.name,
    className: 'min-w-36',
    cell: (row) => (
      <>
        <RowLink to={pb.alertSource(row.name)}>{row.name}</RowLink>
        <div className="text-2xs text-ink-3">{row.spec.format}</div>
      </>
    ),
  },
  { id: 'state', head: 'State', cell: (row) => <SourceBadge source={row} /> },
  {
    id: 'from',
    head: 'From',
    from: 'lg',
    cell: (row) => <span className="font-mono text-xs wrap-anywhere text-ink-2">{sourceFrom(row)}</span>,
  },
  {
    id: 'signals',
    head: 'Signals',
    align: 'right',
    sort: (row) => row.status.signals,
    cell: (row) => number(row.status.signals),
  },
  {
    id: 'sightings',
    head: 'Sightings',
    align: 'right',
    from: 'sm',
    sort: (row) => row.status.sightings,
    cell: (row) => number(row.status.sightings),
  },
  {
    id: 'duplicates',
    head: 'Repeats',
    align: 'right',
    from: 'md',
    cell: (row) => number(row.status.duplicates),
  },
  {
    id: 'refused',
    head: 'Unreadable',
    align: 'right',
    from: 'md',
    cell: (row) => number(row.status.refused),
  },
  {
    id: 'dropped',
    head: 'Dropped',
    align: 'right',
    from: 'md',
    cell: (row) => number(row.status.dropped),
  },
  {
    id: 'last',
    head: 'Last line',
    align: 'right',
    from: 'sm',
    sort: (row) => row.status.lastAt ?? '',
    cell: (row) => <Ago time={row.status.lastAt} className="text-ink-2" />,
  },
]

const sentence = (sinks: readonly SinkItem[] | undefined): string => {
  if (sinks === undefined || sinks.length === 0) return 'Records to your SIEM, and alerts from your sensors'
  const stuck = sinks.filter((sink) => ['full', 'failing'].includes(sinkState(sink))).length
  const dead = sinks.reduce((sum, { status }) => sum + status.dead, 0)
  const letters = dead === 0 ? '' : `; ${plural(dead, 'record')} refused for good`
  return stuck === 0
    ? `${plural(sinks.length, 'sink')}, none is stuck${letters}`
    : `${stuck} of ${plural(sinks.length, 'sink')} ${stuck === 1 ? 'does' : 'do'} not deliver; nothing is lost, records wait${letters}`
}

export const SiemPage = () => {
  const [tab, setTab] = useParam('tab', 'sinks')
  const sinks = useQuery(siemQueries.sinks())
  const sources = useQuery(siemQueries.sources())
  const label = (word: string, items: readonly unknown[] | undefined) =>
    items === undefined ? word : `${word} (${items.length})`
  const tabs = [
    { id: 'sinks', label: label('Export', sinks.data?.items) },
    { id: 'sources', label: label('Alert sources', sources.data?.items) },
  ]
  return (
    <Page title="SIEM" description={sentence(sinks.data?.items)}>
      <Tabs label="Direction" tabs={tabs} active={tab} onSelect={setTab} />
      {tab === 'sources' ? <Sources /> : <Sinks />}
    </Page>
  )
}

const Sinks = () => {
  const query = useQuery(siemQueries.sinks())
  const [sort, setSort] = useSortParam('name')
  const items = query.data?.items
  if (query.isError && items === undefined)
    return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
  return (
    <Card flush>
      <DataTable
        label="Sinks"
        columns={SINKS}
        rows={items && sortRows(items, SINKS, sort)}
        rowKey={(row) => row.name}
        sort={sort}
        onSort={setSort}
        skeletonRows={3}
        empty={
          <Empty icon={Send} title="Nothing is exported" command="npx rampart apply -f sink.yaml">
            A sink sends signals, incidents, decisions and containments to a syslog receiver, a message
            broker, Splunk or a webhook, in the format that it reads.
          </Empty>
        }
      />
    </Card>
  )
}

const Sources = () => {
  const query = useQuery(siemQueries.sources())
  const [sort, setSort] = useSortParam('name')
  const items = query.data?.items
  if (query.isError && items === undefined)
    return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
  return (
    <Card flush>
      <DataTable
        label="Alert sources"
        columns={SOURCES}
        rows={items && sortRows(items, SOURCES, sort)}
        rowKey={(row) => row.name}
        sort={sort}
        onSort={setSort}
        skeletonRows={3}
        empty={
          <Empty
            icon={RadioTower}
            title="No sensor tells alerts"
            command="npx rampart apply -f alert-source.yaml"
          >
            Follow a Suricata file, listen for CEF or LEEF by syslog, or let a sensor post. What asserts
            something bad becomes a signal; what was merely seen is a sighting.
          </Empty>
        }
      />
    </Card>
  )
}
