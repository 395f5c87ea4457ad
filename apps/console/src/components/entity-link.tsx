/** What a record is about, as a link when a page shows it. */
import { Link } from 'react-router'
import type { EntityRef } from '../api/types.ts'
import { shortId } from '../format/text.ts'
import { entityPath, pb } from '../path-builder.ts'
import { cx } from '../ui/class-names.ts'

export const TextLink = ({
  to,
  children,
  className,
}: {
  to: string
  children: React.ReactNode
  className?: string
}) => (
  <Link to={to} className={cx('text-accent hover:underline', className)}>
    {children}
  </Link>
)

/** The link that `j` and `k` walk over: one per row. */
export const RowLink = ({
  to,
  children,
  className,
}: {
  to: string
  children: React.ReactNode
  className?: string
}) => (
  <Link
    to={to}
    data-row
    className={cx(
      'font-medium text-ink decoration-line-strong underline-offset-2 group-hover/row:underline',
      className,
    )}
  >
    {children}
  </Link>
)

type EntityProps = {
  entity: EntityRef
  /** Without the kind, where the place says it already. */
  bare?: boolean
  /** Cuts ids that nobody reads to the end. */
  short?: boolean
  className?: string
}

export const EntityLink = ({ entity, bare = false, short = false, className }: EntityProps) => {
  const path = entityPath(entity)
  const label = (
    <>
      {!bare && <span className="text-ink-3">{entity.kind} </span>}
      <span className="font-mono text-xs" title={entity.id}>
        {short && entity.id.length > 40 ? shortId(entity.id) : entity.id}
      </span>
    </>
  )
  if (path === undefined) return <span className={cx('break-words', className)}>{label}</span>
  return (
    <Link to={path} className={cx('break-words hover:underline', className)}>
      {label}
    </Link>
  )
}

export const VersionLink = ({ name, version }: { name: string; version: string }) => (
  <RowLink to={pb.version(name, version)}>
    {name}
    <span className="font-normal text-ink-3">:</span>
    {version}
  </RowLink>
)
