/** A line without axes; the number beside it carries the value. */
type Props = { values: readonly number[]; label: string; className?: string }

const WIDTH = 160
const HEIGHT = 36

export const Sparkline = ({ values, label, className }: Props) => {
  const top = Math.max(...values, 0) || 1
  const step = WIDTH / Math.max(1, values.length - 1)
  const points = values.map(
    (value, at) => `${(at * step).toFixed(1)},${(HEIGHT - 2 - (value / top) * (HEIGHT - 5)).toFixed(1)}`,
  )
  const line = points.length < 2 ? `M0,${HEIGHT - 2}H${WIDTH}` : `M${points.join('L')}`
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={className}
    >
      <path d={`${line}L${WIDTH},${HEIGHT}L0,${HEIGHT}Z`} fill="var(--accent)" opacity={0.1} />
      <path
        d={line}
        fill="none"
        stroke="var(--accent)"
        strokeWidth={1.5}
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  )
}
