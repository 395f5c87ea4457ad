/** The inference log: every call that was answered or refused, found again, proved, and sent again. */
import { useQuery } from '@tanstack/react-query'
import { ScrollText } from 'lucide-react'
import { queries } from '../api/queries.ts'
import type { InferenceRecord } from '../api/types.ts'
import { TextLink } from '../components/entity-link.tsx'
import { ExportMenu } from '../components/export-menu.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { RequestDialog } from '../components/request-dialog.tsx'
import { OutcomeBadge } from '../components/severity.tsx'
import { useParam } from '../components/use-filters.ts'
import { statistic } from '../format/number.ts'
import { duration } from '../format/time.ts'
import { pb } from '../path-builder.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Segmented } from '../ui/field.tsx'
import { FilterBox } from '../ui/filter-box.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

const DECISIONS = [
  { value: 'any', label: 'any decision' },
  { value: 'allow', label: 'allowed' },
  { value: 'deny', label: 'denied' },
]
const LATENCIES = [
  { value: '0', label: 'any time' },
  { value: '10', label: '≥ 10 ms' },
  { value: '100', label: '≥ 100 ms' },
]

const REQUEST_ID = /^(?:request:)?(.+)$/

export const RequestsPage = () => {
  const [route, setRoute] = useParam('route')
  const [principal, setPrincipal] = useParam('principal')
  const [request, setRequest] = useParam('request')
  const [decision, setDecision] = useParam('decision', 'any')
  const [latency, setLatency] = useParam('latency', '0')
  const [cursor, setCursor] = useParam('cursor')
  const [open, setOpen] = useParam('record')
  const requestId = REQUEST_ID.exec(request)?.[1]
  const query = useQuery(
    queries.requests({
      ...(route === '' ? {} : { route }),
      ...(principal === '' ? {} : { principal }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(decision === 'any' ? {} : { decision: decision as 'allow' | 'deny' }),
      ...(latency === '0' ? {} : { minLatencyMs: Number(latency) }),
      ...(cursor === '' ? {} : { cursor }),
    }),
  )
  const rows = query.data?.items
  const next = query.data?.nextCursor
  return (
    <Page
      title="Requests"
      description="Every inference call with its decision and answer. Each record is anchored in the audit log; payloads are kept only where a route says so."
    >
      <div className="flex flex-wrap items-center gap-2">
        <FilterBox value={route} onChange={setRoute} label="Route" />
        <FilterBox value={principal} onChange={setPrincipal} label="Caller, as kind:id" />
        <FilterBox value={request} onChange={setRequest} label="Id of the request" />
        <Segmented label="Decision" value={decision} onChange={setDecision} choices={DECISIONS} />
        <Segmented label="Latency" value={latency} onChange={setLatency} choices={LATENCIES} />
        <span className="ml-auto">
          <ExportMenu name="requests" rows={rows ?? []} />
        </span>
      </div>
      {query.isError ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Requests"
            columns={columns(setOpen)}
            rows={rows}
            rowKey={(row) => row.id}
            empty={
              <Empty icon={ScrollText} title="No request matches" command="npx rampart replay card-fraud">
                A record is written for every inference call, a moment after it was answered.
              </Empty>
            }
          />
        </Card>
      )}
      <div className="flex justify-end gap-2">
        {cursor !== '' && <Button onClick={() => setCursor('')}>Newest</Button>}
        {next !== undefined && <Button onClick={() => setCursor(next)}>Older</Button>}
      </div>
      {open !== '' && <RequestDialog id={open} onClose={() => setOpen('')} />}
    </Page>
  )
}

const columns = (onOpen: (id: string) => void): readonly Column<InferenceRecord>[] => [
  {
    id: 'request',
    head: 'Request',
    className: 'max-w-56',
    cell: (row) => (
      <button
        type="button"
        data-row
        onClick={() => onOpen(row.id)}
        className="max-w-full truncate text-left font-mono text-xs font-medium group-hover/row:underline"
      >
        {row.request_id ?? row.id.slice(-12)}
      </button>
    ),
  },
  {
    id: 'decision',
    head: 'Decision',
    cell: (row) =>
      row.decision === null ? (
        <span className="text-ink-3">not asked</span>
      ) : (
        <OutcomeBadge allow={row.decision === 'allow'} />
      ),
  },
  { id: 'status', head: 'Status', align: 'right', cell: (row) => <Status status={row.status} /> },
  {
    id: 'route',
    head: 'Route',
    from: 'sm',
    cell: (row) => <TextLink to={pb.route(row.route)}>{row.route}</TextLink>,
  },
  {
    id: 'version',
    head: 'Version',
    from: 'lg',
    cell: (row) => (
      <span className="text-ink-2">
        <TextLink to={pb.version(row.model, row.version)}>{row.version}</TextLink>
        {row.choice !== null && <span className="text-ink-3"> by {row.choice}</span>}
      </span>
    ),
  },
  { id: 'principal', head: 'Caller', from: 'md', cell: (row) => row.principal ?? '–' },
  {
    id: 'answer',
    head: 'Answer',
    from: 'md',
    cell: (row) => (
      <span>
        {row.label ?? '–'}
        {row.score !== null && <span className="tnum text-ink-3"> {statistic(row.score)}</span>}
      </span>
    ),
  },
  { id: 'latency', head: 'Took', align: 'right', from: 'lg', cell: (row) => duration(row.latency_ms) },
  { id: 'time', head: 'When', align: 'right', cell: (row) => <Ago time={row.time} className="text-ink-2" /> },
]

const Status = ({ status }: { status: number }) => (
  <span className={`tnum ${status >= 500 ? 'text-critical' : status >= 400 ? 'text-high' : ''}`}>
    {status}
  </span>
)
