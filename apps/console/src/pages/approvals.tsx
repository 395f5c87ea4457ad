/** The inbox of approvals: what waits for me, what waits for others, and how the rest ended. */
import { useQuery } from '@tanstack/react-query'
import { Stamp } from 'lucide-react'
import { type Approval, approvalQueries } from '../api/approval-queries.ts'
import { ApprovalBadge } from '../components/approval-parts.tsx'
import { neededWords } from '../components/approval-words.ts'
import { Delegations } from '../components/delegations.tsx'
import { RowLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { useParam } from '../components/use-filters.ts'
import { pb } from '../path-builder.ts'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Segmented } from '../ui/field.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

const VIEWS = [
  { value: 'mine', label: 'Waits for me' },
  { value: 'open', label: 'All open' },
  { value: 'all', label: 'History' },
  { value: 'delegations', label: 'Handed over' },
]

const filterOf = (view: string) =>
  view === 'all' ? {} : view === 'open' ? ({ state: 'open' } as const) : { waitingForMe: true }

const COLUMNS: readonly Column<Approval>[] = [
  {
    id: 'version',
    head: 'Version',
    className: 'min-w-40 wrap-anywhere',
    cell: (row) => <RowLink to={pb.approval(row.id)}>{row.name}</RowLink>,
  },
  { id: 'state', head: 'State', from: 'sm', cell: (row) => <ApprovalBadge state={row.state} /> },
  {
    id: 'needed',
    head: 'What it waits for',
    className: 'sm:min-w-52',
    cell: (row) => <span className="text-ink-2">{neededWords(row)}</span>,
  },
  {
    id: 'by',
    head: 'Asked by',
    from: 'lg',
    cell: (row) => <span className="text-ink-2">{row.requestedBy}</span>,
  },
  {
    id: 'reason',
    head: 'Why',
    from: 'xl',
    className: 'min-w-44',
    cell: (row) => (
      <span className="line-clamp-2 max-w-96 wrap-anywhere text-ink-3" title={row.reason}>
        {row.reason}
      </span>
    ),
  },
  { id: 'age', head: 'Asked', align: 'right', from: 'sm', cell: (row) => <Ago time={row.createdAt} /> },
  {
    id: 'expires',
    head: 'Ends',
    align: 'right',
    from: 'md',
    cell: (row) => (row.state === 'open' ? <Ago time={row.expiresAt} /> : null),
  },
]

const EMPTY: Readonly<Record<string, string>> = {
  mine: 'Nothing waits for you',
  open: 'Nothing waits for approval',
  all: 'Nothing was asked yet',
}

export const ApprovalsPage = () => {
  const [view, setView] = useParam('view', 'mine')
  return (
    <Page
      title="Approvals"
      description="A version that passed its assessment waits here until the persons that policy names have approved it."
      actions={<Segmented label="Requests" value={view} onChange={setView} choices={VIEWS} />}
    >
      {view === 'delegations' ? <Delegations /> : <Requests view={view} />}
    </Page>
  )
}

const Requests = ({ view }: { view: string }) => {
  const query = useQuery(approvalQueries.list(filterOf(view)))
  if (query.isError && query.data === undefined)
    return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
  return (
    <Card flush>
      <DataTable
        label="Requests for approval"
        rows={query.data?.items}
        rowKey={(row) => row.id}
        columns={COLUMNS}
        skeletonRows={4}
        empty={
          <Empty icon={Stamp} title={EMPTY[view] ?? ''}>
            Requests open by themselves when a version passes its assessment, and again when an approval stops
            counting.
          </Empty>
        }
      />
    </Card>
  )
}
