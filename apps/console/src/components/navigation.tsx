/** The list of sections: a fixed column on wide screens, a sheet on narrow ones. */
import { NavLink } from 'react-router'
import { cx } from '../ui/class-names.ts'
import type { Section } from './sections.ts'

type Props = {
  sections: readonly Section[]
  counts: Readonly<Record<string, number>>
  onNavigate?: () => void
}

export const Navigation = ({ sections, counts, onNavigate }: Props) => (
  <nav aria-label="Sections" className="flex flex-col gap-px">
    {sections.map(({ id, label, path, icon: Icon }) => (
      <NavLink
        key={id}
        to={path}
        end={path === '/'}
        {...(onNavigate === undefined ? {} : { onClick: onNavigate })}
        className={({ isActive }) =>
          cx(
            'flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm transition-colors',
            isActive ? 'bg-accent-soft font-medium text-ink' : 'text-ink-2 hover:bg-hover hover:text-ink',
          )
        }
      >
        {({ isActive }) => (
          <>
            <Icon
              aria-hidden
              className={cx('size-4 shrink-0', isActive ? 'text-accent' : 'text-ink-3')}
              strokeWidth={1.9}
            />
            <span className="flex-1">{label}</span>
            {(counts[id] ?? 0) > 0 && <span className="tnum text-xs text-ink-3">{counts[id]}</span>}
          </>
        )}
      </NavLink>
    ))}
  </nav>
)

export const Wordmark = () => (
  <span className="flex items-center gap-2 text-base font-semibold tracking-[-0.01em]">
    <svg aria-hidden="true" viewBox="0 0 32 32" className="size-5.5">
      <rect width="32" height="32" rx="7" fill="var(--accent-fill)" />
      <path d="M7 24V10h4v3h3v-3h4v3h3v-3h4v14H18v-4a2 2 0 0 0-4 0v4z" fill="#fff" />
    </svg>
    Rampart
  </span>
)
