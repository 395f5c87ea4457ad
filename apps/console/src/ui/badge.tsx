/** A word with a tone. Severity tones are only for severity and verdicts, and always come with an icon. */
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './class-names.ts'

export type Tone = 'neutral' | 'accent' | 'ok' | 'info' | 'low' | 'medium' | 'high' | 'critical'

const TEXT: Record<Tone, string> = {
  neutral: 'text-ink-2',
  accent: 'text-accent',
  ok: 'text-ok',
  info: 'text-info',
  low: 'text-low',
  medium: 'text-medium',
  high: 'text-high',
  critical: 'text-critical',
}

const SOFT: Record<Tone, string> = {
  neutral: 'bg-sunken border-line',
  accent: 'bg-accent-soft border-accent-line',
  ok: 'bg-ok/8 border-ok/25',
  info: 'bg-sunken border-line',
  low: 'bg-low/8 border-low/25',
  medium: 'bg-medium/10 border-medium/30',
  high: 'bg-high/10 border-high/30',
  critical: 'bg-critical/10 border-critical/35',
}

type Props = { tone?: Tone; icon?: LucideIcon; children: ReactNode; bare?: boolean; className?: string }

export const Badge = ({ tone = 'neutral', icon: Icon, children, bare = false, className }: Props) => (
  <span
    className={cx(
      'inline-flex items-center gap-1 align-middle text-xs font-medium whitespace-nowrap',
      TEXT[tone],
      !bare && cx('h-5 rounded-full border px-1.5', SOFT[tone]),
      className,
    )}
  >
    {Icon !== undefined && <Icon aria-hidden className="size-3.25 shrink-0" strokeWidth={2.25} />}
    {children}
  </span>
)
