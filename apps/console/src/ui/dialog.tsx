/** A modal dialog: focus stays inside, Escape closes, the page behind is inert. */
import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './class-names.ts'

type Props = {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  children: ReactNode
  wide?: boolean
}

export const Dialog = ({ open, onOpenChange, title, description, children, wide = false }: Props) => (
  <Base.Root open={open} onOpenChange={onOpenChange}>
    <Base.Portal>
      <Base.Backdrop className="fixed inset-0 z-40 bg-black/45" />
      <Base.Popup
        className={cx(
          'rising fixed top-[min(12vh,7rem)] left-1/2 z-50 flex max-h-[80dvh] w-[calc(100vw-1.5rem)] -translate-x-1/2 flex-col rounded-lg border border-line bg-surface shadow-lift outline-none',
          wide ? 'max-w-3xl' : 'max-w-lg',
        )}
      >
        <div className="flex items-start gap-3 px-5 pt-4 pb-3">
          <div className="min-w-0 flex-1">
            <Base.Title className="text-lg font-semibold">{title}</Base.Title>
            {description !== undefined && (
              <Base.Description render={<div />} className="mt-0.5 text-ink-2">
                {description}
              </Base.Description>
            )}
          </div>
          <Base.Close aria-label="Close" className="rounded-md p-1 text-ink-3 hover:bg-hover hover:text-ink">
            <X aria-hidden className="size-4" />
          </Base.Close>
        </div>
        <div className="min-h-0 overflow-y-auto px-5 pb-5">{children}</div>
      </Base.Popup>
    </Base.Portal>
  </Base.Root>
)

type SheetProps = { open: boolean; onOpenChange: (open: boolean) => void; title: string; children: ReactNode }

/** The same modal, sliding in from the left: the navigation on a narrow screen. */
export const Sheet = ({ open, onOpenChange, title, children }: SheetProps) => (
  <Base.Root open={open} onOpenChange={onOpenChange}>
    <Base.Portal>
      <Base.Backdrop className="fixed inset-0 z-40 bg-black/45" />
      <Base.Popup className="fixed inset-y-0 left-0 z-50 w-72 max-w-[85vw] overflow-y-auto border-r border-line bg-surface p-3 shadow-lift outline-none">
        <Base.Title className="sr-only">{title}</Base.Title>
        {children}
      </Base.Popup>
    </Base.Portal>
  </Base.Root>
)
