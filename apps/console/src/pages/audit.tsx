/** The tamper-evident log: its newest signed checkpoint, the entries, and the server's own verification. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, CircleX, Landmark } from 'lucide-react'
import { useNewSince } from '../api/live.tsx'
import { verifyAudit } from '../api/mutations.ts'
import { queries } from '../api/queries.ts'
import type { AuditEntry, AuditVerification } from '../api/types.ts'
import { EntityLink, RowLink, TextLink } from '../components/entity-link.tsx'
import { ExportMenu } from '../components/export-menu.tsx'
import { NewPill } from '../components/new-pill.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { useParam } from '../components/use-filters.ts'
import { count } from '../format/number.ts'
import { duration } from '../format/time.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FilterBox } from '../ui/filter-box.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

const COLUMNS: readonly Column<AuditEntry>[] = [
  {
    id: 'index',
    head: 'Entry',
    cell: (row) => (
      <RowLink to={pb.auditEntry(row.index)} className="tnum">
        {row.index}
      </RowLink>
    ),
  },
  {
    id: 'action',
    head: 'Action',
    cell: (row) => <span className="font-mono text-xs wrap-anywhere lg:whitespace-nowrap">{row.action}</span>,
  },
  { id: 'outcome', head: 'Outcome', from: 'sm', cell: (row) => <Outcome outcome={row.outcome} /> },
  { id: 'entity', head: 'About', from: 'md', cell: (row) => <EntityLink short entity={row.entity} /> },
  { id: 'principal', head: 'By', from: 'sm', cell: (row) => row.principal },
  {
    id: 'leaf',
    head: 'Leaf hash',
    from: 'xl',
    cell: (row) => <CopyText value={row.leafHash} shown={`${row.leafHash.slice(0, 12)}…`} what="leaf hash" />,
  },
  { id: 'time', head: 'When', align: 'right', cell: (row) => <Ago time={row.time} className="text-ink-2" /> },
]

export const Outcome = ({ outcome }: { outcome: AuditEntry['outcome'] }) => (
  <Badge
    bare
    tone={outcome === 'success' ? 'ok' : 'high'}
    icon={outcome === 'success' ? CircleCheck : CircleX}
  >
    {outcome}
  </Badge>
)

export const AuditPage = () => {
  const client = useQueryClient()
  const [principal, setPrincipal] = useParam('principal')
  const [cursor, setCursor] = useParam('cursor')
  const query = useQuery(
    queries.auditEntries({
      ...(principal === '' ? {} : { principal }),
      ...(cursor === '' ? {} : { cursor }),
    }),
  )
  const fresh = useNewSince('rampart.', query.dataUpdatedAt)
  const next = query.data?.nextCursor
  return (
    <Page
      title="Audit"
      description="Append-only Merkle log (RFC 6962). Open an entry to have this browser check that the signed log contains it."
    >
      <CheckpointCard />
      <NewPill
        count={cursor === '' && principal === '' ? fresh : 0}
        noun="event"
        onShow={() => void client.invalidateQueries({ queryKey: ['audit'] })}
      />
      <div className="flex flex-wrap items-center gap-2">
        <FilterBox value={principal} onChange={setPrincipal} label="By, as kind:id" />
        <span className="ml-auto">
          <ExportMenu name="audit-entries" rows={query.data?.items ?? []} />
        </span>
      </div>
      {query.isError && query.data === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Audit entries"
            columns={COLUMNS}
            rows={query.data?.items}
            rowKey={(row) => String(row.index)}
            empty={
              <Empty
                icon={Landmark}
                title={principal === '' ? 'Nothing was recorded yet' : 'No entry matches'}
                command="npx rampart audit verify"
              />
            }
          />
        </Card>
      )}
      <div className="flex justify-end gap-2">
        {cursor !== '' && <Button onClick={() => setCursor('')}>Newest</Button>}
        {next !== undefined && <Button onClick={() => setCursor(next)}>Older</Button>}
      </div>
    </Page>
  )
}

const CheckpointCard = () => {
  const checkpoint = useQuery(queries.checkpoint())
  const verify = useMutation({ mutationFn: verifyAudit })
  const data = checkpoint.data
  return (
    <Card
      title="Newest checkpoint"
      note="signed by the server's audit key"
      actions={
        <Button onClick={() => verify.mutate()} busy={verify.isPending}>
          {verify.isPending ? 'Verifying…' : 'Verify the whole log'}
        </Button>
      }
    >
      <FactList className="min-h-10">
        <Fact label="Entries">
          <span className="tnum font-medium">{data === undefined ? '–' : count(data.size)}</span>
        </Fact>
        <Fact label="Root hash">
          {data === undefined ? (
            '–'
          ) : (
            <CopyText value={data.rootHash} shown={`${data.rootHash.slice(0, 16)}…`} what="root hash" />
          )}
        </Fact>
        <Fact label="Signed">{data === undefined ? '–' : <Ago time={data.time} />}</Fact>
        <Fact label="Origin">{data?.origin ?? '–'}</Fact>
      </FactList>
      {verify.data !== undefined && <VerifyResult result={verify.data} />}
      {verify.isError && <ProblemNotice title="The log could not be verified" error={verify.error} />}
    </Card>
  )
}

const VerifyResult = ({ result }: { result: AuditVerification }) => (
  <p
    role="status"
    data-verified={result.ok}
    className={`mt-3 flex items-start gap-2 rounded-md border px-3 py-2 ${result.ok ? 'border-ok/30 bg-ok/8' : 'border-critical/35 bg-critical/8'}`}
  >
    {result.ok ? (
      <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
    ) : (
      <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-critical" />
    )}
    <span>
      {result.ok ? (
        <>
          The server recomputed all {count(result.size)} entries
          {result.durationMs !== undefined && ` in ${duration(result.durationMs)}`}; nothing was altered.
        </>
      ) : (
        <>
          The log was altered
          {result.firstAltered !== undefined && (
            <>
              {' '}
              first at{' '}
              <TextLink to={pb.auditEntry(result.firstAltered)}>entry {result.firstAltered}</TextLink>
            </>
          )}
          . {result.message}
        </>
      )}
    </span>
  </p>
)
