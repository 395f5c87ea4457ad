/** A bordered region with an optional head; the only container pages use. */
import type { ReactNode } from 'react'
import { cx } from './class-names.ts'

type Props = {
  title?: ReactNode
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  className?: string
  /** `flush` lets a table or chart touch the border. */
  flush?: boolean
  id?: string
}

export const Card = ({ title, note, actions, children, className, flush = false, id }: Props) => (
  <section id={id} className={cx('min-w-0 rounded-lg border border-line bg-surface shadow-card', className)}>
    {(title !== undefined || actions !== undefined) && (
      <header className="flex min-h-11 items-center gap-x-3 border-b border-line px-4 py-1.5">
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-0.5">
          {title !== undefined && <h2 className="text-sm font-semibold">{title}</h2>}
          {note !== undefined && <div className="min-w-0 text-xs text-ink-3">{note}</div>}
        </div>
        {actions !== undefined && <div className="flex shrink-0 items-center gap-1.5">{actions}</div>}
      </header>
    )}
    <div className={flush ? 'min-w-0' : 'min-w-0 p-4'}>{children}</div>
  </section>
)

/** Label above value, for heads of pages. */
export const Fact = (props: { label: string; children: ReactNode; className?: string }) => (
  <div className={cx('min-w-0', props.className)}>
    <dt className="eyebrow">{props.label}</dt>
    <dd className="mt-0.5 min-w-0 text-sm">{props.children}</dd>
  </div>
)

export const FactList = ({ children, className }: { children: ReactNode; className?: string }) => (
  <dl className={cx('flex flex-wrap gap-x-8 gap-y-3', className)}>{children}</dl>
)
