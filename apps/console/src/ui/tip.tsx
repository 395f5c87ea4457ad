/** A short explanation on hover or focus; never the only place where something needed is said. */
import { Tooltip } from '@base-ui/react/tooltip'
import { type ReactElement, useState } from 'react'

export const TipProvider = Tooltip.Provider

type Props = {
  text: string
  children: ReactElement
  mono?: boolean
  /** A press shows it too, where nothing can hover. */
  onPress?: boolean
}

export const Tip = ({ text, children, mono = false, onPress = false }: Props) => {
  const [open, setOpen] = useState(false)
  return (
    <Tooltip.Root open={open} onOpenChange={setOpen}>
      <Tooltip.Trigger
        render={children}
        closeOnClick={!onPress}
        {...(onPress ? { onClick: () => setOpen(true) } : {})}
      />
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
}
