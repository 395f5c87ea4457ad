/** Where a version runs and how it does; what policies decided about it. */
import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'
import type { Passport } from '../api/types.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { compact, micros } from '../format/number.ts'
import { duration } from '../format/time.ts'
import { pb } from '../path-builder.ts'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'
import { TextLink } from './entity-link.tsx'
import { OutcomeBadge, VerdictBadge } from './severity.tsx'

export const VersionRunning = ({ passport }: { passport: Passport }) => {
  const stats = useQuery({ ...queries.routeStats(passport.name), enabled: passport.serving })
  const telemetry = useQuery({ ...queries.telemetry(), enabled: passport.serving })
  if (!passport.serving) {
    return (
      <Card title="Where it runs">
        <p className="text-ink-2">
          Nowhere.{' '}
          {passport.stage === 'deployed'
            ? 'It is deployed but no router has loaded it yet.'
            : 'Only deployed versions serve.'}
        </p>
      </Card>
    )
  }
  const drift = telemetry.data?.items.find(
    ({ model, version }) => model === passport.name && version === passport.version,
  )
  const own = stats.data?.versions.find(({ version }) => version === passport.version)
  const series = own?.series
  const seconds = (own?.stepMs ?? 1000) / 1000
  const last = series?.requests.at(-2) ?? series?.requests.at(-1) ?? 0
  return (
    <Card
      title="Where it runs"
      note={<TextLink to={pb.route(passport.name)}>route {passport.name}</TextLink>}
    >
      <div className="grid items-center gap-x-8 gap-y-4 sm:grid-cols-[minmax(0,16rem)_minmax(0,1fr)]">
        <Sparkline values={series?.requests ?? []} label="Requests over time" className="h-12 w-full" />
        <FactList>
          <Fact label="Requests">
            <span className="tnum">{compact(last / seconds)} /s</span>
          </Fact>
          <Fact label="Latency p99">
            <span className="tnum">
              {duration(series?.p99Ms.findLast((value) => value > 0) ?? Number.NaN)}
            </span>
          </Fact>
          <Fact label="Drift">
            <TextLink to={pb.telemetryOf(passport.name, passport.version)}>
              <VerdictBadge
                bare
                verdict={drift?.verdict ?? 'unknown'}
                {...(drift?.worstFeature === undefined || drift.verdict === 'stable'
                  ? {}
                  : { note: drift.worstFeature })}
              />
            </TextLink>
          </Fact>
        </FactList>
      </div>
    </Card>
  )
}

export const VersionDecisions = ({ passport }: { passport: Passport }) => {
  const query = useQuery(
    queries.decisions({ entity: `model-version:${passport.name}:${passport.version}`, routine: false }),
  )
  return (
    <Card title="Decisions about it" flush>
      <DataTable
        label="Decisions about this version"
        rows={query.isError ? [] : query.data?.items.slice(0, 20)}
        rowKey={(row) => row.id}
        skeletonRows={3}
        columns={[
          { id: 'allow', head: 'Answer', cell: (row) => <OutcomeBadge allow={row.allow} /> },
          {
            id: 'pack',
            head: 'Policy',
            cell: (row) => <TextLink to={pb.policy(row.pack)}>{row.pack}</TextLink>,
          },
          { id: 'principal', head: 'Asked by', from: 'sm', cell: (row) => row.principal },
          {
            id: 'reasons',
            head: 'Reasons',
            className: 'w-1/2',
            cell: (row) => <span className="text-ink-2">{row.reasons.join('; ') || '–'}</span>,
          },
          {
            id: 'micros',
            head: 'Took',
            align: 'right',
            from: 'md',
            cell: (row) => micros(row.evaluationMicros),
          },
          { id: 'time', head: 'When', align: 'right', cell: (row) => <Ago time={row.time} /> },
        ]}
        empty={<Empty title="No policy was asked about it yet" />}
      />
    </Card>
  )
}
