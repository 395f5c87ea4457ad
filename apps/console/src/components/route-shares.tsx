/** Who answers under a route: each version with its share of the calls in force, where it runs, and how it does. */
import type { RoutePlan, RouteStats } from '../api/types.ts'
import { compact, percent } from '../format/number.ts'
import { duration } from '../format/time.ts'
import { pb } from '../path-builder.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { RowLink } from './entity-link.tsx'

type Share = RoutePlan['backends'][number]
type Endpoint = NonNullable<Share['endpoints']>[number]
type Row = { share: Share; stats: RouteStats | undefined }

const TONES: Record<Endpoint['state'], Tone> = {
  up: 'ok',
  'not-ready': 'medium',
  unverified: 'high',
  ejected: 'critical',
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** The newest step is still filling. */
const lastRate = ({ series, stepMs }: RouteStats): number => ((series.requests.at(-2) ?? 0) * 1000) / stepMs

const Bar = ({ share }: { share: number }) => (
  <span className="flex items-center gap-2.5">
    <span aria-hidden className="h-2 w-24 shrink-0 overflow-hidden rounded-full bg-sunken sm:w-40">
      <span className="block h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
    </span>
    <span className="tnum">{percent(share)}</span>
  </span>
)

const Where = ({ share }: { share: Share }) =>
  share.backend === undefined ? (
    <span className="text-ink-2">here</span>
  ) : (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      {share.backend}
      {share.endpoints?.map(({ url, state }) => (
        <Badge key={url} tone={TONES[state]}>
          <span className="font-mono text-2xs font-normal">{url.replace(/^\w+:\/\//, '')}</span> {state}
        </Badge>
      ))}
    </span>
  )

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'version',
    head: 'Version',
    cell: ({ share }) => (
      <RowLink to={pb.version(share.model, share.version)}>
        {share.model}:{share.version}
      </RowLink>
    ),
  },
  { id: 'share', head: 'Share of calls', cell: ({ share }) => <Bar share={share.share} /> },
  { id: 'where', head: 'Runs', from: 'md', cell: ({ share }) => <Where share={share} /> },
  {
    id: 'rate',
    head: 'Requests',
    align: 'right',
    from: 'sm',
    cell: ({ stats }) => (stats === undefined ? '–' : `${compact(lastRate(stats))} /s`),
  },
  {
    id: 'p99',
    head: 'p99',
    align: 'right',
    from: 'sm',
    cell: ({ stats }) => duration(stats?.series.p99Ms.findLast((value) => value > 0) ?? Number.NaN),
  },
  {
    id: 'errors',
    head: 'Errors',
    align: 'right',
    from: 'md',
    cell: ({ stats }) => (stats === undefined ? '–' : compact(sum(stats.series.errors))),
  },
]

type Props = { plan: RoutePlan; stats: readonly RouteStats[] }

export const RouteShares = ({ plan, stats }: Props) => (
  <Card title="Who answers" note="shares in force now; requests, p99 and errors of the last 5 min" flush>
    <DataTable
      label="Versions and their shares"
      columns={COLUMNS}
      rows={plan.backends.map((share) => ({
        share,
        stats: stats.find(({ version }) => version === share.version),
      }))}
      rowKey={({ share }) => `${share.model}:${share.version} ${share.backend ?? ''}`}
    />
  </Card>
)
