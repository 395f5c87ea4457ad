/** One run: what was asked, what each step did and how that is proven, who agreed, and undoing it. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { type RunItem, type RunStep, responseQueries } from '../api/response-queries.ts'
import { actionWords, runTitle } from '../components/action-words.ts'
import { EntityLink, TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { RunActions, RunBadge, RunEnd } from '../components/response-parts.tsx'
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
  {
    id: 'action',
    head: 'Action',
    className: 'min-w-36',
    cell: (row) => (
      <>
        {actionWords(row.action)}
        <code className="block font-mono text-2xs text-ink-3">{row.action}</code>
        <span className="mt-1 block text-xs wrap-anywhere text-ink-2 sm:hidden">{row.detail}</span>
      </>
    ),
  },
  {
    id: 'state',
    head: 'State',
    cell: (row) => <Badge tone={toneOf(row.state)}>{row.state === 'probed' ? 'proven' : row.state}</Badge>,
  },
  {
    id: 'detail',
    head: 'What the probe saw',
    from: 'sm',
    className: 'min-w-52 wrap-anywhere',
    cell: (row) => row.detail ?? '',
  },
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
      title={run === undefined ? 'Containment' : runTitle(run)}
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

/** States in which somebody has to know what they mean before pressing a button. */
const MEANINGS: Partial<Readonly<Record<RunItem['state'], string>>> = {
  waiting: 'Nothing was done yet: it waits for people to agree to exactly this plan.',
  ambiguous:
    'Nobody can tell whether a step took effect, so nothing is sent again by itself. Look at the receiver, then say how it is.',
  halted:
    'It stopped before a step, with what was done before still in force. It goes on when it is resumed.',
  incomplete: 'Some steps are in force and some are not proven. Resume tries those again.',
  'revert-incomplete': 'Not everything could be undone. Revert tries again.',
}

const Meaning = ({ run }: { run: RunItem }) => {
  const text = MEANINGS[run.state]
  if (text === undefined) return null
  return (
    <p role="note" className="rounded-md border border-line-strong bg-sunken px-4 py-2.5 text-ink-2">
      {text}
    </p>
  )
}

const Body = ({ run }: { run: RunItem }) => (
  <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_25rem]">
    <div className="flex min-w-0 flex-col gap-4">
      <Meaning run={run} />
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
      <Fact label={run.state === 'waiting' ? 'Waits' : 'Ends by itself'}>
        <RunEnd run={run} />
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
