/** A text area with line numbers, colours and fault markers. Tab indents; Escape then Tab leaves it. */
import { type KeyboardEvent, useRef } from 'react'
import type { PolicyFault } from '../api/types.ts'
import { cx } from '../ui/class-names.ts'
import { regoTokens, type Token } from './rego-tokens.ts'

type Props = {
  label: string
  value: string
  faults?: readonly PolicyFault[]
  readOnly?: boolean
  plain?: boolean
  minLines?: number
  onChange?: (value: string) => void
}

const COLOR: Record<Token['kind'], string> = {
  comment: 'text-ink-3 italic',
  string: 'text-ok',
  number: 'text-low',
  keyword: 'text-accent',
  plain: '',
}
const TEXT = 'font-mono text-[12.5px] leading-[20px] whitespace-pre [tab-size:4]'

const Colored = ({ text, plain }: { text: string; plain: boolean }) =>
  plain
    ? text
    : regoTokens(text).map((token, at) => (
        <span key={`${at} ${token.kind}`} className={COLOR[token.kind]}>
          {token.text}
        </span>
      ))

export const CodeEditor = ({
  label,
  value,
  faults = [],
  readOnly = false,
  plain = false,
  minLines = 8,
  onChange,
}: Props) => {
  const leaving = useRef(false)
  const lines = value.split('\n')
  const rows = Math.max(minLines, lines.length)
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') leaving.current = true
    else if (event.key === 'Tab' && !event.shiftKey && !leaving.current && !readOnly) {
      event.preventDefault()
      const { selectionStart, selectionEnd } = event.currentTarget
      event.currentTarget.setRangeText('\t', selectionStart, selectionEnd, 'end')
      onChange?.(event.currentTarget.value)
    } else leaving.current = false
  }
  return (
    <div className="max-h-[70dvh] overflow-auto rounded-md border border-line-strong bg-sunken focus-within:border-accent focus-within:ring-2 focus-within:ring-accent/25">
      <div className="relative flex w-max min-w-full">
        <Gutter rows={rows} faults={faults} />
        <div className="relative min-w-0 flex-1">
          {faults.map((fault) => (
            <div
              key={`${fault.line}:${fault.column}:${fault.message}`}
              aria-hidden
              className="absolute right-0 left-0 h-5 bg-critical/12"
              style={{ top: 8 + (fault.line - 1) * 20 }}
            />
          ))}
          <pre
            aria-hidden
            className={cx(TEXT, 'relative m-0 min-h-full px-3 py-2 pr-10 text-ink')}
            style={{ minHeight: rows * 20 + 16 }}
          >
            <Colored text={value} plain={plain} />
          </pre>
          <textarea
            aria-label={label}
            value={value}
            readOnly={readOnly}
            spellCheck={false}
            autoCapitalize="off"
            autoCorrect="off"
            wrap="off"
            onKeyDown={onKeyDown}
            onChange={(event) => onChange?.(event.target.value)}
            className={cx(
              TEXT,
              'absolute inset-0 size-full resize-none overflow-hidden bg-transparent px-3 py-2 text-transparent caret-ink outline-none',
            )}
          />
        </div>
      </div>
    </div>
  )
}

const Gutter = ({ rows, faults }: { rows: number; faults: readonly PolicyFault[] }) => (
  <div
    aria-hidden
    className="sticky left-0 z-10 shrink-0 border-r border-line bg-sunken py-2 text-right select-none"
  >
    {Array.from({ length: rows }, (_, at) => {
      const fault = faults.find(({ line }) => line === at + 1)
      return (
        <div
          key={at}
          title={fault?.message}
          data-fault-line={fault === undefined ? undefined : at + 1}
          className={cx(
            'tnum h-5 min-w-10 px-2 font-mono text-[11px] leading-5',
            fault === undefined ? 'text-ink-3' : 'bg-critical font-semibold text-surface',
          )}
        >
          {at + 1}
        </div>
      )
    })}
  </div>
)
