/** The frame of every page: signed-in check, navigation, top bar, keyboard, development banner. */
import { useQuery } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { Outlet, ScrollRestoration } from 'react-router'
import { LiveProvider } from '../api/live.tsx'
import { ApiProblem } from '../api/problem.ts'
import { queries } from '../api/queries.ts'
import type { Session } from '../api/types.ts'
import { SignInPage } from '../pages/sign-in.tsx'
import { Sheet } from '../ui/dialog.tsx'
import { TipProvider } from '../ui/tip.tsx'
import { CommandPalette } from './command-palette.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { Navigation, Wordmark } from './navigation.tsx'
import { ProblemNotice } from './query-state.tsx'
import { visibleSections } from './sections.ts'
import { StaleBanner } from './stale-banner.tsx'
import { TopBar } from './top-bar.tsx'
import { useShortcuts } from './use-shortcuts.ts'

export const Shell = () => {
  const session = useQuery(queries.session())
  if (session.data !== undefined) {
    return (
      <LiveProvider>
        <TipProvider delay={350}>
          <Frame session={session.data} />
        </TipProvider>
      </LiveProvider>
    )
  }
  if (session.error instanceof ApiProblem && session.error.status === 401) return <SignInPage />
  if (session.isError) {
    return (
      <main className="mx-auto max-w-xl p-6">
        <ProblemNotice
          error={session.error}
          title="The console cannot reach the control plane"
          onRetry={() => void session.refetch()}
        />
      </main>
    )
  }
  return <div className="h-12 border-b border-line bg-surface" />
}

const Frame = ({ session }: { session: Session }) => {
  const overview = useQuery(queries.overview())
  const [searching, setSearching] = useState(false)
  const [helping, setHelping] = useState(false)
  const [sheet, setSheet] = useState(false)
  const openSearch = useCallback(() => setSearching(true), [])
  const openHelp = useCallback(() => setHelping(true), [])
  useShortcuts({ openSearch, openHelp })
  const sections = visibleSections(overview.data?.pipeline.rooms)
  const counts = { signals: overview.data?.counts.openSignals ?? 0 }
  return (
    <div className="min-h-dvh">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-surface focus:px-3 focus:py-2 focus:shadow-lift"
      >
        Skip to content
      </a>
      <TopBar session={session} onSearch={openSearch} onMenu={() => setSheet(true)} />
      <div className="flex">
        <aside className="sticky top-12 hidden h-[calc(100dvh-3rem)] w-52 shrink-0 flex-col overflow-y-auto border-r border-line bg-surface p-3 lg:flex">
          <Navigation sections={sections} counts={counts} />
          <ModeNote session={session} />
        </aside>
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 px-3 py-5 outline-none sm:px-6">
          <div className="mx-auto max-w-[1600px]">
            <StaleBanner />
            <Outlet />
          </div>
        </main>
      </div>
      <Sheet open={sheet} onOpenChange={setSheet} title="Navigation">
        <div className="mb-3 px-2 py-1">
          <Wordmark />
        </div>
        <Navigation sections={sections} counts={counts} onNavigate={() => setSheet(false)} />
        <ModeNote session={session} />
      </Sheet>
      <CommandPalette open={searching} onOpenChange={setSearching} sections={sections} />
      <HelpDialog open={helping} onOpenChange={setHelping} />
      <ScrollRestoration />
    </div>
  )
}

/** Development mode is said on every page: inference is open to anyone on this machine. */
const ModeNote = ({ session }: { session: Session }) => (
  <div className="mt-auto px-2.5 pt-6 pb-1 text-xs text-ink-3">
    {session.mode === 'development' && (
      <p className="mb-2 border-t border-line pt-3">
        <span className="font-medium text-ink-2">Development mode.</span> Loopback only; inference on this
        machine needs no credential.
      </p>
    )}
    <p>
      {session.product.name} {session.product.version}
    </p>
  </div>
)
