/** One incident: what happened, why it is believed, what is done about it. */
import { useQuery } from '@tanstack/react-query'
import { Download, Printer } from 'lucide-react'
import { useParams } from 'react-router'
import { type IncidentDetail, incidentQueries } from '../api/incident-queries.ts'
import { queries } from '../api/queries.ts'
import { EntityLink, TextLink } from '../components/entity-link.tsx'
import { HandlingCard } from '../components/incident-handling.tsx'
import { LedgerCard } from '../components/incident-ledger.tsx'
import { NeighbourhoodCard } from '../components/incident-neighbourhood.tsx'
import { ActionLine, Clocks, IncidentStatusBadge } from '../components/incident-parts.tsx'
import { IncidentRuns } from '../components/incident-runs.tsx'
import { TimelineCard } from '../components/incident-timeline.tsx'
import { Page } from '../components/page.tsx'
import { Loaded } from '../components/query-state.tsx'
import { SeverityBadge } from '../components/severity.tsx'
import { plural } from '../format/number.ts'
import { shortId } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Button } from '../ui/button.tsx'
import { Card, Fact } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { saveFile } from '../ui/save-file.ts'
import { Ago } from '../ui/time.tsx'

export const IncidentPage = () => {
  const { id = '' } = useParams()
  const query = useQuery(incidentQueries.one(id))
  const incident = query.data?.data
  return (
    <Page
      title={incident?.title ?? 'Incident'}
      crumbs={[{ label: 'Incidents', to: pb.incidents() }]}
      badges={
        incident && (
          <>
            <SeverityBadge severity={incident.severity} />
            <IncidentStatusBadge status={incident.status} />
          </>
        )
      }
      actions={incident && <Exports incident={incident} />}
    >
      <Loaded query={query} skeleton={<BlockSkeleton height={480} />}>
        {({ data, etag }) => <Body incident={data} etag={etag ?? ''} />}
      </Loaded>
    </Page>
  )
}

const Exports = ({ incident }: { incident: IncidentDetail }) => (
  <>
    <Button
      onClick={() =>
        saveFile(
          `incident-${incident.id}.json`,
          new Blob([JSON.stringify(incident, null, 2)], { type: 'application/json' }),
        )
      }
    >
      <Download aria-hidden className="size-3.5" /> JSON
    </Button>
    <Button onClick={() => window.print()}>
      <Printer aria-hidden className="size-3.5" /> Print
    </Button>
  </>
)

const Body = ({ incident, etag }: { incident: IncidentDetail; etag: string }) => {
  const session = useQuery(queries.session())
  const me = session.data && `${session.data.principal.kind}:${session.data.principal.id}`
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_26rem] xl:grid-rows-[auto_1fr]">
      <div className="flex min-w-0 flex-col gap-4">
        <Card title="Summary">
          <p className="max-w-4xl leading-relaxed wrap-anywhere">{incident.summary}</p>
        </Card>
        <IncidentRuns incident={incident.id} />
        <DecisionsCard incident={incident} />
      </div>
      {/* In reading order beside the first block: who is on call with a phone acts before reading the ledger. */}
      <div className="flex min-w-0 flex-col gap-4 xl:row-span-2">
        <FactsCard incident={incident} />
        <HandlingCard incident={incident} etag={etag} me={me} />
        <NeighbourhoodCard neighbourhood={incident.neighbourhood} />
        <Accounts incident={incident} />
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <LedgerCard ledger={incident.ledger} />
        <TimelineCard timeline={incident.timeline} />
        <Card title="Raw evidence" note="what correlation keeps of each condition">
          <details>
            <summary className="cursor-pointer text-accent hover:underline">
              Show {plural(incident.conditions.length, 'condition')}
            </summary>
            <div className="mt-3">
              <JsonView label="Conditions" value={incident.conditions} maxHeight={360} />
            </div>
          </details>
        </Card>
      </div>
    </div>
  )
}

const DecisionsCard = ({ incident }: { incident: IncidentDetail }) => {
  const actions = incident.decisions.flatMap((decision) => decision.actions)
  const last = incident.decisions.at(-1)
  return (
    <Card
      title="Decided"
      note={
        last && (
          <>
            <Ago time={last.time} /> by <TextLink to={pb.policy('response')}>the pack response</TextLink>
          </>
        )
      }
    >
      {actions.length === 0 ? (
        <p className="text-ink-2">
          {last === undefined ? 'Policy was not asked yet.' : `Nothing to do: ${last.reasons.join('; ')}.`}
        </p>
      ) : (
        <ul className="flex flex-col gap-3">
          {actions.map((action, at) => (
            <li key={at}>
              <ActionLine action={action} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

const FactsCard = ({ incident }: { incident: IncidentDetail }) => (
  <Card title="Facts">
    <dl className="grid grid-cols-2 gap-3">
      <Fact label="Score">
        <span className="tnum">{incident.score.toFixed(1)} decibans</span>
      </Fact>
      <Fact label="Signals">
        <span className="tnum">{incident.signals.toLocaleString('en-GB')}</span>
      </Fact>
      <Fact label="First signal">
        <Ago time={incident.firstTime} />
      </Fact>
      <Fact label="Last signal">
        <Ago time={incident.lastTime} />
      </Fact>
      <Fact label="Owner">
        <span className="wrap-anywhere">{incident.owner ?? 'nobody'}</span>
      </Fact>
      <Fact label="Judged">{incident.disposition ?? 'not yet'}</Fact>
      <Fact label="Id">
        <CopyText value={incident.id} shown={shortId(incident.id)} what="incident id" />
      </Fact>
      <Fact label="Due" className="col-span-2">
        <Clocks incident={incident} />
      </Fact>
    </dl>
  </Card>
)

const Accounts = ({ incident }: { incident: IncidentDetail }) => (
  <Card title="Ledger of each entity" note="mentions count by half">
    <ul className="flex flex-col gap-1.5">
      {incident.accounts.map(({ kind, id, score, subject }) => (
        <li key={`${kind}:${id}`} className="flex items-baseline justify-between gap-3">
          <EntityLink entity={{ kind, id } as never} short className="min-w-0 wrap-anywhere" />
          <span className="tnum text-xs whitespace-nowrap text-ink-2">
            {subject ? '' : 'mentioned, '}
            {score.toFixed(1)} dB
          </span>
        </li>
      ))}
    </ul>
  </Card>
)
