/** Everything a detector asserted; new ones wait behind a pill so that rows do not jump. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Siren } from 'lucide-react'
import { useMemo } from 'react'
import { useNewSince } from '../api/live.tsx'
import { queries } from '../api/queries.ts'
import type { Signal } from '../api/types.ts'
import { EntityLink, RowLink } from '../components/entity-link.tsx'
import { ExportMenu } from '../components/export-menu.tsx'
import { NewPill } from '../components/new-pill.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { SEVERITY_ORDER, SeverityBadge, SignalStateBadge, severityRank } from '../components/severity.tsx'
import { useParam, useSortParam } from '../components/use-filters.ts'
import { pb } from '../path-builder.ts'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable, sortRows } from '../ui/data-table.tsx'
import { Segmented, SelectField } from '../ui/field.tsx'
import { FilterBox } from '../ui/filter-box.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

const COLUMNS: readonly Column<Signal>[] = [
  {
    id: 'severity',
    head: 'Severity',
    sort: (row) => severityRank(row.severity),
    cell: (row) => <SeverityBadge severity={row.severity} />,
  },
  {
    id: 'title',
    head: 'Signal',
    className: 'min-w-44 wrap-anywhere',
    sort: (row) => row.title,
    cell: (row) => <RowLink to={pb.signal(row.id)}>{row.title}</RowLink>,
  },
  {
    id: 'state',
    head: 'State',
    from: 'sm',
    sort: (row) => row.state,
    cell: (row) => <SignalStateBadge state={row.state} />,
  },
  {
    id: 'entity',
    head: 'About',
    from: 'md',
    sort: (row) => row.entity.id,
    cell: (row) => <EntityLink entity={row.entity} />,
  },
  {
    id: 'detector',
    head: 'Detector',
    from: 'lg',
    sort: (row) => row.detector,
    cell: (row) => <span className="font-mono text-xs text-ink-2">{row.detector}</span>,
  },
  {
    id: 'times',
    head: 'Seen',
    align: 'right',
    from: 'lg',
    sort: (row) => row.occurrences ?? 1,
    cell: (row) => `${row.occurrences ?? 1}×`,
  },
  {
    id: 'time',
    head: 'Last',
    align: 'right',
    sort: (row) => row.lastTime ?? row.time,
    cell: (row) => <Ago time={row.lastTime ?? row.time} className="text-ink-2" />,
  },
]

const ROOM_STATES = [
  { value: 'all', label: 'all' },
  { value: 'open', label: 'open' },
  { value: 'cleared', label: 'cleared' },
]

export const SignalsPage = () => {
  const client = useQueryClient()
  const query = useQuery(queries.signals())
  const fresh = useNewSince('rampart.signal.', query.dataUpdatedAt)
  const [text, setText] = useParam('q')
  const [state, setState] = useParam('state', 'all')
  const [severity, setSeverity] = useParam('severity', 'any')
  const [entity] = useParam('entity')
  const [sort, setSort] = useSortParam('-time')
  const all = query.data?.items
  const rows = useMemo(() => {
    const needle = text.toLowerCase()
    const kept = all?.filter(
      (row) =>
        (state === 'all' || (row.state === 'cleared') === (state === 'cleared')) &&
        (severity === 'any' || severityRank(row.severity) >= severityRank(severity as Signal['severity'])) &&
        (entity === '' || entity === `${row.entity.kind}:${row.entity.id}`) &&
        (needle === '' || `${row.title} ${row.detector} ${row.entity.id}`.toLowerCase().includes(needle)),
    )
    return kept && sortRows(kept, COLUMNS, sort)
  }, [all, text, state, severity, entity, sort])
  return (
    <Page
      title="Signals"
      description="What detectors and checks raised; one row per condition, updated until it clears"
    >
      <NewPill
        count={fresh}
        noun="signal"
        onShow={() => void client.invalidateQueries({ queryKey: ['signals'] })}
      />
      <div className="flex flex-wrap items-end gap-2">
        <FilterBox value={text} onChange={setText} label="Filter by title, detector, entity" />
        <Segmented label="State" value={state} onChange={setState} choices={ROOM_STATES} />
        <div className="w-36 [&_label]:sr-only">
          <SelectField
            label="Severity at least"
            value={severity}
            onChange={(event) => setSeverity(event.target.value)}
            choices={[
              { value: 'any', label: 'any severity' },
              ...SEVERITY_ORDER.slice(0, 4).map((value) => ({
                value,
                label: value === 'critical' ? value : `${value} and above`,
              })),
            ]}
          />
        </div>
        <span className="ml-auto">
          <ExportMenu name="signals" rows={rows ?? []} />
        </span>
      </div>
      {query.isError && all === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Signals"
            columns={COLUMNS}
            rows={rows}
            rowKey={(row) => row.id}
            sort={sort}
            onSort={setSort}
            rowClass={(row) => (row.state === 'cleared' ? 'text-ink-2' : undefined)}
            empty={
              all?.length === 0 ? (
                <Empty
                  icon={Siren}
                  title="No detector has raised anything"
                  command="npx rampart replay card-fraud --shift amount=x3"
                >
                  That is the normal state. To see one, replay traffic with a shifted feature.
                </Empty>
              ) : (
                <Empty title="No signal matches">Change the filter, the state or the severity.</Empty>
              )
            }
          />
        </Card>
      )}
    </Page>
  )
}
