/** Are my models safe right now? One sentence, the pipeline, what changed, what waits, the models. */
import { useQuery } from '@tanstack/react-query'
import { ArrowRight, Inbox, Rocket, ShieldAlert, ShieldCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { incidentQueries } from '../api/incident-queries.ts'
import { queries } from '../api/queries.ts'
import { responseQueries } from '../api/response-queries.ts'
import type { Overview } from '../api/types.ts'
import { changeWords } from '../components/action-words.ts'
import { EntityLink } from '../components/entity-link.tsx'
import { ModelTile } from '../components/model-tile.tsx'
import { useTitle } from '../components/page.tsx'
import { PipelinePicture } from '../components/pipeline-picture.tsx'
import { Loaded } from '../components/query-state.tsx'
import { compact, count, plural } from '../format/number.ts'
import { entityPath, pb } from '../path-builder.ts'
import { Card } from '../ui/card.tsx'
import { BlockSkeleton, Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

export const OverviewPage = () => {
  useTitle('Overview')
  const query = useQuery(queries.overview())
  return (
    <Loaded query={query} skeleton={<OverviewSkeleton />}>
      {(overview) => (
        <div className="flex flex-col gap-5">
          <Answer overview={overview} />
          <Card title="Pipeline" note="what flows now; a lit room has open signals">
            <div className="flex justify-center">
              <PipelinePicture pipeline={overview.pipeline} />
            </div>
          </Card>
          <Models models={overview.models} />
          <div className="grid items-start gap-5 lg:grid-cols-2">
            <Waiting waiting={overview.waiting} />
            <Changes changes={overview.changes} />
          </div>
        </div>
      )}
    </Loaded>
  )
}

const OpenIncidents = () => {
  const open = useQuery(incidentQueries.open()).data
  if (open === undefined) return null
  const { length } = open.items
  return (
    <Count
      to={pb.incidents()}
      value={`${count(length)}${open.nextCursor === undefined ? '' : '+'}`}
      label={length === 1 ? 'open incident' : 'open incidents'}
    />
  )
}

const OverviewSkeleton = () => (
  <div className="flex flex-col gap-5">
    <BlockSkeleton height={92} />
    <BlockSkeleton height={344} />
    <BlockSkeleton height={150} />
  </div>
)

const Count = ({ to, value, label }: { to: string; value: string; label: string }) => (
  <Link to={to} className="group/count">
    <span className="tnum font-semibold text-ink group-hover/count:underline">{value}</span>{' '}
    <span className="text-ink-3">{label}</span>
  </Link>
)

const Answer = ({ overview }: { overview: Overview }) => {
  const { counts, ok } = overview
  const Icon = ok ? ShieldCheck : ShieldAlert
  return (
    <div className="flex gap-3.5">
      <Icon
        aria-hidden
        className={`mt-1 size-7 shrink-0 ${ok ? 'text-ok' : 'text-high'}`}
        strokeWidth={1.8}
      />
      <div className="min-w-0">
        <h1 className="max-w-7xl text-xl font-semibold tracking-[-0.015em] text-pretty sm:text-2xl">
          <span className="sr-only">{ok ? 'All well: ' : 'Attention: '}</span>
          {overview.sentence}
        </h1>
        <p className="mt-1.5 flex flex-wrap gap-x-5 gap-y-1">
          <Count to={pb.models({ stage: 'deployed' })} value={count(counts.modelsServing)} label="serving" />
          <Count to={pb.models()} value={count(counts.versions)} label="versions" />
          <Count to={pb.routes()} value={compact(counts.inferencesPerSecond)} label="inferences/s" />
          <Count to={pb.signals({ state: 'open' })} value={count(counts.openSignals)} label="open signals" />
          <OpenIncidents />
          <Count to={pb.audit()} value={count(counts.auditSize)} label="audit entries" />
        </p>
      </div>
    </div>
  )
}

const Models = ({ models }: { models: Overview['models'] }) =>
  models.length === 0 ? (
    <Card>
      <Empty icon={Rocket} title="No model is serving" command="npx rampart apply -f model.yaml">
        Register a version, let it be assessed, approve it and deploy it; then it appears here.
      </Empty>
    </Card>
  ) : (
    <section aria-label="Serving models" className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
      {models.map((tile) => (
        <ModelTile key={`${tile.name}:${tile.version}`} tile={tile} />
      ))}
    </section>
  )

const Line = ({ children, to }: { children: ReactNode; to: string | undefined }) => (
  <li className="border-b border-line last:border-0">
    {to === undefined ? (
      <div className="flex min-h-10 items-center gap-3 px-4 py-1.5">{children}</div>
    ) : (
      <Link to={to} data-row className="flex min-h-10 items-center gap-3 px-4 py-1.5 hover:bg-hover">
        {children}
      </Link>
    )}
  </li>
)

/** Containments wait for whoever may answer, so they are one line here and a list on their page. */
const WaitingRuns = ({ runs }: { runs: number }) => (
  <Line to={pb.response({ state: 'waiting' })}>
    <span className="min-w-0 flex-1">
      {plural(runs, 'containment waits', 'containments wait')} for approval
    </span>
    <span className="inline-flex items-center gap-1 text-xs font-medium whitespace-nowrap text-accent">
      decide <ArrowRight aria-hidden className="size-3.5" />
    </span>
  </Line>
)

const Waiting = ({ waiting }: { waiting: Overview['waiting'] }) => {
  const runs = useQuery(responseQueries.runs()).data?.items
  const asked = runs?.filter(({ state }) => state === 'waiting').length ?? 0
  return (
    <Card title="Waiting for you" flush>
      {waiting.length + asked === 0 ? (
        <Empty icon={Inbox} title="Nothing waits for a decision" />
      ) : (
        <ul>
          {asked > 0 && <WaitingRuns runs={asked} />}
          {waiting.map((item) => (
            <Line key={`${item.action} ${item.entity.id}`} to={entityPath(item.entity)}>
              <span className="min-w-0 flex-1">{item.title}</span>
              <span className="inline-flex items-center gap-1 text-xs font-medium whitespace-nowrap text-accent">
                {item.action} <ArrowRight aria-hidden className="size-3.5" />
              </span>
            </Line>
          ))}
        </ul>
      )}
    </Card>
  )
}

const Changes = ({ changes }: { changes: Overview['changes'] }) => (
  <Card title="What changed" note="last 24 hours, newest first" flush>
    {changes.length === 0 ? (
      <Empty title="Nothing changed in the last 24 hours" />
    ) : (
      <ul>
        {changes.map((change) => (
          <Line key={change.auditIndex} to={undefined}>
            <span className="min-w-0 flex-1 text-pretty">
              {change.entity.kind === 'model-version' ? (
                <>
                  <EntityLink bare entity={change.entity} /> {change.title}
                </>
              ) : (
                <Link
                  to={entityPath(change.entity) ?? pb.auditEntry(change.auditIndex)}
                  className="hover:underline"
                >
                  {changeWords(change.title)}
                </Link>
              )}
              <span className="text-ink-3"> by {change.principal}</span>
            </span>
            <Link to={pb.auditEntry(change.auditIndex)} className="text-xs text-ink-3 hover:underline">
              <Ago time={change.time} />
            </Link>
          </Line>
        ))}
      </ul>
    )}
  </Card>
)
