/** One serving model at a glance: traffic, drift, whether its evidence still verifies. */
import { ShieldCheck, ShieldX } from 'lucide-react'
import { Link } from 'react-router'
import type { ModelTile as Tile } from '../api/types.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { compact } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { VerdictBadge } from './severity.tsx'

export const ModelTile = ({ tile }: { tile: Tile }) => (
  <Link
    to={pb.version(tile.name, tile.version)}
    className="block min-w-0 rounded-lg border border-line bg-surface p-4 shadow-card transition-colors hover:border-accent-line"
  >
    <div className="flex items-baseline gap-2">
      <h3 className="min-w-0 truncate text-sm font-semibold">{tile.name}</h3>
      <span className="font-mono text-xs text-ink-3">{tile.version}</span>
      <span className="tnum ml-auto text-lg font-semibold tracking-[-0.01em]">
        {compact(tile.requestsPerSecond)}
      </span>
      <span className="text-xs text-ink-3">req/s</span>
    </div>
    <Sparkline
      values={tile.sparkline}
      label={`Requests of ${tile.name} over time`}
      className="my-3 h-10 w-full"
    />
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <VerdictBadge
        verdict={tile.drift.verdict}
        bare
        {...(tile.drift.worst === undefined || tile.drift.verdict === 'stable'
          ? {}
          : { note: tile.drift.worst })}
      />
      <Badge
        bare
        tone={tile.evidenceValid ? 'ok' : 'critical'}
        icon={tile.evidenceValid ? ShieldCheck : ShieldX}
      >
        {tile.evidenceValid ? 'evidence valid' : 'evidence invalid'}
      </Badge>
    </div>
  </Link>
)
