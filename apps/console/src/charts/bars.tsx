/** Shares of a whole as horizontal bars, largest first. */
import { compact, percent } from '../format/number.ts'

export const Bars = ({ values, label }: { values: Readonly<Record<string, number>>; label: string }) => {
  const total = Object.values(values).reduce((sum, value) => sum + value, 0)
  const rows = Object.entries(values).sort(([, a], [, b]) => b - a)
  return (
    <ul aria-label={label} className="flex flex-col gap-1.5">
      {rows.map(([name, value]) => (
        <li key={name} className="grid grid-cols-[minmax(4rem,8rem)_1fr_7rem] items-center gap-3 text-xs">
          <span className="truncate" title={name}>
            {name}
          </span>
          <span className="h-2 overflow-hidden rounded-full bg-sunken">
            <span
              className="block h-full rounded-full bg-accent"
              style={{ width: `${total === 0 ? 0 : (value / total) * 100}%` }}
            />
          </span>
          <span className="tnum text-right text-ink-2">
            {compact(value)} <span className="text-ink-3">{percent(total === 0 ? 0 : value / total)}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}
