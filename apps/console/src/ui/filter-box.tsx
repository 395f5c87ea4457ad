/** The text filter of a list; `/` jumps to it, Escape clears it. */
import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

type Props = { value: string; onChange: (value: string) => void; label: string }

// The address follows the typing a moment later; the box itself must never lose a key to it.
const useTyped = (value: string, onChange: (value: string) => void): [string, (text: string) => void] => {
  const [text, setText] = useState(value)
  const sent = useRef(value)
  useEffect(() => {
    if (value === sent.current) return
    sent.current = value
    setText(value)
  }, [value])
  useEffect(() => {
    if (text === sent.current) return
    const timer = setTimeout(() => {
      sent.current = text
      onChange(text)
    }, 120)
    return () => clearTimeout(timer)
  }, [text, onChange])
  return [text, setText]
}

export const FilterBox = ({ value, onChange, label }: Props) => {
  const [text, setText] = useTyped(value, onChange)
  return (
    <div className="relative min-w-40 flex-1 sm:max-w-72">
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-3" />
      <input
        type="text"
        data-search
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          if (text === '') event.currentTarget.blur()
          setText('')
        }}
        className="h-8 w-full rounded-md border border-line-strong bg-surface pr-8 pl-8 text-sm outline-none focus:border-accent focus:ring-2 focus:ring-accent/25"
      />
      {text !== '' && (
        <button
          type="button"
          aria-label="Clear filter"
          onClick={() => setText('')}
          className="absolute top-1.5 right-1.5 rounded p-0.5 text-ink-3 hover:text-ink"
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </div>
  )
}
