/** Empty states, errors and skeletons: what is shown when there is nothing to show. */
import type { LucideIcon } from 'lucide-react'
import { CircleAlert, Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './class-names.ts'
import { Command, CopyText } from './copy.tsx'

type EmptyProps = {
  icon?: LucideIcon
  title: string
  children?: ReactNode
  command?: string
  action?: ReactNode
}

export const Empty = ({ icon: Icon = Info, title, children, command, action }: EmptyProps) => (
  <div className="flex flex-col items-center gap-2 px-6 py-10 text-center">
    <Icon aria-hidden className="size-5 text-ink-3" />
    <p className="font-medium">{title}</p>
    {children !== undefined && <div className="max-w-lg text-ink-2">{children}</div>}
    {command !== undefined && (
      <div className="mt-1 max-w-full">
        <Command text={command} />
      </div>
    )}
    {action}
  </div>
)

type ProblemProps = {
  title: string
  message: string
  code: string
  status?: number
  requestId?: string | undefined
  help?: string | undefined
  onRetry?: () => void
  children?: ReactNode
}

export const ProblemBox = ({
  title,
  message,
  code,
  status,
  requestId,
  help,
  onRetry,
  children,
}: ProblemProps) => (
  <div role="alert" className="rounded-lg border border-critical/35 bg-critical/6 px-4 py-3">
    <div className="flex gap-2.5">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-critical" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title}</p>
        <p className="mt-0.5 break-words text-ink-2">{message}</p>
        {help !== undefined && <p className="mt-1 text-ink-2">{help}</p>}
        {children}
        <p className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-3">
          <code>{code}</code>
          {status !== undefined && status > 0 && <span>HTTP {status}</span>}
          {requestId !== undefined && (
            <span className="inline-flex items-center gap-1">
              request <CopyText value={requestId} what="request id" />
            </span>
          )}
          {onRetry !== undefined && (
            <button type="button" onClick={onRetry} className="font-medium text-accent hover:underline">
              Try again
            </button>
          )}
        </p>
      </div>
    </div>
  </div>
)

export const Bone = ({ className }: { className?: string }) => (
  <span aria-hidden className={cx('skeleton inline-block align-middle', className)} />
)

export const BlockSkeleton = ({ height, label = 'Loading' }: { height: number; label?: string }) => (
  <div role="status" aria-label={label} className="skeleton w-full rounded-lg!" style={{ height }} />
)
