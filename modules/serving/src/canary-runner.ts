/**
 * Moves canaries along: reads what the router counted, judges the step, and writes the next state. Only the state is
 * kept; after a restart a step is measured anew, which makes a canary later but never bolder.
 */
import { ALL_TENANTS, type Clock, type Logger } from '@rampart/kit'
import {
  type CanaryReading,
  type CanaryState,
  type CanaryVerdict,
  canaryKey,
  combine,
  judgeCanary,
} from './canary.ts'
import { bucketEdgeMicros } from './latency-histogram.ts'
import type { ServingPorts } from './ports.ts'
import type { RouteResources } from './route-resources.ts'
import type { CanarySpec } from './route-spec.ts'

export type CanaryReadings = { readonly candidate: CanaryReading; readonly baseline: CanaryReading }

export type CanaryRunnerDeps = {
  readonly clock: Clock
  readonly logger: Logger
  readonly routes: Pick<RouteResources, 'canaries' | 'moveCanary'>
  /** Counters of the versions behind a route; undefined while its candidate is not served. */
  readonly readings: (tenant: string, route: string) => CanaryReadings | undefined
  readonly raiseSignal: ServingPorts['raiseSignal']
}

type Route = Awaited<ReturnType<RouteResources['canaries']>>[number]
type Window = { readonly startedAt: number; readonly start: CanaryReadings }

const TICK_MS = 1_000
const BY = 'component:serving'
const edgeMs = (bucket: number): number => bucketEdgeMicros(bucket) / 1000

const stateOf = (route: Route, spec: CanarySpec): CanaryState => {
  const key = canaryKey(spec)
  return route.canary?.key === key ? route.canary : { key, phase: 'running', step: 0, since: '' }
}

export const createCanaryRunner = (deps: CanaryRunnerDeps) => {
  const windows = new Map<string, Window>()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  const judge = (
    route: Route,
    spec: CanarySpec,
    windowKey: string,
  ): { readonly verdict: CanaryVerdict; readonly evidence: Record<string, unknown> } | undefined => {
    const now = deps.readings(route.tenant, route.name)
    if (now === undefined) return undefined
    const window = windows.get(windowKey)
    if (window === undefined) {
      windows.set(windowKey, { startedAt: deps.clock.monotonic(), start: now })
      return undefined
    }
    const candidate = combine(now.candidate, window.start.candidate, -1)
    const baseline = combine(now.baseline, window.start.baseline, -1)
    const ageMs = deps.clock.monotonic() - window.startedAt
    const counts = ({ answered, failed }: CanaryReading) => ({ answered, failed })
    return {
      verdict: judgeCanary({ spec, candidate, baseline, ageMs, edgeMs }),
      evidence: { candidate: counts(candidate), baseline: counts(baseline), ageMs: Math.round(ageMs) },
    }
  }

  const signal = async (route: Route, reason: string, evidence: Record<string, unknown>): Promise<void> => {
    await deps.raiseSignal(route.tenant, {
      key: `serving.canary:${route.tenant}/${route.name}`,
      state: 'raised',
      time: deps.clock.iso(),
      detector: 'serving.canary',
      title: `The canary of ${route.name} was rolled back: ${reason}`,
      severity: 'medium',
      entity: { kind: 'route', id: route.name },
      ...(route.spec.canary?.version === undefined
        ? {}
        : {
            related: [
              { kind: 'model-version', id: `${route.spec.canary.model}:${route.spec.canary.version}` },
            ],
          }),
      evidence: { reason, ...evidence },
    })
  }

  const follow = async (route: Route, live: Set<string>): Promise<void> => {
    const spec = route.spec.canary
    if (spec === undefined) return
    const state = stateOf(route, spec)
    if (state.phase !== 'running') return
    const windowKey = JSON.stringify([route.tenant, route.name, state.key, state.step])
    live.add(windowKey)
    const judged = judge(route, spec, windowKey)
    if (judged === undefined || judged.verdict.verdict === 'wait') return
    const who = { tenant: route.tenant, by: BY }
    const from = route.canary ?? null
    if (judged.verdict.verdict === 'fail') {
      const { reason } = judged.verdict
      await deps.routes.moveCanary(who, route.name, { phase: 'rolled-back', step: state.step, reason }, from)
      deps.logger.warn({ route: route.name, reason, ...judged.evidence }, 'serving.canary-rolled-back')
      return signal(route, reason, judged.evidence)
    }
    const isLast = state.step + 1 >= spec.steps.length
    const move = isLast
      ? ({ phase: 'promoted', step: state.step } as const)
      : ({ phase: 'running', step: state.step + 1 } as const)
    await deps.routes.moveCanary(who, route.name, move, from)
    deps.logger.info({ route: route.name, ...move, ...judged.evidence }, 'serving.canary-moved')
  }

  const tick = async (): Promise<void> => {
    const live = new Set<string>()
    for (const route of await deps.routes.canaries(ALL_TENANTS))
      await follow(route, live).catch((error: unknown) => {
        deps.logger.warn({ err: error, route: route.name }, 'serving.canary-not-judged')
      })
    for (const key of windows.keys()) if (!live.has(key)) windows.delete(key)
  }

  return {
    /** One look at every canary; `start` does this once a second. */
    tick,
    start: (): void => {
      timer = setInterval(() => {
        running ??= tick()
          .catch((error: unknown) => deps.logger.warn({ err: error }, 'serving.canaries-not-read'))
          .finally(() => {
            running = undefined
          })
      }, TICK_MS)
      timer.unref()
    },
    stop: async (): Promise<void> => {
      clearInterval(timer)
      await running
    },
  }
}
