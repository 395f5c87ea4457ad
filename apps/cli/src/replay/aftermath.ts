/** What the control plane made of a replay: drift per feature and the signals that are open on the model. */
import { ApiError, type RampartClient } from '@rampart/client'
import type { Resource } from '../kinds.ts'

export type Aftermath = {
  readonly drift?: { readonly verdict: string; readonly worst?: string; readonly rows?: number }
  readonly signals: readonly { readonly severity: string; readonly title: string; readonly id: string }[]
  /** Why nothing is known. */
  readonly unknown?: string
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const driftOf = (items: readonly Resource[], name: string, version: string): Aftermath['drift'] => {
  const found = items.find((item) => item.model === name && item.version === version)
  if (found === undefined) return undefined
  return {
    verdict: text(found.verdict),
    ...(text(found.worstFeature) === '' ? {} : { worst: text(found.worstFeature) }),
    ...(typeof found.rows === 'number' ? { rows: found.rows } : {}),
  }
}

const isAbout = (signal: Resource, name: string): boolean => {
  const id = text((signal.entity as { readonly id?: unknown } | undefined)?.id)
  return id === name || id.startsWith(`${name}:`)
}

/** Needs a token; without one the replay itself still worked, so this only says why it cannot tell. */
export const lookAround = async (
  client: RampartClient,
  name: string,
  version: string,
): Promise<Aftermath> => {
  try {
    const [telemetry, signals] = await Promise.all([
      client.call<{ items: Resource[] }>('GET', '/api/v1/telemetry'),
      client.call<{ items: Resource[] }>('GET', '/api/v1/signals', { query: { limit: 200 } }),
    ])
    const drift = driftOf(telemetry.data.items, name, version)
    const open = signals.data.items.filter((signal) => signal.state !== 'cleared' && isAbout(signal, name))
    return {
      ...(drift === undefined ? {} : { drift }),
      signals: open.map((signal) => ({
        severity: text(signal.severity),
        title: text(signal.title),
        id: text(signal.id),
      })),
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { signals: [], unknown: error.message }
  }
}
