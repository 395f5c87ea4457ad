/** Time series by uPlot: the crosshair is shared by all charts of a page, a drag zooms, a double click resets. */
import { useEffect, useRef, useState } from 'react'
import UPlot from 'uplot'
import { clockTime } from '../format/time.ts'

export type Series = {
  label: string
  values: readonly (number | null)[]
  /** A custom property of the theme, `--accent`. */
  color: string
  dash?: readonly number[]
  fill?: boolean
}
type Props = {
  label: string
  /** Seconds since the epoch, ascending. */
  time: readonly number[]
  series: readonly Series[]
  format: (value: number) => string
  /** Counts: the axis shows whole numbers only. */
  whole?: boolean
  theme: string
  height?: number
}

const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000]

const lonely: UPlot.Series.Points.Filter = (plot, seriesIdx) => {
  const values = plot.data[seriesIdx] ?? []
  return [...values.keys()].filter(
    (at) => values[at] != null && values[at - 1] == null && values[at + 1] == null,
  )
}

const optionsOf = (props: Props, width: number, onCursor: (at: number | null) => void): UPlot.Options => ({
  width,
  height: props.height ?? 180,
  // The newest time label is centred under the right edge.
  padding: [8, 26, 0, 0],
  legend: { show: false },
  cursor: { sync: { key: 'page' }, points: { size: 6 }, drag: { x: true, y: false } },
  scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.12 : 1] } },
  axes: [
    {
      stroke: css('--ink-3'),
      grid: { show: false },
      ticks: { show: false },
      font: '11px Inter Variable, sans-serif',
      space: 84,
      size: 26,
      values: (_, splits) => splits.map((second) => clockTime(second * 1000)),
    },
    {
      stroke: css('--ink-3'),
      grid: { stroke: css('--line'), width: 1 },
      ticks: { show: false },
      font: '11px Inter Variable, sans-serif',
      size: 56,
      ...(props.whole ? { incrs: WHOLE_STEPS } : {}),
      values: (_, splits) => splits.map((value) => (value === 0 ? '0' : props.format(value))),
    },
  ],
  series: [
    {},
    ...props.series.map((one) => ({
      label: one.label,
      stroke: css(one.color),
      width: 1.5,
      // A value with silence on both sides has no line to be on.
      points: { show: true, filter: lonely, size: 5, fill: css(one.color), width: 0 },
      ...(one.dash === undefined ? {} : { dash: [...one.dash] }),
      ...(one.fill ? { fill: `color-mix(in oklab, ${css(one.color)} 12%, transparent)` } : {}),
    })),
  ],
  hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
})

const dataOf = ({ time, series }: Props): UPlot.AlignedData => [
  [...time],
  ...series.map(({ values }) => [...values]),
]

export const TimeSeries = (props: Props) => {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(undefined)
  const [cursor, setCursor] = useState<number | null>(null)
  const latest = useRef(props)
  latest.current = props
  const shape = `${props.theme}/${props.series.map(({ label }) => label).join()}`
  useEffect(() => {
    const element = box.current
    if (element === null || shape === '') return
    const made = new UPlot(
      optionsOf(latest.current, element.clientWidth, setCursor),
      dataOf(latest.current),
      element,
    )
    plot.current = made
    const resize = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: latest.current.height ?? 180 }),
    )
    resize.observe(element)
    return () => {
      resize.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [shape])
  useEffect(() => {
    const zoomed = plot.current?.scales['x']
    const full = plot.current?.data[0]
    const isZoomed = zoomed?.min !== full?.[0] || zoomed?.max !== full?.at(-1)
    // A zoomed reader keeps the stretch they chose while data moves on.
    plot.current?.setData(dataOf({ ...latest.current, time: props.time, series: props.series }), !isZoomed)
  }, [props.time, props.series])
  const at = cursor ?? props.time.length - 1
  return (
    <figure aria-label={props.label} className="m-0">
      <figcaption className="mb-1 flex flex-wrap items-center gap-x-4 gap-y-0.5 text-xs text-ink-2">
        {props.series.map((one) => {
          const value = one.values[at]
          return (
            <span key={one.label} className="inline-flex items-center gap-1.5">
              <svg aria-hidden="true" viewBox="0 0 14 4" className="h-1 w-3.5">
                <path
                  d="M0 2H14"
                  stroke={`var(${one.color})`}
                  strokeWidth={2}
                  strokeDasharray={one.dash?.map((n) => n / 2).join(' ')}
                />
              </svg>
              {one.label}
              <span className="tnum font-medium text-ink">
                {typeof value === 'number' ? props.format(value) : '–'}
              </span>
            </span>
          )
        })}
        <span className="tnum ml-auto text-ink-3">
          {props.time[at] === undefined ? '' : clockTime(props.time[at] * 1000)}
        </span>
      </figcaption>
      <div ref={box} style={{ height: props.height ?? 180 }} />
    </figure>
  )
}
