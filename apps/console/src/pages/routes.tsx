/** Every address under which models answer. */
import { useQueries, useQuery } from '@tanstack/react-query'
import { Plus, Route as RouteIcon } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../api/queries.ts'
import type { Route, RouteStats } from '../api/types.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { RowLink, TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { RouteEditor } from '../components/route-editor.tsx'
import { compact, count } from '../format/number.ts'
import { duration } from '../format/time.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Bone, Empty } from '../ui/notice.tsx'

const latest = (values: readonly number[] | undefined): number =>
  values?.findLast((value) => value > 0) ?? Number.NEGATIVE_INFINITY

type Row = { route: Route; stats: readonly RouteStats[] | undefined }

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** Requests per step over all versions of the route. */
const requestsOf = (stats: readonly RouteStats[]): number[] =>
  (stats[0]?.series.requests ?? []).map((_, at) => sum(stats.map(({ series }) => series.requests[at] ?? 0)))

export const RoutesPage = () => {
  const query = useQuery(queries.routes())
  const [creating, setCreating] = useState(false)
  const stats = useQueries({ queries: (query.data?.items ?? []).map(({ name }) => queries.routeStats(name)) })
  // The first version is the one that answers by default.
  const rows = query.data?.items.map((route, at): Row => ({ route, stats: stats[at]?.data?.versions }))
  return (
    <Page
      title="Routes"
      description="Names under which the router answers, by the Open Inference Protocol"
      actions={
        <Button onClick={() => setCreating(true)}>
          <Plus aria-hidden className="size-3.5" />
          New route
        </Button>
      }
    >
      {creating && <RouteEditor onClose={() => setCreating(false)} />}
      {query.isError && rows === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Routes"
            rows={rows}
            rowKey={({ route }) => route.name}
            columns={[
              {
                id: 'name',
                head: 'Route',
                cell: ({ route }) => (
                  <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                    <RowLink to={pb.route(route.name)}>{route.name}</RowLink>
                    {route.spec.canary !== undefined && (
                      <Badge tone={route.canary?.phase === 'running' ? 'accent' : 'neutral'}>canary</Badge>
                    )}
                    {route.spec.shadow !== undefined && <Badge>shadow</Badge>}
                  </span>
                ),
              },
              {
                id: 'versions',
                head: 'Versions',
                cell: ({ route }) => (
                  <span className="flex flex-wrap gap-x-2">
                    {route.versions.map((served) => (
                      <TextLink key={served.version} to={pb.version(route.model, served.version)}>
                        {served.version}
                      </TextLink>
                    ))}
                    {route.versions.length === 0 && <span className="text-ink-3">none deployed</span>}
                  </span>
                ),
              },
              {
                id: 'schema',
                head: 'Payload schema',
                from: 'md',
                cell: ({ route }) =>
                  route.payloadSchema === undefined ? (
                    <span className="text-ink-3">none</span>
                  ) : (
                    <Badge bare>checked</Badge>
                  ),
              },
              {
                id: 'traffic',
                head: 'Traffic',
                from: 'sm',
                cell: ({ stats: s }) =>
                  s === undefined ? (
                    <Bone className="h-3 w-32" />
                  ) : (
                    <Sparkline values={requestsOf(s)} label="Requests over time" className="h-6 w-36" />
                  ),
              },
              {
                id: 'rate',
                head: 'Requests',
                align: 'right',
                cell: ({ stats: s }) =>
                  s === undefined
                    ? '–'
                    : `${compact((requestsOf(s).at(-2) ?? 0) / ((s[0]?.stepMs ?? 1000) / 1000))} /s`,
              },
              {
                id: 'total',
                head: 'Last 5 min',
                align: 'right',
                from: 'md',
                cell: ({ stats: s }) => (s === undefined ? '–' : count(sum(requestsOf(s)))),
              },
              {
                id: 'p99',
                head: 'p99',
                align: 'right',
                cell: ({ stats: s }) =>
                  duration(Math.max(...(s ?? []).map(({ series }) => latest(series.p99Ms)))),
              },
            ]}
            empty={
              <Empty icon={RouteIcon} title="Nothing answers yet" command="npx rampart deploy NAME:VERSION">
                A route appears by itself when a version of a model is deployed.
              </Empty>
            }
          />
        </Card>
      )}
    </Page>
  )
}
