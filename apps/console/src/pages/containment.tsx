/** One run: what was asked, what each step did and how that is proven, who agreed, and undoing it. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { type RunItem, type RunStep, responseQueries } from '../api/response-queries.ts'
import { EntityLink, TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { RunActions, RunBadge } from '../components/response-parts.tsx'
import { shortDigest } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

const toneOf = (state: RunStep['state']): Tone => {
  if (state === 'probed') return 'ok'
  if (state === 'unproven' || state === 'failed' || state === 'ambiguous' || state === 'undo-failed')
    return 'high'
  return state === 'reverted' || state === 'pending' || state === 'kept' ? 'neutral' : 'accent'
}

const STEPS: readonly Column<RunStep>[] = [
  { id: 'index', head: '#', align: 'right', cell: (row) => row.index + 1 },
  { id: 'action', head: 'Action', cell: (row) => <code className="font-mono text-xs">{row.action}</code> },
  {
    id: 'state',
    head: 'State',
    cell: (row) => <Badge tone={toneOf(row.state)}>{row.state === 'probed' ? 'proven' : row.state}</Badge>,
  },
  { id: 'detail', head: 'What the probe saw', className: 'min-w-52', cell: (row) => row.detail ?? '' },
  {
    id: 'took',
    head: 'Took',
    align: 'right',
    from: 'sm',
    cell: (row) => (row.durationMs === undefined ? '' : `${row.durationMs.toLocaleString('en-GB')} ms`),
  },
]

export const ContainmentPage = () => {
  const { id = '' } = useParams()
  const query = useQuery(responseQueries.run(id))
  const run = query.data
  return (
    <Page
      title={run?.name ?? 'Containment'}
      crumbs={[{ label: 'Response', to: pb.response() }]}
      badges={run && <RunBadge state={run.state} />}
      description={run?.reason}
      actions={run && <RunActions run={run} />}
    >
      {run !== undefined ? (
        <Body run={run} />
      ) : query.isError ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <BlockSkeleton height={260} />
      )}
    </Page>
  )
}

const Body = ({ run }: { run: RunItem }) => (
  <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_25rem]">
    <div className="flex min-w-0 flex-col gap-4">
      <Card title="Steps" note="in order; undone in reverse" flush>
        <DataTable label="Steps" columns={STEPS} rows={run.steps} rowKey={(row) => String(row.index)} />
      </Card>
      <Card title="Parameters">
        <JsonView
          label="parameters"
          value={run.steps.map(({ action, parameters }) => ({ action, parameters }))}
        />
      </Card>
    </div>
    <div className="flex min-w-0 flex-col gap-4">
      <Facts run={run} />
      <Card title="What it touches">
        <ul className="list-disc space-y-1 pl-5">
          {run.blastRadius.map(({ summary }, at) => (
            <li key={`${at}-${summary}`} className="break-words">
              {summary}
            </li>
          ))}
        </ul>
      </Card>
      {run.approvalsNeeded > 0 && <Approvals run={run} />}
    </div>
  </div>
)

const Facts = ({ run }: { run: RunItem }) => (
  <Card title="Facts">
    <FactList>
      <Fact label="About">
        <EntityLink entity={run.subject as never} />
      </Fact>
      <Fact label="Asked by">{run.requestedBy}</Fact>
      <Fact label="Began">
        <Ago time={run.createdAt} />
      </Fact>
      <Fact label="Ends by itself">
        {run.expiresAt === undefined ? 'never' : <Ago time={run.expiresAt} />}
      </Fact>
      {run.endedAt !== undefined && (
        <Fact label="Over">
          <Ago time={run.endedAt} />
        </Fact>
      )}
      {run.revertReason !== undefined && <Fact label="Undone because">{run.revertReason}</Fact>}
      {run.incident !== undefined && (
        <Fact label="Incident">
          <TextLink to={pb.incident(run.incident)}>{run.incident}</TextLink>
        </Fact>
      )}
      <Fact label="Plan">
        <CopyText value={run.planDigest} shown={shortDigest(run.planDigest)} what="digest of the plan" />
      </Fact>
      <Fact label="Id">
        <CopyText value={run.id} />
      </Fact>
    </FactList>
  </Card>
)

const Approvals = ({ run }: { run: RunItem }) => (
  <Card title="Approvals" note={`${run.approvals.length} of ${run.approvalsNeeded}`}>
    <ul className="space-y-2">
      {run.isProtected && <li className="text-ink-2">Protected: two people who did not ask.</li>}
      {run.approvals.map((one) => (
        <li key={one.approver}>
          <span className="font-medium">{one.approver}</span>{' '}
          <Ago time={one.approvedAt} className="text-ink-3" />
          <p className="break-words text-ink-2">{one.reason}</p>
        </li>
      ))}
    </ul>
  </Card>
)
