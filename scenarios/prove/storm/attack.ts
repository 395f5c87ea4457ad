/** A real attack beside the storm: two detectors agree on a caller, and the plane shuts it out. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Plane } from '../kill/plane.ts'

export type Attack = { readonly openedMs: number; readonly containedMs: number }

type Run = {
  readonly name: string
  readonly state: string
  readonly steps: readonly { readonly state: string; readonly detail?: string }[]
}
type Line = { readonly time: string; readonly kind: string; readonly text: string }

const LONGEST_MS = 60_000

const toldOf = ({ name, state, steps }: Run): string =>
  `${name} ${state} (${steps.map((one) => `${one.state}: ${one.detail ?? ''}`).join(', ')})`

export const createAttacker = (plane: Pick<Plane, 'ask'>) => {
  let attacks = 0

  const must = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await plane.ask(method, path, body)
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`)
    return answer.body as T
  }
  const until = async (what: string, look: () => Promise<boolean>): Promise<void> => {
    for (const from = performance.now(); !(await look()); await delay(25))
      if (performance.now() - from > LONGEST_MS) throw new Error(`not within ${LONGEST_MS} ms: ${what}`)
  }

  /** How long until the caller had an incident, and until it was shut out for sure. */
  return async (): Promise<Attack> => {
    attacks += 1
    const id = `service:mallory-${attacks}`
    const from = performance.now()
    for (const detector of ['serving.extraction', 'ids.alert']) {
      await must('POST', '/api/v1/signals', {
        ...{ time: new Date().toISOString(), key: `${detector}:${id}`, detector, severity: 'high' },
        ...{ title: `${id} takes the model apart`, entity: { kind: 'caller', id }, evidence: {} },
      })
    }
    let incident = ''
    let told = ''
    const entity = encodeURIComponent(`caller:${id}`)
    await until(`${id} has an incident`, async () => {
      const { items } = await must<{ items: { id: string }[] }>('GET', `/api/v1/incidents?entity=${entity}`)
      incident = items[0]?.id ?? ''
      return incident !== ''
    })
    const openedMs = performance.now() - from
    await until(`${id} is contained`, async () => {
      const path = `/api/v1/response/runs?incident=${incident}`
      const { items } = await must<{ items: Run[] }>('GET', path)
      told = items.map(toldOf).join(', ')
      return items.some(({ state }) => state === 'contained')
    }).catch(async (error: Error) => {
      const { timeline } = await must<{ timeline: Line[] }>('GET', `/api/v1/incidents/${incident}`)
      const lines = timeline.map(({ time, kind, text }) => `${time} ${kind}: ${text}`).join('\n  ')
      throw new Error(`${error.message}; its runs: ${told === '' ? 'none' : told}\n  ${lines}`)
    })
    return { openedMs, containedMs: performance.now() - from }
  }
}
