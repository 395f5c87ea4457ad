/** One route, live: traffic, refusals, latency, predictions. */
import { useQuery } from '@tanstack/react-query'
import { Pencil } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useParams } from 'react-router'
import { queries } from '../api/queries.ts'
import type { Route, RouteStats } from '../api/types.ts'
import { Bars } from '../charts/bars.tsx'
import { ChartFrame, type ChartTable } from '../charts/chart-frame.tsx'
import { type Series, TimeSeries } from '../charts/time-series.tsx'
import { TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { Loaded, ProblemNotice } from '../components/query-state.tsx'
import { RouteCanary } from '../components/route-canary.tsx'
import { RouteEditor } from '../components/route-editor.tsx'
import { RouteShadow } from '../components/route-shadow.tsx'
import { RouteShares } from '../components/route-shares.tsx'
import { useAppliedTheme } from '../components/theme.ts'
import { useParam } from '../components/use-filters.ts'
import { compact, count } from '../format/number.ts'
import { clockTime, duration } from '../format/time.ts'
import { pb } from '../path-builder.ts'
import { Button } from '../ui/button.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { Command } from '../ui/copy.tsx'
import { Segmented } from '../ui/field.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { BlockSkeleton, Empty } from '../ui/notice.tsx'

export const RoutePage = () => {
  const { name = '' } = useParams()
  const route = useQuery(queries.route(name))
  const stats = useQuery(queries.routeStats(name))
  const plan = useQuery(queries.routePlan(name)).data
  const versions = stats.data?.versions
  const [chosen, setChosen] = useParam('version')
  const [editing, setEditing] = useState(false)
  // The first is the one that answers by default.
  const shown = versions?.find(({ version }) => version === chosen) ?? versions?.[0]
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Routes', to: pb.routes() }]}
      actions={
        <Button
          disabledReason={route.data === undefined ? 'It is not loaded yet' : undefined}
          onClick={() => setEditing(true)}
        >
          <Pencil aria-hidden className="size-3.5" />
          Change
        </Button>
      }
    >
      {editing && route.data !== undefined && (
        <RouteEditor route={route.data} onClose={() => setEditing(false)} />
      )}
      <Loaded query={route} skeleton={<BlockSkeleton height={76} />}>
        {(data) => <Head route={data} stats={shown} />}
      </Loaded>
      {plan !== undefined && plan.backends.length > 0 && <RouteShares plan={plan} stats={versions ?? []} />}
      {route.data?.spec.canary !== undefined && (
        <RouteCanary name={name} spec={route.data.spec.canary} status={route.data.canary} />
      )}
      {versions !== undefined && versions.length > 1 && (
        <div>
          <Segmented
            label="Version"
            value={shown?.version ?? ''}
            onChange={setChosen}
            choices={versions.map(({ version }) => ({ value: version, label: version }))}
          />
        </div>
      )}
      {shown !== undefined ? (
        // Examples are replayed through the route of their model's own name.
        <Charts name={name} stats={shown} replayable={route.data?.model === name} />
      ) : versions !== undefined ? (
        <Card>
          <Empty title="No version serves here" command="npx rampart get models">
            Deploy a version of {route.data?.model ?? 'the model'}; the route answers from then on.
          </Empty>
        </Card>
      ) : stats.isError ? (
        route.isError ? null : (
          <ProblemNotice error={stats.error} onRetry={() => void stats.refetch()} />
        )
      ) : (
        <BlockSkeleton height={520} />
      )}
      {plan?.shadow !== undefined && <RouteShadow shadow={plan.shadow} />}
      {route.data?.payloadSchema !== undefined && (
        <Card
          title="Payload schema"
          note="a request that breaks it is answered 400 with JSON pointers and counted as a signal"
        >
          <JsonView label="Payload schema" value={route.data.payloadSchema} maxHeight={260} />
        </Card>
      )}
    </Page>
  )
}

const Head = ({ route, stats }: { route: Route; stats: RouteStats | undefined }) => (
  <Card>
    <FactList>
      <Fact label="Model">
        <TextLink to={pb.model(route.model)}>{route.model}</TextLink>
      </Fact>
      <Fact label="Versions">
        {route.versions.length === 0 && 'none deployed'}
        {route.versions.map((served) => (
          <span key={served.version} className="mr-2">
            <TextLink to={pb.version(route.model, served.version)}>{served.version}</TextLink>
            {served.isDefault && <span className="text-ink-3"> default</span>}
          </span>
        ))}
      </Fact>
      <Fact label="Address">
        <code className="text-xs break-all">/v2/models/{route.name}/infer</code>
      </Fact>
      {stats !== undefined && (
        <>
          <Fact label={`Requests of ${stats.version}`}>
            <span className="tnum">{count(stats.requests)}</span>
          </Fact>
          <Fact label="Rows">
            <span className="tnum">{count(stats.rows)}</span>
          </Fact>
        </>
      )}
    </FactList>
  </Card>
)

const tableOf = (
  time: readonly number[],
  series: readonly Series[],
  format: (value: number) => string,
): ChartTable => ({
  heads: ['time', ...series.map(({ label }) => label)],
  rows: time
    .map((second, at) => [clockTime(second * 1000), ...series.map(({ values }) => format(values[at] ?? 0))])
    .reverse(),
})

const perSecond = (value: number): string => `${compact(value)}/s`

type ChartsProps = { name: string; stats: RouteStats; replayable: boolean }

const Charts = ({ name, stats, replayable }: ChartsProps) => {
  const theme = useAppliedTheme()
  const { time, traffic, refused, latency } = useMemo(() => seriesOf(stats), [stats])
  const minutes = Math.round(stats.windowMs / 60_000)
  if (stats.requests === 0) {
    return (
      <Card>
        <Empty
          title="No request has come yet"
          {...(replayable ? { command: `npx rampart replay ${name}` } : {})}
        >
          Send some, or replay an example's held-out records through this route.
        </Empty>
      </Card>
    )
  }
  const note = `last ${minutes} min; drag to zoom, double click to reset`
  return (
    <>
      <ChartFrame title="Requests" note={note} table={() => tableOf(time, traffic, perSecond)}>
        <TimeSeries
          label="Requests per second"
          time={time}
          series={traffic}
          format={perSecond}
          theme={theme}
          height={190}
        />
      </ChartFrame>
      <div className="grid gap-4 lg:grid-cols-2">
        <ChartFrame
          title="Latency"
          note="of answered requests"
          table={() => tableOf(time, latency, duration)}
        >
          <TimeSeries label="Latency" time={time} series={latency} format={duration} theme={theme} />
        </ChartFrame>
        <ChartFrame
          title="Not answered"
          note="errors, policy denials, load shed"
          table={() => tableOf(time, refused, compact)}
        >
          <TimeSeries
            label="Requests not answered"
            time={time}
            series={refused}
            format={compact}
            whole
            theme={theme}
          />
        </ChartFrame>
      </div>
      <ChartFrame
        title="Predictions"
        note="since start"
        table={() => ({ heads: ['class', 'count'], rows: Object.entries(stats.predictions) })}
      >
        {Object.keys(stats.predictions).length === 0 ? (
          <Empty title="No prediction counted yet" />
        ) : (
          <Bars values={stats.predictions} label="Predictions by class" />
        )}
      </ChartFrame>
      {replayable && <Command text={`npx rampart replay ${name} --rate 50`} />}
    </>
  )
}

const seriesOf = ({ series, stepMs }: RouteStats) => {
  // The newest step is still filling; showing it would always look like a drop.
  const cut = <T,>(values: readonly T[]): T[] => values.slice(0, -1)
  const present = (values: readonly number[]) => cut(values).map((value) => (value > 0 ? value : null))
  return {
    time: cut(series.time).map((at) => Date.parse(at) / 1000),
    traffic: [
      {
        label: 'requests',
        values: cut(series.requests).map((n) => (n * 1000) / stepMs),
        color: '--accent',
        fill: true,
      },
    ],
    latency: [
      { label: 'p50', values: present(series.p50Ms), color: '--accent' },
      { label: 'p99', values: present(series.p99Ms), color: '--ink-3', dash: [4, 3] },
    ],
    refused: [
      { label: 'errors', values: cut(series.errors), color: '--ink' },
      { label: 'denied', values: cut(series.denied), color: '--accent', dash: [5, 3] },
      { label: 'shed', values: cut(series.shed), color: '--ink-3', dash: [2, 2] },
    ],
  } satisfies { time: number[]; traffic: Series[]; latency: Series[]; refused: Series[] }
}
