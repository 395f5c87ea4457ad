/** The incident queue: what must be looked at, worst first. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { useMemo } from 'react'
import { type Incident, incidentQueries } from '../api/incident-queries.ts'
import { useNewSince } from '../api/live.tsx'
import { EntityLink, RowLink } from '../components/entity-link.tsx'
import { ExportMenu } from '../components/export-menu.tsx'
import { Clock, IncidentStatusBadge } from '../components/incident-parts.tsx'
import { NewPill } from '../components/new-pill.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { SeverityBadge, severityRank } from '../components/severity.tsx'
import { useParam, useSortParam } from '../components/use-filters.ts'
import { count } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable, sortRows } from '../ui/data-table.tsx'
import { Segmented } from '../ui/field.tsx'
import { FilterBox } from '../ui/filter-box.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

const COLUMNS: readonly Column<Incident>[] = [
  {
    id: 'severity',
    head: 'Severity',
    sort: (row) => severityRank(row.severity) * 1000 + row.score,
    cell: (row) => <SeverityBadge severity={row.severity} />,
  },
  {
    id: 'title',
    head: 'Incident',
    className: 'min-w-44 wrap-anywhere',
    sort: (row) => row.title,
    cell: (row) => <RowLink to={pb.incident(row.id)}>{row.title}</RowLink>,
  },
  {
    id: 'status',
    head: 'Status',
    from: 'sm',
    sort: (row) => row.status,
    cell: (row) => <IncidentStatusBadge bare status={row.status} />,
  },
  {
    id: 'entity',
    head: 'About',
    from: 'md',
    cell: (row) => {
      const [first] = row.entities
      if (first === undefined) return null
      const more = row.entities.length - 1
      return (
        <>
          <EntityLink entity={first as never} short />
          {more > 0 && <span className="text-xs text-ink-3"> +{more}</span>}
        </>
      )
    },
  },
  {
    id: 'owner',
    head: 'Owner',
    from: 'lg',
    sort: (row) => row.owner ?? '',
    cell: (row) => row.owner ?? <span className="text-ink-3">nobody</span>,
  },
  { id: 'clock', head: 'Due', from: 'lg', cell: (row) => <Clock incident={row} /> },
  {
    id: 'score',
    head: 'Score',
    align: 'right',
    from: 'md',
    sort: (row) => row.score,
    cell: (row) => `${row.score.toFixed(1)} dB`,
  },
  {
    id: 'signals',
    head: 'Signals',
    align: 'right',
    from: 'lg',
    sort: (row) => row.signals,
    cell: (row) => row.signals.toLocaleString('en-GB'),
  },
  {
    id: 'opened',
    head: 'Opened',
    align: 'right',
    sort: (row) => row.openedAt ?? '',
    cell: (row) => <Ago time={row.openedAt} className="text-ink-2" />,
  },
]

const CHOICES = [
  { value: 'live', label: 'to handle' },
  { value: 'done', label: 'done' },
  { value: 'all', label: 'all' },
]
const isDone = ({ status }: Incident): boolean => status === 'resolved' || status === 'closed'

export const IncidentsPage = () => {
  const client = useQueryClient()
  const [state, setState] = useParam('state', 'live')
  const query = useQuery(incidentQueries.list(state === 'live'))
  const fresh = useNewSince('rampart.incident.', query.dataUpdatedAt)
  const [text, setText] = useParam('q')
  const [sort, setSort] = useSortParam('-severity')
  const all = query.data?.items
  const rows = useMemo(() => {
    const needle = text.toLowerCase()
    const kept = all?.filter((row) => {
      const entities = row.entities.map(({ kind, id }) => `${kind}:${id}`).join(' ')
      return (
        (state === 'all' || isDone(row) === (state === 'done')) &&
        `${row.title} ${row.owner ?? ''} ${entities}`.toLowerCase().includes(needle)
      )
    })
    return kept && sortRows(kept, COLUMNS, sort)
  }, [all, text, state, sort])
  return (
    <Page
      title="Incidents"
      description="Signals that belong together, with what they add up to and what policy decided"
    >
      <NewPill
        count={fresh}
        noun="change"
        onShow={() => void client.invalidateQueries({ queryKey: ['incidents'] })}
      />
      <div className="flex flex-wrap items-end gap-2">
        <FilterBox value={text} onChange={setText} label="Filter by title, owner, entity" />
        <Segmented label="State" value={state} onChange={setState} choices={CHOICES} />
        {query.data?.isCut === true && (
          <p className="self-center text-xs text-ink-3">the newest {count(query.data.items.length)} only</p>
        )}
        <span className="ml-auto">
          <ExportMenu name="incidents" rows={rows ?? []} />
        </span>
      </div>
      {query.isError && all === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Incidents"
            columns={COLUMNS}
            rows={rows}
            rowKey={(row) => row.id}
            sort={sort}
            onSort={setSort}
            rowClass={(row) => (isDone(row) ? 'text-ink-2' : undefined)}
            empty={
              all?.length === 0 && state === 'live' ? (
                <Empty icon={ShieldCheck} title="No incident is to be handled">
                  That is the normal state: either no signals have added up to one, or each is resolved.
                </Empty>
              ) : all?.length === 0 ? (
                <Empty
                  icon={ShieldCheck}
                  title="No signals have added up to an incident"
                  command="npx rampart correlate --help"
                >
                  That is the normal state. To see what a history of signals would have become, replay it.
                </Empty>
              ) : (
                <Empty title="No incident matches">Change the filter or the state.</Empty>
              )
            }
          />
        </Card>
      )}
    </Page>
  )
}
