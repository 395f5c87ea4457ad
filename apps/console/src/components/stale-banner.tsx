/** Says across the page that what it shows is old, once the line has been down for longer than a hiccup. */
import { CloudOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useLive } from '../api/live.tsx'
import { Ago } from '../ui/time.tsx'

const HICCUP_MS = 3000

export const StaleBanner = () => {
  const { state, lastActivityAt } = useLive()
  const [down, setDown] = useState(false)
  useEffect(() => {
    if (state !== 'reconnecting') return setDown(false)
    const timer = setTimeout(() => setDown(true), HICCUP_MS)
    return () => clearTimeout(timer)
  }, [state])
  if (!down) return null
  return (
    <p
      role="status"
      data-stale
      className="mb-4 flex items-start gap-2 rounded-md border border-medium/40 bg-medium/8 px-3 py-2 text-ink-2"
    >
      <CloudOff aria-hidden className="mt-0.5 size-4 shrink-0 text-medium" />
      <span>
        The control plane does not answer. What you see was true{' '}
        {lastActivityAt === undefined ? 'when this page was loaded' : <Ago time={lastActivityAt} />}; the page
        comes back to life by itself.
      </span>
    </p>
  )
}
