/** Feature × time: how far each feature is from its reference in each window. Past the threshold a cell is outlined as well. */
import type { TelemetryWindow } from '../api/types.ts'
import { statistic } from '../format/number.ts'
import { absoluteTime, clockTime, shortClock } from '../format/time.ts'
import { cx } from '../ui/class-names.ts'

type Props = {
  windows: readonly TelemetryWindow[]
  features: readonly string[]
  threshold: number
  selected: string | undefined
  onSelect: (feature: string) => void
}

/** 0 at no drift, 0.55 at the threshold, 1 at three times the threshold. */
export const intensity = (psi: number, threshold: number): number =>
  psi <= threshold
    ? (psi / threshold) * 0.55
    : Math.min(1, 0.55 + ((psi - threshold) / (2 * threshold)) * 0.45)

/** Seconds only where minutes would not tell the windows apart. */
const clockFor = (windows: readonly TelemetryWindow[]): ((time: string) => string) => {
  const first = windows[0]
  const last = windows.at(-1)
  if (first === undefined || last === undefined) return shortClock
  const spanMs = Date.parse(last.to) - Date.parse(first.to)
  return spanMs < windows.length * 60_000 ? clockTime : shortClock
}

export const HeatMap = ({ windows, features, threshold, selected, onSelect }: Props) => {
  const clock = clockFor(windows)
  const step = Math.max(1, Math.ceil(windows.length / 6))
  return (
    <div className="relative overflow-x-auto">
      <table
        aria-label="Drift per feature and window, population stability index"
        className="w-full sm:min-w-120 border-separate border-spacing-px text-xs"
      >
        <tbody>
          {features.map((feature) => (
            <tr key={feature}>
              <th scope="row" className="w-24 pr-2 sm:w-36 sm:pr-3 text-left font-normal">
                <button
                  type="button"
                  onClick={() => onSelect(feature)}
                  aria-pressed={feature === selected}
                  className={cx(
                    'block max-w-24 truncate sm:max-w-36 hover:underline',
                    feature === selected ? 'font-semibold text-ink' : 'text-ink-2',
                  )}
                >
                  {feature}
                </button>
              </th>
              {windows.map((window) => {
                const drift = window.features.find(({ name }) => name === feature)
                const strength = drift === undefined ? 0 : intensity(drift.psi, threshold)
                const alarmed = drift !== undefined && drift.psi >= threshold
                return (
                  <td
                    key={window.to}
                    title={
                      drift === undefined
                        ? 'not measured'
                        : `${feature}, ${absoluteTime(window.to)}: PSI ${statistic(drift.psi)} (${drift.verdict})`
                    }
                    className={cx('h-5 rounded-xs', alarmed && 'shadow-[inset_0_0_0_1.5px_var(--high)]')}
                    style={{
                      background: `color-mix(in oklab, var(--accent) ${Math.round(6 + strength * 84)}%, var(--surface))`,
                    }}
                  >
                    <span className="sr-only">{drift === undefined ? '–' : statistic(drift.psi)}</span>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td />
            {windows.map((window, at) => (
              <td key={window.to} className="tnum h-5 text-left text-2xs text-ink-3">
                <span
                  className={cx('block w-0 whitespace-nowrap', at % (2 * step) !== 0 && 'hidden sm:block')}
                >
                  {at % step === 0 && at <= windows.length - step / 2 ? clock(window.to) : ''}
                </span>
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  )
}
