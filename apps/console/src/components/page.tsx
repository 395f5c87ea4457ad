/** Head of a page: where am I, what is this, what can I do; also sets the document's title. */
import { ChevronRight } from 'lucide-react'
import { Fragment, type ReactNode, useEffect } from 'react'
import { Link } from 'react-router'

type Props = {
  title: string
  crumbs?: readonly { label: string; to: string }[]
  badges?: ReactNode
  description?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${title} · Rampart`
  }, [title])
}

export const Page = ({ title, crumbs = [], badges, description, actions, children }: Props) => {
  useTitle(title)
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          {crumbs.length > 0 && (
            <nav
              aria-label="Breadcrumb"
              className="mb-0.5 flex flex-wrap items-center gap-1 text-xs text-ink-3"
            >
              {crumbs.map((crumb, at) => (
                <Fragment key={crumb.to}>
                  {at > 0 && <ChevronRight aria-hidden className="size-3" />}
                  <Link to={crumb.to} className="hover:text-ink hover:underline">
                    {crumb.label}
                  </Link>
                </Fragment>
              ))}
            </nav>
          )}
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 text-xl font-semibold tracking-[-0.012em] wrap-anywhere">{title}</h1>
            {badges}
          </div>
          {description !== undefined && (
            <div className="mt-0.5 max-w-5xl wrap-anywhere text-ink-2">{description}</div>
          )}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  )
}
