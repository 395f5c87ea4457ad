/** One feature: reference and current distribution, and the statistics with their thresholds. */
import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'
import type { FeatureDetail } from '../api/types.ts'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { binsOf } from '../charts/density.ts'
import { Distribution } from '../charts/distribution.tsx'
import { percent, statistic } from '../format/number.ts'
import { Fact, FactList } from '../ui/card.tsx'
import { BlockSkeleton, Empty } from '../ui/notice.tsx'
import { Loaded } from './query-state.tsx'
import { VerdictBadge } from './severity.tsx'

type Props = { model: string; version: string; feature: string }

export const FeaturePanel = ({ model, version, feature }: Props) => {
  const query = useQuery(queries.feature(model, version, feature))
  return (
    <Loaded query={query} skeleton={<BlockSkeleton height={400} />}>
      {(detail) => <Panel detail={detail} />}
    </Loaded>
  )
}

const table = (detail: FeatureDetail) => {
  const after = binsOf(detail.current)
  return {
    heads: ['bin', 'reference', 'current'],
    rows: binsOf(detail.reference).map((bin) => [
      bin.label,
      percent(bin.share),
      percent(after.find(({ label }) => label === bin.label)?.share ?? 0),
    ]),
  }
}

const Panel = ({ detail }: { detail: FeatureDetail }) => (
  <ChartFrame
    title={detail.name}
    note={<VerdictBadge bare verdict={detail.verdict} />}
    table={() => table(detail)}
  >
    {detail.rows === 0 ? (
      <Empty title="No full window of this feature yet" />
    ) : (
      <Distribution
        reference={detail.reference}
        current={detail.current}
        label={`Distribution of ${detail.name}: reference and current window`}
      />
    )}
    <FactList className="mt-4 border-t border-line pt-3">
      <Fact label={`PSI, raised at ${detail.thresholds.psiRaise}`}>
        <span className="tnum font-medium">{statistic(detail.psi)}</span>
      </Fact>
      {detail.ks !== undefined && (
        <Fact label={`KS, p < ${detail.thresholds.alpha}`}>
          <span className="tnum">
            {statistic(detail.ks.statistic)}{' '}
            <span className="text-ink-3">p {statistic(detail.ks.pValue)}</span>
          </span>
        </Fact>
      )}
      {detail.chiSquare !== undefined && (
        <Fact label="χ²">
          <span className="tnum">{statistic(detail.chiSquare)}</span>
        </Fact>
      )}
      {detail.wasserstein !== undefined && (
        <Fact label="Wasserstein">
          <span className="tnum">{statistic(detail.wasserstein)}</span>
        </Fact>
      )}
      {detail.current.missing > 0 && (
        <Fact label="Missing now">
          <span className="tnum">{detail.current.missing}</span>
        </Fact>
      )}
    </FactList>
  </ChartFrame>
)
