/** What edited files of the pack `response` would have done about past incidents, before they go live. */
import { useMutation } from '@tanstack/react-query'
import { Fragment, useState } from 'react'
import { type Simulation, simulateResponse } from '../api/incident-queries.ts'
import { plural } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { Button } from '../ui/button.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { Segmented } from '../ui/field.tsx'
import { TextLink } from './entity-link.tsx'
import { ActionLine } from './incident-parts.tsx'
import { ProblemNotice } from './query-state.tsx'

const DAYS = ['1', '7', '30', '90'].map((value) => ({ value, label: `${value} d` }))
const DAY_MS = 86_400_000

export const PolicySimulate = ({ files }: { files: Record<string, string> }) => {
  const [days, setDays] = useState('7')
  const simulation = useMutation({
    mutationFn: () => simulateResponse(files, new Date(Date.now() - Number(days) * DAY_MS).toISOString()),
  })
  return (
    <Card
      title="Simulate"
      note="the files as edited here, asked about past incidents; has no effect"
      actions={
        <>
          <Segmented label="Back to" value={days} onChange={setDays} choices={DAYS} />
          <Button busy={simulation.isPending} onClick={() => simulation.mutate()}>
            Simulate
          </Button>
        </>
      }
    >
      {simulation.isError ? (
        <ProblemNotice title="Not simulated" error={simulation.error} />
      ) : simulation.data === undefined ? (
        <p className="text-ink-2">See what would change for the incidents of the last days before saving.</p>
      ) : (
        <Result result={simulation.data} />
      )}
    </Card>
  )
}

const Result = ({ result }: { result: Simulation }) => (
  <>
    <FactList className="mb-3">
      <Fact label="Asked again">
        {plural(result.decisions, 'decision')} about {plural(result.incidents, 'incident')}
        {result.truncated && ', then time ran out'}
      </Fact>
      <Fact label="In force">
        {plural(result.active.actions, 'action')}, {result.active.acted} without asking
      </Fact>
      <Fact label="As edited">
        {plural(result.candidate.actions, 'action')}, {result.candidate.acted} without asking
        {result.candidate.faults > 0 && `, ${plural(result.candidate.faults, 'broken answer')}`}
      </Fact>
      <Fact label="The same">{result.unchanged}</Fact>
    </FactList>
    <ul className="flex flex-col gap-4">
      {result.differences.map((one) => (
        <li key={`${one.incident} ${one.time}`} className="border-t border-line pt-3">
          <TextLink to={pb.incident(one.incident)}>{one.title}</TextLink>
          <Side word="no longer" actions={one.removed} />
          <Side word="new" actions={one.added} />
          {one.changed.map(({ active, candidate }) => (
            <Fragment key={`${active.action} ${active.entity.kind} ${active.entity.id}`}>
              <Side word="was" actions={[active]} />
              <Side word="becomes" actions={[candidate]} />
            </Fragment>
          ))}
        </li>
      ))}
    </ul>
  </>
)

const Side = ({ word, actions }: { word: string; actions: Simulation['differences'][number]['added'] }) =>
  actions.map((action) => (
    <div
      key={`${action.action} ${action.entity.kind} ${action.entity.id}`}
      className="mt-2 grid grid-cols-[5.5rem_minmax(0,1fr)]"
    >
      <span className="text-xs font-medium text-ink-3">{word}</span>
      <ActionLine action={action} />
    </div>
  ))
