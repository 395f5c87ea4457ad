/** Ctrl or ⌘ K: one box that goes to every section, model version, route, policy and signal. */
import { Dialog } from '@base-ui/react/dialog'
import { useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import { BookKey, Box, Route as RouteIcon, Search, Siren } from 'lucide-react'
import type { ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { queries } from '../api/queries.ts'
import { pb } from '../path-builder.ts'
import { Kbd } from '../ui/kbd.tsx'
import { SECTIONS, type Section } from './sections.ts'

type Props = { open: boolean; onOpenChange: (open: boolean) => void; sections?: readonly Section[] }

const ITEM =
  'flex h-9 items-center gap-2.5 rounded-md px-2.5 text-sm text-ink-2 aria-selected:bg-accent-soft aria-selected:text-ink'

const Item = (props: {
  value: string
  icon: ReactNode
  label: ReactNode
  note?: ReactNode
  onSelect: () => void
}) => (
  <Command.Item value={props.value} onSelect={props.onSelect} className={ITEM}>
    <span className="shrink-0 text-ink-3">{props.icon}</span>
    <span className="min-w-0 flex-1 truncate">{props.label}</span>
    {props.note !== undefined && <span className="shrink-0 text-xs text-ink-3">{props.note}</span>}
  </Command.Item>
)

const GROUP =
  '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3'

const Results = ({ go, sections }: { go: (path: string) => void; sections: readonly Section[] }) => {
  const models = useQuery(queries.models()).data?.items ?? []
  const routes = useQuery(queries.routes()).data?.items ?? []
  const policies = useQuery(queries.policies()).data?.items ?? []
  const signals = (useQuery(queries.signals()).data?.items ?? []).slice(0, 50)
  return (
    <>
      <Command.Group heading="Go to" className={GROUP}>
        {sections.map(({ id, label, path, icon: Icon, key }) => (
          <Item
            key={id}
            value={`go ${label}`}
            icon={<Icon aria-hidden className="size-4" />}
            label={label}
            note={
              <span className="flex gap-1">
                <Kbd>g</Kbd>
                <Kbd>{key}</Kbd>
              </span>
            }
            onSelect={() => go(path)}
          />
        ))}
      </Command.Group>
      {models.length > 0 && (
        <Command.Group heading="Model versions" className={GROUP}>
          {models.map(({ name, version, stage, digest }) => (
            <Item
              key={`${name}:${version}`}
              value={`${name}:${version} ${digest}`}
              icon={<Box aria-hidden className="size-4" />}
              label={`${name}:${version}`}
              note={stage}
              onSelect={() => go(pb.version(name, version))}
            />
          ))}
        </Command.Group>
      )}
      {routes.length + policies.length > 0 && (
        <Command.Group heading="Routes and policies" className={GROUP}>
          {routes.map(({ name }) => (
            <Item
              key={`route ${name}`}
              value={`route ${name}`}
              icon={<RouteIcon aria-hidden className="size-4" />}
              label={name}
              note="route"
              onSelect={() => go(pb.route(name))}
            />
          ))}
          {policies.map(({ pack }) => (
            <Item
              key={`policy ${pack}`}
              value={`policy ${pack}`}
              icon={<BookKey aria-hidden className="size-4" />}
              label={pack}
              note="policy"
              onSelect={() => go(pb.policy(pack))}
            />
          ))}
        </Command.Group>
      )}
      {signals.length > 0 && (
        <Command.Group heading="Signals" className={GROUP}>
          {signals.map(({ id, title, severity }) => (
            <Item
              key={id}
              value={`signal ${title} ${id}`}
              icon={<Siren aria-hidden className="size-4" />}
              label={title}
              note={severity}
              onSelect={() => go(pb.signal(id))}
            />
          ))}
        </Command.Group>
      )}
    </>
  )
}

export const CommandPalette = ({ open, onOpenChange, sections = SECTIONS }: Props) => {
  const navigate = useNavigate()
  const go = (path: string) => {
    onOpenChange(false)
    void navigate(path)
  }
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/45" />
        <Dialog.Popup
          aria-label="Search"
          className="rising fixed top-[min(14vh,8rem)] left-1/2 z-50 w-[calc(100vw-1.5rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-surface shadow-lift outline-none"
        >
          <Command label="Search everything" loop>
            <div className="flex items-center gap-2 border-b border-line px-3.5">
              <Search aria-hidden className="size-4 text-ink-3" />
              <Command.Input
                autoFocus
                placeholder="Search models, routes, policies, signals, digests…"
                className="h-11 min-w-0 flex-1 bg-transparent text-base outline-none"
              />
              <Kbd>esc</Kbd>
            </div>
            <Command.List className="max-h-[min(24rem,60dvh)] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-8 text-center text-ink-2">Nothing matches.</Command.Empty>
              {open && <Results go={go} sections={sections} />}
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
