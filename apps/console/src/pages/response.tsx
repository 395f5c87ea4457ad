/** Response: what is contained and until when, what waits for people, playbooks, and the switch that stops all of it. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { Power, ShieldCheck } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import {
  type PlaybookItem,
  type PlaybookRunItem,
  type RunItem,
  responseQueries,
  setKillSwitch,
} from '../api/response-queries.ts'
import { EntityLink, RowLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProtectedEntities } from '../components/protected-entities.tsx'
import { ProblemNotice, useFault } from '../components/query-state.tsx'
import { ReasonDialog } from '../components/reason-dialog.tsx'
import {
  isInForce,
  PhaseBadge,
  RunActions,
  RunBadge,
  RunEnd,
  RunName,
} from '../components/response-parts.tsx'
import { useRefusal } from '../components/rights.ts'
import { useParam } from '../components/use-filters.ts'
import { pb } from '../path-builder.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Segmented } from '../ui/field.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

const RUNS: readonly Column<RunItem>[] = [
  { id: 'state', head: 'State', from: 'sm', cell: (row) => <RunBadge state={row.state} /> },
  {
    id: 'name',
    head: 'Containment',
    className: 'min-w-36 wrap-anywhere',
    cell: (row) => <RunName run={row} />,
  },
  {
    id: 'about',
    head: 'About',
    from: 'md',
    cell: (row) => <EntityLink entity={row.subject as never} short />,
  },
  { id: 'by', head: 'By', from: 'lg', cell: (row) => row.requestedBy },
  {
    id: 'expires',
    head: 'Ends by itself',
    from: 'md',
    align: 'right',
    cell: (row) => <RunEnd run={row} />,
  },
  { id: 'began', head: 'Began', align: 'right', from: 'sm', cell: (row) => <Ago time={row.createdAt} /> },
  {
    id: 'do',
    head: <span className="sr-only">Action</span>,
    align: 'right',
    cell: (row) => <RunActions run={row} size="sm" />,
  },
]

const PLAYBOOKS: readonly Column<PlaybookItem>[] = [
  { id: 'name', head: 'Playbook', cell: (row) => <RowLink to={pb.playbook(row.name)}>{row.name}</RowLink> },
  { id: 'revision', head: 'Revision', align: 'right', cell: (row) => row.revision },
  { id: 'by', head: 'Written by', from: 'sm', cell: (row) => row.updatedBy },
  { id: 'at', head: 'Written', align: 'right', cell: (row) => <Ago time={row.updatedAt} /> },
]

const PLAYS: readonly Column<PlaybookRunItem>[] = [
  { id: 'phase', head: 'State', cell: (row) => <PhaseBadge run={row} /> },
  {
    id: 'playbook',
    head: 'Playbook',
    cell: (row) => <RowLink to={pb.playbook(row.playbook, { run: row.id })}>{row.playbook}</RowLink>,
  },
  {
    id: 'about',
    head: 'About',
    from: 'sm',
    cell: (row) => <EntityLink entity={row.subject as never} short />,
  },
  {
    id: 'steps',
    head: 'Steps',
    align: 'right',
    from: 'sm',
    cell: (row) => `${row.steps.filter(({ state }) => state !== 'waiting').length} of ${row.steps.length}`,
  },
  { id: 'at', head: 'Began', align: 'right', cell: (row) => <Ago time={row.createdAt} /> },
]

const VIEWS = [
  { value: 'live', label: 'in force' },
  { value: 'waiting', label: 'waiting' },
  { value: 'over', label: 'over' },
]

const choicesOf = (runs: readonly RunItem[] | undefined) =>
  VIEWS.map(({ value, label }) => ({
    value,
    label: runs === undefined ? label : `${label} ${runs.filter((run) => chosen(value, run)).length}`,
  }))

const chosen = (state: string, run: RunItem): boolean => {
  if (state === 'waiting') return run.state === 'waiting'
  return isInForce(run) === (state === 'live') && run.state !== 'waiting'
}

export const ResponsePage = () => {
  const runs = useQuery(responseQueries.runs())
  const [state, setState] = useParam('state', 'live')
  const rows = useMemo(() => runs.data?.items.filter((run) => chosen(state, run)), [runs.data, state])
  return (
    <Page
      title="Response"
      description="What is contained, by whom and until when; every step is proven by a probe and can be undone."
      actions={<KillSwitchButton />}
    >
      <KillSwitchNotice />
      <Card
        title="Containments"
        flush
        actions={
          <Segmented
            label="Containments"
            value={state}
            choices={choicesOf(runs.data?.items)}
            onChange={setState}
          />
        }
      >
        <OrProblem query={runs}>
          <DataTable
            label="Containments"
            columns={RUNS}
            rows={rows}
            rowKey={(row) => row.id}
            skeletonRows={3}
            empty={
              <Empty
                icon={ShieldCheck}
                title={state === 'live' ? 'Nothing is contained' : 'None'}
                command="npx rampart get containments"
              >
                Policy contains what an incident shows, or a person does: by playbook, retraction, or single
                action.
              </Empty>
            }
          />
        </OrProblem>
      </Card>
      <Playbooks />
      <ProtectedEntities />
    </Page>
  )
}

type OrProblemProps = { query: UseQueryResult; children: ReactNode }

/** What went wrong in place of a table that nothing is known for; a table that was read before stays. */
const OrProblem = ({ query, children }: OrProblemProps) => {
  const fault = useFault(query)
  if (fault === undefined) return children
  return (
    <div className="p-4">
      <ProblemNotice error={fault} onRetry={() => void query.refetch()} />
    </div>
  )
}

const Playbooks = () => {
  const playbooks = useQuery(responseQueries.playbooks())
  const plays = useQuery(responseQueries.playbookRuns())
  return (
    <div className="grid items-start gap-4 xl:grid-cols-2">
      <Card title="Playbooks" note="CACAO v2.0" flush>
        <OrProblem query={playbooks}>
          <DataTable
            label="Playbooks"
            columns={PLAYBOOKS}
            rows={playbooks.data?.items}
            rowKey={(row) => row.name}
            skeletonRows={2}
            empty={
              <Empty title="No playbooks yet" command="npx rampart apply -f playbooks/contain-host.yaml">
                A playbook is a signed document of steps, conditions and manual decisions.
              </Empty>
            }
          />
        </OrProblem>
      </Card>
      <Card title="Played" flush>
        <OrProblem query={plays}>
          <DataTable
            label="Runs of playbooks"
            columns={PLAYS}
            rows={plays.data?.items}
            rowKey={(row) => row.id}
            skeletonRows={2}
            empty={<Empty title="None was played yet">Runs show up here with every step.</Empty>}
          />
        </OrProblem>
      </Card>
    </div>
  )
}

const KillSwitchNotice = () => {
  const { data } = useQuery(responseQueries.killSwitch())
  if (data?.on !== true) return null
  return (
    <p role="status" className="rounded-md border border-high/30 bg-high/10 px-4 py-2.5">
      <Power aria-hidden className="mr-2 inline size-4 text-high" />
      The kill switch is on since <Ago time={data.at} />: nothing new is dispatched; reverts go on. {data.by}:{' '}
      {data.reason}
    </p>
  )
}

const KillSwitchButton = () => {
  const { data } = useQuery(responseQueries.killSwitch())
  const [open, setOpen] = useState(false)
  const refusal = useRefusal()
  if (data === undefined) return null
  const lines = data.on
    ? ['Policy and people may contain again; halted runs go on when they are resumed.']
    : [
        'Nothing new is dispatched for this tenant, by policy or by people.',
        'Runs halt before their next step; reverts go on.',
      ]
  return (
    <>
      <Button
        variant={data.on ? 'primary' : 'danger'}
        disabledReason={refusal('response:kill-switch')}
        onClick={() => setOpen(true)}
      >
        <Power aria-hidden className="size-4" />
        {data.on ? 'Switch response on again' : 'Kill switch'}
      </Button>
      {open && (
        <ReasonDialog
          title={data.on ? 'Let response work again' : 'Stop every response'}
          verb={data.on ? 'Let it work' : 'Stop it'}
          danger={!data.on}
          lines={lines}
          refresh={['response']}
          act={(reason) => setKillSwitch(!data.on, reason)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}
