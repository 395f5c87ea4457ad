/** Reference and current distribution, overlaid. */
import type { Histogram } from '../api/types.ts'
import { percent, statistic } from '../format/number.ts'
import { type Bin, binsOf, density } from './density.ts'

type Props = { reference: Histogram; current: Histogram; label: string }

const WIDTH = 640
const HEIGHT = 200
const BASE = HEIGHT - 1

const Key = ({ swatch, children }: { swatch: string; children: string }) => (
  <span className="inline-flex items-center gap-1.5">
    <span aria-hidden className={`h-2.5 w-3.5 rounded-sm ${swatch}`} />
    {children}
  </span>
)

const outline = (bins: readonly Bin[], x: (value: number) => number, y: (bin: Bin) => number): string => {
  const first = bins[0]
  const last = bins.at(-1)
  if (first === undefined || last === undefined) return ''
  const steps = bins.map((bin) => `V${y(bin).toFixed(1)}H${x(bin.to).toFixed(1)}`).join('')
  return `M${x(first.from).toFixed(1)},${BASE}${steps}V${BASE}`
}

export const Distribution = ({ reference, current, label }: Props) => {
  const before = binsOf(reference)
  const after = binsOf(current)
  const all = [...before, ...after]
  const low = Math.min(...all.map(({ from }) => from))
  const high = Math.max(...all.map(({ to }) => to))
  const top = Math.max(...all.map(density)) || 1
  const x = (value: number) => ((value - low) / (high - low || 1)) * WIDTH
  const y = (bin: Bin) => BASE - (density(bin) / top) * (BASE - 8)
  const labels = reference.labels
  return (
    <figure className="m-0">
      <figcaption className="mb-2 flex gap-4 text-xs text-ink-2">
        <Key swatch="bg-reference/50">reference</Key>
        <Key swatch="border-2 border-accent bg-accent/20">current window</Key>
      </figcaption>
      <svg role="img" aria-label={label} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-auto w-full">
        <path d={outline(before, x, y)} fill="var(--reference)" opacity={0.45} />
        <path
          d={outline(after, x, y)}
          fill="var(--accent)"
          fillOpacity={0.16}
          stroke="var(--accent)"
          strokeWidth={1.5}
        />
        <path d={`M0 ${BASE + 0.5}H${WIDTH}`} stroke="var(--line-strong)" />
        {before.map((bin) => (
          <rect
            key={bin.label}
            x={x(bin.from)}
            y={0}
            width={Math.max(0, x(bin.to) - x(bin.from))}
            height={BASE}
            fill="transparent"
          >
            <title>{`${bin.label}: reference ${percent(bin.share)}, current ${percent(after.find(({ label: other }) => other === bin.label)?.share ?? 0)}`}</title>
          </rect>
        ))}
      </svg>
      {/* Beside the drawing, not in it: text would shrink with it on a phone. */}
      <div aria-hidden className="tnum mt-1 flex justify-between text-2xs text-ink-3">
        {labels === undefined
          ? [0, 0.25, 0.5, 0.75, 1].map((part) => (
              <span key={part}>{statistic(low + part * (high - low))}</span>
            ))
          : labels.map((name) => (
              <span key={name} className="min-w-0 flex-1 truncate text-center">
                {name}
              </span>
            ))}
      </div>
    </figure>
  )
}
