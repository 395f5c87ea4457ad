/** The text filter of a list; `/` jumps to it, Escape clears it. */
import { Search, X } from 'lucide-react'

type Props = { value: string; onChange: (value: string) => void; label: string }

export const FilterBox = ({ value, onChange, label }: Props) => (
  <div className="relative min-w-40 flex-1 sm:max-w-72">
    <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-3" />
    <input
      type="text"
      data-search
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        if (value === '') event.currentTarget.blur()
        onChange('')
      }}
      className="h-8 w-full rounded-md border border-line-strong bg-surface pr-8 pl-8 text-sm outline-none focus:border-accent focus:ring-2 focus:ring-accent/25"
    />
    {value !== '' && (
      <button
        type="button"
        aria-label="Clear filter"
        onClick={() => onChange('')}
        className="absolute top-1.5 right-1.5 rounded p-0.5 text-ink-3 hover:text-ink"
      >
        <X aria-hidden className="size-4" />
      </button>
    )}
  </div>
)
