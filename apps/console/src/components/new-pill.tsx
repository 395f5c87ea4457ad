/** `3 new`: rows never jump under the reader; a press brings them in. */
import { ArrowUp } from 'lucide-react'

type Props = { count: number; noun: string; onShow: () => void }

export const NewPill = ({ count, noun, onShow }: Props) => (
  <div aria-live="polite" className="pointer-events-none sticky top-14 z-20 -my-2 flex h-0 justify-center">
    {count > 0 && (
      <button
        type="button"
        onClick={onShow}
        className="rising pointer-events-auto inline-flex h-7 items-center gap-1 rounded-full bg-accent-fill px-3 text-xs font-medium text-white shadow-lift hover:bg-accent-fill-hover"
      >
        <ArrowUp aria-hidden className="size-3.5" />
        {count} new {count === 1 ? noun : `${noun}s`}
      </button>
    )}
  </div>
)
