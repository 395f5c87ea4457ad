/** A short explanation on hover or focus; never the only place where something needed is said. */
import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactElement } from 'react'

export const TipProvider = Tooltip.Provider

export const Tip = ({
  text,
  children,
  mono = false,
}: {
  text: string
  children: ReactElement
  mono?: boolean
}) => (
  <Tooltip.Root>
    <Tooltip.Trigger render={children} />
    <Tooltip.Portal>
      <Tooltip.Positioner sideOffset={6} collisionPadding={8} className="z-50">
        <Tooltip.Popup
          className={`max-w-[min(30rem,90vw)] rounded-md bg-ink px-2 py-1 text-xs text-bg shadow-lift ${mono ? 'font-mono break-all' : ''}`}
        >
          {text}
        </Tooltip.Popup>
      </Tooltip.Positioner>
    </Tooltip.Portal>
  </Tooltip.Root>
)
