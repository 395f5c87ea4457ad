/**
 * Keeps versions without a valid verdict from being served. Asked once per snapshot and when a verdict expires, never
 * per call; what it took away and gave back is told as a signal.
 */
import type { Clock, Logger } from '@rampart/kit'
import { checkVerdict, type VerdictCheck } from '@rampart/signing'
import type { ServingPorts } from './ports.ts'
import type { SnapshotRoute } from './snapshot.ts'

export type VerdictGateDeps = Pick<ServingPorts, 'raiseSignal' | 'verdictKeys'> & {
  readonly clock: Clock
  readonly logger: Logger
}

/** Longest delay that a timer takes, ms; a later moment is looked at again then. */
const MAX_DELAY_MS = 2 ** 31 - 1

export const createVerdictGate = (deps: VerdictGateDeps) => {
  const { clock, logger, verdictKeys } = deps
  // An envelope is one object from one snapshot to the next as long as it is the same verdict.
  const checked = new WeakMap<object, VerdictCheck>()
  const refused = new Map<string, { readonly route: SnapshotRoute; readonly why: string }>()
  let timer: NodeJS.Timeout | undefined

  const check = (route: SnapshotRoute): VerdictCheck => {
    const known = route.verdict === undefined ? undefined : checked.get(route.verdict)
    const same =
      known?.valid === true && known.verdict.digest === route.digest && known.verdict.tenant === route.tenant
    if (same && clock.now() < known.expiresAtMs) return known
    const made = checkVerdict(route.verdict, route, verdictKeys?.() ?? [], clock.now())
    if (route.verdict !== undefined) checked.set(route.verdict, made)
    return made
  }

  /** Why the version may not be served; undefined when it may, or when no verdicts are asked for. */
  const fault = (route: SnapshotRoute): string | undefined => {
    if (verdictKeys === undefined) return undefined
    const found = check(route)
    return found.valid ? undefined : `${found.fault}: ${found.reasons.join('; ')}`.slice(0, 1000)
  }

  const tell = (route: SnapshotRoute, why: string | undefined): void => {
    const id = `${route.model}:${route.version}`
    logger[why === undefined ? 'info' : 'warn'](
      { model: id, tenant: route.tenant, digest: route.digest, why },
      why === undefined ? 'serving.verdict-valid-again' : 'serving.verdict-refused',
    )
    const signal = {
      key: `serving.verdict:${route.model}:${route.version}`,
      state: why === undefined ? ('cleared' as const) : ('raised' as const),
      time: clock.iso(),
      detector: 'serving.verdict',
      title: `${id} is deployed and has no valid verdict, so it is not served`,
      severity: 'high' as const,
      entity: { kind: 'model-version', id },
      related: [{ kind: 'route', id: route.name }],
      evidence: { digest: route.digest, why: why ?? 'the verdict is valid again' },
    }
    deps.raiseSignal(route.tenant, signal).catch((error: unknown) => {
      logger.error({ err: error }, 'serving.signal-not-raised')
    })
  }

  return {
    fault,
    /** Tells what changed since the last snapshot, and calls `again` when the next verdict expires. */
    settle: (routes: readonly SnapshotRoute[], again: () => void): void => {
      clearTimeout(timer)
      if (verdictKeys === undefined) return
      const deployed = routes.filter(({ stage }) => stage === 'deployed')
      const now = new Map<string, { readonly route: SnapshotRoute; readonly why: string }>(
        deployed.flatMap((route) => {
          const why = fault(route)
          return why === undefined
            ? []
            : [[`${route.tenant}/${route.model}:${route.version}`, { route, why }] as const]
        }),
      )
      for (const [key, { route }] of refused) if (!now.has(key)) tell(route, undefined)
      for (const [key, { route, why }] of now) if (refused.get(key)?.why !== why) tell(route, why)
      refused.clear()
      for (const [key, value] of now) refused.set(key, value)
      const expiries = deployed.flatMap((route) => {
        const found = check(route)
        return found.valid ? [found.expiresAtMs] : []
      })
      if (expiries.length === 0) return
      const delay = Math.min(MAX_DELAY_MS, Math.max(0, Math.min(...expiries) - clock.now()))
      timer = setTimeout(again, delay)
      timer.unref()
    },
    close: (): void => clearTimeout(timer),
  }
}
