/** Follows an attack through the product by what it wrote down itself: signal, incident, decision, run, probe. */
import { setTimeout as delay } from 'node:timers/promises'
import type { World } from './world.ts'

type Step = {
  readonly action: string
  readonly state: string
  readonly appliedAt?: string
  readonly probedAt?: string
  readonly detail?: string
}
export type Run = {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly incident?: string
  readonly createdAt: string
  readonly subject: { readonly kind: string; readonly id: string }
  readonly steps: readonly Step[]
}
type Detail = {
  readonly id: string
  readonly status: string
  readonly revision: number
  readonly timeline: readonly { readonly time: string; readonly kind: string; readonly text: string }[]
  readonly conditions: readonly { readonly key: string; readonly rule: string }[]
}

/** Milliseconds since 1970. */
export type Followed = {
  readonly incident: string
  readonly rules: readonly string[]
  readonly signalAt: number
  readonly decidedAt: number
  /** Absent where nothing was contained. */
  readonly containedAt?: number
  readonly verifiedAt?: number
  readonly runs: readonly Run[]
}

export type Wanted = {
  /** Begins the key of the signal. */
  readonly signal: string
  /** Actions that must be proven, or wait for a person. */
  readonly actions: readonly string[]
  readonly mode: 'act' | 'recommend'
  /** ms since 1970; older signals and runs are not of this attack. */
  readonly since: number
  readonly withinMs: number
}

const EVERY_MS = 100
const CLOSE_MS = 60_000

export const createFollow = ({ plane, must }: World) => {
  const signalOf = async ({ signal, since }: Wanted): Promise<{ id: string; time: string } | undefined> => {
    const { items } = await must<{ items: { id: string; key: string; time: string }[] }>(
      'GET',
      '/api/v1/signals?open=true&limit=500',
    )
    return items.find(({ key, time }) => key.startsWith(signal) && Date.parse(time) >= since)
  }
  const incidentOf = async (signal: string): Promise<Detail | undefined> => {
    const { items } = await must<{ items: { id: string }[] }>(
      'GET',
      `/api/v1/incidents?signal=${signal}&limit=1`,
    )
    const id = items[0]?.id
    return id === undefined ? undefined : must<Detail>('GET', `/api/v1/incidents/${id}`)
  }
  const runsSince = async (since: number): Promise<Run[]> => {
    const { items } = await must<{ items: Run[] }>('GET', '/api/v1/response/runs?limit=60')
    return items.filter(({ createdAt }) => Date.parse(createdAt) >= since)
  }

  const stepsOf = (runs: readonly Run[], action: string): Step[] =>
    runs.flatMap(({ steps }) => steps.filter((step) => step.action === action))

  const proven = (runs: readonly Run[], { actions, mode }: Wanted): boolean =>
    actions.every((action) =>
      mode === 'act'
        ? stepsOf(runs, action).some(({ state }) => state === 'probed')
        : runs.some(
            ({ state, steps }) => state === 'waiting' && steps.some((step) => step.action === action),
          ),
    )

  const summarise = (detail: Detail, signalAt: number, runs: readonly Run[], wanted: Wanted): Followed => {
    const steps = wanted.actions.flatMap((action) =>
      stepsOf(runs, action)
        .filter(({ state }) => state === 'probed')
        .slice(-1),
    )
    const last = (pick: (step: Step) => string | undefined): number =>
      Math.max(...steps.map((step) => Date.parse(pick(step) ?? '')))
    const decided = detail.timeline.find(({ kind }) => kind === 'decided')
    return {
      incident: detail.id,
      rules: [...new Set(detail.conditions.map(({ rule }) => rule))].sort(),
      signalAt,
      decidedAt: Date.parse(decided?.time ?? ''),
      ...(wanted.mode === 'act'
        ? { containedAt: last((one) => one.appliedAt), verifiedAt: last((one) => one.probedAt) }
        : {}),
      runs,
    }
  }

  /** What it looked like when the time was over, for the message. */
  const describe = (detail: Detail | undefined, runs: readonly Run[]): string =>
    [
      ...(detail?.timeline ?? []).map(({ kind, text }) => `${kind}: ${text}`),
      ...runs.map(
        ({ name, state, steps }) =>
          `run ${name} is ${state} (${steps.map((one) => `${one.action} ${one.state} ${one.detail ?? ''}`).join('; ')})`,
      ),
    ].join('\n          ')

  return {
    runsSince,
    until: async (wanted: Wanted): Promise<Followed> => {
      let signal: { id: string; time: string } | undefined
      for (const end = Date.now() + wanted.withinMs; ; await delay(EVERY_MS)) {
        // The first report is what the clock starts at; a later one says that it goes on.
        signal ??= await signalOf(wanted)
        const detail = signal && (await incidentOf(signal.id))
        const all = await runsSince(wanted.since)
        // What waits for a person may wait under an incident that has been merged since.
        const runs =
          wanted.mode === 'act'
            ? all.filter(({ incident }) => incident !== undefined && incident === detail?.id)
            : all
        if (signal !== undefined && detail !== undefined && proven(runs, wanted))
          return summarise(detail, Date.parse(signal.time), runs, wanted)
        if (Date.now() > end)
          throw new Error(
            `${wanted.signal} was not answered by ${wanted.actions.join(', ')} within ${wanted.withinMs} ms\n          ${describe(detail, runs)}`,
          )
      }
    },
    /** Undoes what is in force, says no to what waits; resolves when it is done. */
    revert: async (runs: readonly Run[]): Promise<void> => {
      const reason = { reason: 'end of the attack' }
      for (const { id } of runs) {
        const now = await must<Run>('GET', `/api/v1/response/runs/${id}`)
        if (now.state === 'waiting') await plane.ask('POST', `/api/v1/response/runs/${id}/decline`, reason)
        if (['contained', 'incomplete', 'running'].includes(now.state))
          await plane.ask('POST', `/api/v1/response/runs/${id}/revert`, reason)
      }
    },
    /** Until none is open: what is told meanwhile may change one that is being closed. */
    closeAll: async (): Promise<void> => {
      for (const end = Date.now() + CLOSE_MS; Date.now() < end; await delay(EVERY_MS)) {
        const { items } = await must<{ items: { id: string }[] }>(
          'GET',
          '/api/v1/incidents?open=true&limit=100',
        )
        if (items.length === 0) return
        for (const { id } of items) {
          const { etag, status } = await plane.ask('GET', `/api/v1/incidents/${id}`)
          if (status !== 200 || etag === undefined) continue
          const step = { to: 'closed', reason: 'proof', disposition: 'true-positive' }
          await plane.ask('POST', `/api/v1/incidents/${id}/transitions`, step, { 'if-match': etag })
        }
      }
      throw new Error(`incidents are still open after ${CLOSE_MS} ms`)
    },
    incidentOf,
    signalOf,
  }
}

export type Follow = ReturnType<typeof createFollow>
