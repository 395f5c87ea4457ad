/** One playbook: its graph, the run that is looked at step by step, manual steps to answer, and the document. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useParams } from 'react-router'
import { answerStep, type PlaybookRunItem, responseQueries } from '../api/response-queries.ts'
import { TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { PlaybookPicture } from '../components/playbook-picture.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { ReasonDialog } from '../components/reason-dialog.tsx'
import { PhaseBadge } from '../components/response-parts.tsx'
import { useRefusal } from '../components/rights.ts'
import { useParam } from '../components/use-filters.ts'
import type { PlaybookDocument } from '../graph/playbook-graph.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { SelectField } from '../ui/field.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { BlockSkeleton, Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

type PlayedStep = PlaybookRunItem['steps'][number]

const STEPS: readonly Column<PlayedStep>[] = [
  {
    id: 'state',
    head: 'State',
    cell: ({ state }) => (
      <Badge tone={state === 'failed' ? 'high' : state === 'succeeded' ? 'ok' : 'accent'}>{state}</Badge>
    ),
  },
  { id: 'name', head: 'Step', className: 'min-w-36', cell: ({ name }) => name },
  { id: 'kind', head: 'Kind', from: 'sm', cell: ({ kind }) => kind },
  {
    id: 'run',
    head: 'Did it',
    className: 'wrap-anywhere',
    cell: ({ kind, run, why }) =>
      why ??
      (run !== undefined && kind === 'action' ? <TextLink to={pb.containment(run)}>run</TextLink> : ''),
  },
  { id: 'at', head: 'Began', align: 'right', from: 'sm', cell: ({ startedAt }) => <Ago time={startedAt} /> },
]

export const PlaybookPage = () => {
  const { name = '' } = useParams()
  const query = useQuery(responseQueries.playbook(name))
  const runs = useQuery(responseQueries.playbookRuns())
  const mine = runs.data?.items.filter(({ playbook }) => playbook === name) ?? []
  const [chosen, setChosen] = useParam('run')
  const run = mine.find(({ id }) => id === chosen) ?? mine[0]
  const playbook = query.data?.spec as unknown as PlaybookDocument | undefined
  return (
    <Page
      title={playbook?.name ?? name}
      crumbs={[{ label: 'Response', to: pb.response() }]}
      badges={query.data && <Badge>revision {query.data.revision}</Badge>}
      description={playbook?.description}
    >
      {query.isError && <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />}
      {query.data === undefined || playbook === undefined ? (
        !query.isError && <BlockSkeleton height={320} />
      ) : (
        <>
          <Card
            title="Workflow"
            note={run === undefined ? 'not played yet' : 'of the run below'}
            actions={run && <PhaseBadge run={run} />}
          >
            <PlaybookPicture playbook={playbook} run={run} />
          </Card>
          <Card
            title="Played"
            flush
            actions={
              mine.length > 0 && (
                <SelectField
                  label="Run"
                  value={run?.id ?? ''}
                  choices={mine.map(({ id, phase, createdAt }) => ({
                    value: id,
                    label: `${createdAt.slice(0, 19).replace('T', ' ')} · ${phase}`,
                  }))}
                  onChange={(event) => setChosen(event.target.value)}
                />
              )
            }
          >
            {run === undefined ? (
              <Empty title="It was not played yet" command={`npx rampart play ${name} --subject host/NAME`}>
                A run shows every step, what did it, and what waits for a person.
              </Empty>
            ) : (
              <RunSteps run={run} />
            )}
          </Card>
          <Card title="Document" note="CACAO v2.0, as it is kept and signed">
            <details>
              <summary className="cursor-pointer text-accent hover:underline">Show the document</summary>
              <div className="mt-3">
                <JsonView label="playbook" value={playbook} />
              </div>
            </details>
          </Card>
        </>
      )}
    </Page>
  )
}

const RunSteps = ({ run }: { run: PlaybookRunItem }) => {
  const manual = run.steps.filter(({ kind, state }) => kind === 'manual' && state === 'waiting')
  return (
    <>
      {run.failure !== undefined && (
        <p className="px-4 pt-3 wrap-anywhere text-high">Failed: {run.failure.reason}</p>
      )}
      {manual.map((step) => (
        <ManualStep key={step.key} run={run} step={step} />
      ))}
      <DataTable label="Steps" columns={STEPS} rows={run.steps} rowKey={({ key }) => key} />
    </>
  )
}

const ManualStep = ({ run, step }: { run: PlaybookRunItem; step: PlayedStep }) => {
  const [ok, setOk] = useState<boolean>()
  const refused = useRefusal()('response:write')
  return (
    <div className="flex flex-wrap items-center gap-3 border-b border-line bg-accent-soft px-4 py-3">
      <p className="min-w-0 flex-1 basis-64 wrap-anywhere">
        <span className="font-medium">{step.name}</span> waits for a person:{' '}
        {step.instruction ?? 'say how it ended'}
      </p>
      <Button variant="primary" disabledReason={refused} onClick={() => setOk(true)}>
        It is done
      </Button>
      <Button variant="danger" disabledReason={refused} onClick={() => setOk(false)}>
        It failed
      </Button>
      {ok !== undefined && (
        <ReasonDialog
          title={`${step.name}: ${ok ? 'done' : 'failed'}`}
          verb={ok ? 'It is done' : 'It failed'}
          danger={!ok}
          lines={['The playbook goes on from here.']}
          refresh={['response']}
          act={(note) => answerStep(run.id, step.key, ok, note)}
          onClose={() => setOk(undefined)}
        />
      )}
    </div>
  )
}
