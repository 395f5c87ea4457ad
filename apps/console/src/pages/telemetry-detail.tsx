/** Drift of one version: the heat map over time, the newest window per feature, one feature's distribution. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { queries } from '../api/queries.ts'
import type { FeatureDrift, TelemetryDetail } from '../api/types.ts'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { HeatMap } from '../charts/heat-map.tsx'
import { FeaturePanel } from '../components/feature-panel.tsx'
import { Page } from '../components/page.tsx'
import { Loaded } from '../components/query-state.tsx'
import { VerdictBadge } from '../components/severity.tsx'
import { useParam, useSortParam } from '../components/use-filters.ts'
import { count, statistic } from '../format/number.ts'
import { clockTime } from '../format/time.ts'
import { pb } from '../path-builder.ts'
import { Card } from '../ui/card.tsx'
import { cx } from '../ui/class-names.ts'
import { type Column, DataTable, sortRows } from '../ui/data-table.tsx'
import { BlockSkeleton, Empty } from '../ui/notice.tsx'

export const TelemetryDetailPage = () => {
  const { model = '', version = '' } = useParams()
  const query = useQuery(queries.telemetryOf(model, version))
  return (
    <Page
      title={`Drift of ${model}:${version}`}
      crumbs={[
        { label: 'Telemetry', to: pb.telemetry() },
        { label: `${model}:${version}`, to: pb.version(model, version) },
      ]}
      badges={query.data && <VerdictBadge verdict={query.data.verdict} />}
      description={query.data && <Against detail={query.data} />}
    >
      <Loaded query={query} skeleton={<BlockSkeleton height={640} />}>
        {(detail) => <Body detail={detail} />}
      </Loaded>
    </Page>
  )
}

const Against = ({ detail: { reference, windows, openRows, thresholds } }: { detail: TelemetryDetail }) => (
  <span className="tnum">
    {count(windows.at(-1)?.rows ?? 0)} rows in the newest window against {count(reference.rows)} reference
    rows; the open window holds {count(openRows)} of {count(thresholds.windowRows)}. Raised at PSI{' '}
    {thresholds.psiRaise}, cleared below {thresholds.psiClear}.
  </span>
)

const Body = ({ detail }: { detail: TelemetryDetail }) => {
  const [chosen, setChosen] = useParam('feature')
  const newest = detail.windows.at(-1)
  const worst = newest?.worstFeature ?? newest?.features[0]?.name
  const feature = chosen === '' ? (worst ?? detail.reference.features[0]) : chosen
  const order =
    newest?.features.toSorted((a, b) => b.psi - a.psi).map(({ name }) => name) ?? detail.reference.features
  return (
    <>
      {detail.mismatch !== undefined && (
        <p role="alert" className="rounded-md border border-medium/40 bg-medium/8 px-3 py-2">
          Recent batches could not be compared: {detail.mismatch}
        </p>
      )}
      {newest === undefined ? (
        <Card>
          <Empty title="No window is full yet" command={`npx rampart replay ${detail.model}`}>
            A window closes after {count(detail.thresholds.windowRows)} rows or{' '}
            {Math.round(detail.thresholds.windowMs / 1000)} s; {count(detail.openRows)} rows have come so far.
          </Empty>
        </Card>
      ) : (
        <>
          <ChartFrame
            title="Feature × time"
            note="PSI against the reference; outlined cells are past the threshold"
            table={() => ({
              heads: ['window', ...order],
              rows: detail.windows
                .toReversed()
                .map((window) => [
                  clockTime(window.to),
                  ...order.map((name) => statistic(window.features.find((one) => one.name === name)?.psi)),
                ]),
            })}
          >
            <HeatMap
              windows={detail.windows.slice(-48)}
              features={order}
              threshold={detail.thresholds.psiRaise}
              selected={feature}
              onSelect={setChosen}
            />
          </ChartFrame>
          <div className="grid items-start gap-4 2xl:grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)] xl:grid-cols-[minmax(0,1.35fr)_minmax(0,1fr)]">
            <NewestWindow
              features={newest.features}
              threshold={detail.thresholds.psiRaise}
              selected={feature}
              onSelect={setChosen}
            />
            {feature !== undefined && (
              <div className="order-first min-w-0 xl:sticky xl:top-16 xl:order-none">
                <FeaturePanel model={detail.model} version={detail.version} feature={feature} />
              </div>
            )}
          </div>
        </>
      )}
    </>
  )
}

type WindowProps = {
  features: readonly FeatureDrift[]
  threshold: number
  selected: string | undefined
  onSelect: (name: string) => void
}

const NewestWindow = ({ features, threshold, selected, onSelect }: WindowProps) => {
  const [sort, setSort] = useSortParam('-psi')
  const columns: readonly Column<FeatureDrift>[] = [
    {
      id: 'name',
      head: 'Feature',
      sort: (row) => row.name,
      cell: (row) => (
        <button
          type="button"
          data-row
          onClick={() => onSelect(row.name)}
          aria-pressed={row.name === selected}
          title={row.name}
          className={cx(
            'max-w-44 truncate text-left hover:underline sm:max-w-56',
            row.name === selected && 'font-semibold text-accent',
          )}
        >
          {row.name}
        </button>
      ),
    },
    { id: 'verdict', head: 'Verdict', cell: (row) => <VerdictBadge bare verdict={row.verdict} /> },
    {
      id: 'psi',
      head: 'PSI',
      align: 'right',
      sort: (row) => row.psi,
      cell: (row) => (
        <span className={row.psi >= threshold ? 'font-semibold' : ''}>{statistic(row.psi)}</span>
      ),
    },
    {
      id: 'ks',
      head: 'KS',
      align: 'right',
      from: 'sm',
      sort: (row) => row.ks?.statistic ?? 0,
      cell: (row) => statistic(row.ks?.statistic),
    },
    {
      id: 'p',
      head: 'p, adjusted',
      align: 'right',
      from: 'md',
      sort: (row) => row.adjustedPValue,
      cell: (row) => statistic(row.adjustedPValue),
    },
    {
      id: 'wasserstein',
      head: 'Wasserstein',
      align: 'right',
      from: 'lg',
      sort: (row) => row.wasserstein ?? 0,
      cell: (row) => statistic(row.wasserstein),
    },
  ]
  return (
    <Card
      title="Newest window"
      note={`every feature and the prediction; bold from PSI ${threshold} on`}
      flush
    >
      <DataTable
        label="Drift per feature"
        columns={columns}
        rows={sortRows(features, columns, sort)}
        rowKey={(row) => row.name}
        sort={sort}
        onSort={setSort}
      />
    </Card>
  )
}
