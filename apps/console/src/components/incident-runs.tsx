/** What is done about an incident: runs that wait for people, are in force until a time, or are over; with their buttons. */
import { useQuery } from '@tanstack/react-query'
import { type RunItem, responseQueries } from '../api/response-queries.ts'
import { plural } from '../format/number.ts'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { ProblemNotice } from './query-state.tsx'
import { isInForce, RunActions, RunBadge, RunEnd, RunName } from './response-parts.tsx'

const COLUMNS: readonly Column<RunItem>[] = [
  { id: 'state', head: 'State', from: 'sm', cell: (row) => <RunBadge state={row.state} /> },
  {
    id: 'name',
    head: 'What',
    className: 'min-w-36 wrap-anywhere',
    cell: (row) => <RunName run={row} />,
  },
  { id: 'end', head: 'Until', align: 'right', from: 'sm', cell: (row) => <RunEnd run={row} /> },
  {
    id: 'do',
    head: <span className="sr-only">Action</span>,
    align: 'right',
    cell: (row) => <RunActions run={row} size="sm" />,
  },
]

/** In force first, then what waits, then what is over. */
const rank = (run: RunItem): number => (isInForce(run) ? 0 : run.state === 'waiting' ? 1 : 2)

const noteOf = (runs: readonly RunItem[]): string => {
  const live = runs.filter(isInForce).length
  const waiting = runs.filter(({ state }) => state === 'waiting').length
  return [
    ...(live > 0 ? [`${live} in force`] : []),
    ...(waiting > 0 ? [`${plural(waiting, 'waits', 'wait')} for approval`] : []),
  ].join(', ')
}

export const IncidentRuns = ({ incident }: { incident: string }) => {
  const query = useQuery(responseQueries.ofIncident(incident))
  const runs = query.data?.items
  if (query.isError && runs === undefined)
    return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
  if (runs === undefined || runs.length === 0) return null
  return (
    <Card title="Response" note={noteOf(runs)} flush>
      <DataTable
        label="Response to this incident"
        columns={COLUMNS}
        rows={[...runs].sort((a, b) => rank(a) - rank(b))}
        rowKey={(row) => row.id}
      />
    </Card>
  )
}
