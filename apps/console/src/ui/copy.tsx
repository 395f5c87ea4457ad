/** Text that a click copies: digests, ids, commands. */
import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { cx } from './class-names.ts'
import { Tip } from './tip.tsx'

const useCopied = (): [boolean, (text: string) => void] => {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1400)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = (text: string) => {
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return [copied, copy]
}

type CopyTextProps = { value: string; shown?: string; what?: string; className?: string }

export const CopyText = ({ value, shown = value, what = 'value', className }: CopyTextProps) => {
  const [copied, copy] = useCopied()
  return (
    <Tip text={copied ? 'Copied' : value} mono>
      <button
        type="button"
        aria-label={`Copy ${what} ${value}`}
        onClick={(event) => {
          event.stopPropagation()
          event.preventDefault()
          copy(value)
        }}
        className={cx(
          'group/copy inline-flex max-w-full items-center gap-1 rounded-sm font-mono text-xs text-ink-2 hover:text-ink',
          className,
        )}
      >
        <span className="truncate">{shown}</span>
        {copied ? (
          <Check aria-hidden className="size-3 shrink-0 text-ok" />
        ) : (
          <Copy
            aria-hidden
            className="size-3 shrink-0 opacity-0 group-hover/copy:opacity-70 group-focus-visible/copy:opacity-70"
          />
        )}
      </button>
    </Tip>
  )
}

export const Command = ({ text }: { text: string }) => {
  const [copied, copy] = useCopied()
  return (
    <div className="inline-flex max-w-full items-center gap-2 rounded-md border border-line bg-sunken py-1 pr-1 pl-3">
      <code className="min-w-0 overflow-x-auto text-xs whitespace-nowrap text-ink">
        <span className="text-ink-3 select-none">$ </span>
        {text}
      </code>
      <button
        type="button"
        aria-label={`Copy command: ${text}`}
        onClick={() => copy(text)}
        className="inline-flex h-6 shrink-0 items-center gap-1 rounded px-1.5 text-xs text-ink-2 hover:bg-hover hover:text-ink"
      >
        {copied ? <Check aria-hidden className="size-3 text-ok" /> : <Copy aria-hidden className="size-3" />}
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  )
}
