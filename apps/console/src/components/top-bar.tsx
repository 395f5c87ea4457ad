/** Tenant, search, live indicator, theme, user. */
import { Menu as BaseMenu } from '@base-ui/react/menu'
import { Check, CircleUser, LogOut, Menu, Monitor, Moon, Search, Sun } from 'lucide-react'
import { Link } from 'react-router'
import { signOut } from '../api/mutations.ts'
import { clearToken } from '../api/token.ts'
import type { Session } from '../api/types.ts'
import { IconButton } from '../ui/button.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { LiveIndicator } from './live-indicator.tsx'
import { Wordmark } from './navigation.tsx'
import { type ThemeChoice, useTheme } from './theme.ts'

const POPUP = 'min-w-44 rounded-md border border-line bg-surface p-1 shadow-lift outline-none'
const ITEM =
  'flex cursor-default items-center gap-2 rounded px-2.5 py-1.5 text-sm outline-none select-none data-highlighted:bg-hover'
const TRIGGER =
  'inline-flex size-8 items-center justify-center rounded-md text-ink-2 hover:bg-hover hover:text-ink data-popup-open:bg-hover'

const THEMES: readonly { choice: ThemeChoice; label: string; icon: typeof Sun }[] = [
  { choice: 'light', label: 'Light', icon: Sun },
  { choice: 'dark', label: 'Dark', icon: Moon },
  { choice: 'system', label: 'System', icon: Monitor },
]

const ThemeMenu = () => {
  const [theme, setTheme] = useTheme()
  const Icon = THEMES.find(({ choice }) => choice === theme)?.icon ?? Monitor
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger aria-label={`Theme: ${theme}`} className={TRIGGER}>
        <Icon aria-hidden className="size-4" />
      </BaseMenu.Trigger>
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={4} align="end" className="z-50">
          <BaseMenu.Popup className={POPUP}>
            <BaseMenu.RadioGroup value={theme} onValueChange={(value: ThemeChoice) => setTheme(value)}>
              {THEMES.map(({ choice, label, icon: ItemIcon }) => (
                <BaseMenu.RadioItem key={choice} value={choice} className={ITEM}>
                  <ItemIcon aria-hidden className="size-4 text-ink-3" />
                  <span className="flex-1">{label}</span>
                  <BaseMenu.RadioItemIndicator>
                    <Check aria-hidden className="size-3.5 text-accent" />
                  </BaseMenu.RadioItemIndicator>
                </BaseMenu.RadioItem>
              ))}
            </BaseMenu.RadioGroup>
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  )
}

const leave = async () => {
  await signOut().catch(() => undefined)
  clearToken()
  location.assign('/')
}

const UserMenu = ({ session }: { session: Session }) => (
  <BaseMenu.Root>
    <BaseMenu.Trigger aria-label={`Signed in as ${session.principal.id}`} className={TRIGGER}>
      <CircleUser aria-hidden className="size-4.5" />
    </BaseMenu.Trigger>
    <BaseMenu.Portal>
      <BaseMenu.Positioner sideOffset={4} align="end" className="z-50">
        <BaseMenu.Popup className={POPUP}>
          <div className="border-b border-line px-2.5 pt-1 pb-2">
            <p className="font-medium">{session.principal.id}</p>
            <p className="text-xs text-ink-3">
              {session.principal.kind} · {session.principal.roles.join(', ')}
            </p>
          </div>
          <BaseMenu.Item className={`${ITEM} mt-1`} onClick={() => void leave()}>
            <LogOut aria-hidden className="size-4 text-ink-3" />
            Sign out
          </BaseMenu.Item>
        </BaseMenu.Popup>
      </BaseMenu.Positioner>
    </BaseMenu.Portal>
  </BaseMenu.Root>
)

type Props = { session: Session; onSearch: () => void; onMenu: () => void }

export const TopBar = ({ session, onSearch, onMenu }: Props) => (
  <header
    data-topbar
    className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b border-line bg-surface px-3 lg:px-4"
  >
    <IconButton label="Open navigation" onClick={onMenu} className="lg:hidden">
      <Menu aria-hidden className="size-4.5" />
    </IconButton>
    <Link to="/" aria-label="Rampart, overview" className="lg:w-46">
      <Wordmark />
    </Link>
    <span className="hidden items-center gap-1.5 text-xs text-ink-3 md:inline-flex">
      tenant <span className="font-medium text-ink-2">{session.principal.tenant}</span>
    </span>
    <button
      type="button"
      onClick={onSearch}
      className="mx-auto hidden h-8 w-full max-w-88 items-center gap-2 rounded-md border border-line bg-sunken px-2.5 text-sm text-ink-3 transition-colors hover:border-line-strong sm:flex"
    >
      <Search aria-hidden className="size-3.5" />
      <span className="flex-1 truncate text-left">Search or jump to…</span>
      <Kbd>⌘K</Kbd>
    </button>
    <div className="ml-auto flex items-center gap-1 sm:ml-0">
      <IconButton label="Search" onClick={onSearch} className="sm:hidden">
        <Search aria-hidden className="size-4" />
      </IconButton>
      <span className="px-2">
        <LiveIndicator />
      </span>
      <ThemeMenu />
      <UserMenu session={session} />
    </div>
  </header>
)
