/** How a registry stands, and the button that has it looked at now. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, CircleDashed, CirclePause, CircleX, type LucideIcon, RefreshCw } from 'lucide-react'
import { type RegistryItem, type RegistryState, syncRegistry } from '../api/registry-queries.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Ago } from '../ui/time.tsx'
import { ProblemNotice } from './query-state.tsx'
import { useRefusal } from './rights.ts'

const STATES: Readonly<Record<RegistryState, { icon: LucideIcon; tone: Tone; word: string }>> = {
  new: { icon: CircleDashed, tone: 'neutral', word: 'never synced' },
  ok: { icon: CircleCheck, tone: 'ok', word: 'in step' },
  syncing: { icon: RefreshCw, tone: 'accent', word: 'syncing' },
  failing: { icon: CircleX, tone: 'high', word: 'failing' },
  paused: { icon: CirclePause, tone: 'neutral', word: 'paused' },
}

export const RegistryStateBadge = ({ state }: { state: RegistryState }) => {
  const { icon, tone, word } = STATES[state]
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  )
}

/** When it was last walked to the end, or that it never was. */
export const LastSync = ({ status }: Pick<RegistryItem, 'status'>) =>
  status.lastSyncEndedAt === undefined ? (
    <span className="text-ink-3">never</span>
  ) : (
    <Ago time={status.lastSyncEndedAt} className="text-ink-2" />
  )

type SyncProps = { name: string; state: RegistryState | undefined; size?: 'sm' | 'md' }

export const SyncButton = ({ name, state, size = 'md' }: SyncProps) => {
  const client = useQueryClient()
  const refused = useRefusal()('registry:sync')
  const sync = useMutation({
    mutationFn: () => syncRegistry(name),
    onSettled: () => client.invalidateQueries({ queryKey: ['registries'] }),
  })
  return (
    <>
      <Button
        size={size}
        busy={sync.isPending}
        aria-label={`Sync now: ${name}`}
        disabledReason={
          refused ?? (state === 'paused' ? 'The registry is paused in its manifest' : undefined)
        }
        onClick={() => sync.mutate()}
      >
        <RefreshCw aria-hidden className="size-3.5" /> Sync now
      </Button>
      {sync.isError && <ProblemNotice title="Not synced" error={sync.error} />}
    </>
  )
}
