/** Which deployed models drift. */
import { useQuery } from '@tanstack/react-query'
import { Activity } from 'lucide-react'
import { queries } from '../api/queries.ts'
import type { TelemetryItem } from '../api/types.ts'
import { RowLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { VerdictBadge } from '../components/severity.tsx'
import { useSortParam } from '../components/use-filters.ts'
import { count } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable, sortRows } from '../ui/data-table.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

const RANK = ['drifted', 'warning', 'stable', 'unknown', 'absent']

const COLUMNS: readonly Column<TelemetryItem>[] = [
  {
    id: 'model',
    head: 'Version',
    sort: (row) => `${row.model}:${row.version}`,
    cell: (row) => (
      <RowLink to={pb.telemetryOf(row.model, row.version)}>
        {row.model}:{row.version}
      </RowLink>
    ),
  },
  {
    id: 'verdict',
    head: 'Verdict',
    sort: (row) => RANK.indexOf(row.verdict),
    cell: (row) => <VerdictBadge verdict={row.verdict} />,
  },
  {
    id: 'worst',
    head: 'Furthest feature',
    from: 'sm',
    cell: (row) => <span className="text-ink-2">{row.worstFeature ?? '–'}</span>,
  },
  {
    id: 'reference',
    head: 'Reference rows',
    align: 'right',
    from: 'md',
    sort: (row) => row.referenceRows,
    cell: (row) => count(row.referenceRows),
  },
  {
    id: 'rows',
    head: 'Window rows',
    align: 'right',
    from: 'sm',
    sort: (row) => row.rows,
    cell: (row) => count(row.rows),
  },
  {
    id: 'updatedAt',
    head: 'Judged',
    align: 'right',
    sort: (row) => row.updatedAt ?? '',
    cell: (row) => <Ago time={row.updatedAt} className="text-ink-2" />,
  },
]

export const TelemetryPage = () => {
  const query = useQuery(queries.telemetry())
  const [sort, setSort] = useSortParam('verdict')
  const rows = query.data?.items
  return (
    <Page
      title="Telemetry"
      description="What deployed models see now, against the reference rows given at registration"
    >
      {query.isError && rows === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Drift per version"
            columns={COLUMNS}
            rows={rows && sortRows(rows, COLUMNS, sort)}
            rowKey={(row) => `${row.model}:${row.version}`}
            sort={sort}
            onSort={setSort}
            empty={
              <Empty
                icon={Activity}
                title="No deployed model is measured"
                command="npx rampart replay card-fraud"
              >
                Telemetry begins when a version with reference rows is deployed and receives traffic.
              </Empty>
            }
          />
        </Card>
      )}
    </Page>
  )
}
