/** What the control plane made of a replay: drift per feature and the signals that are open on the model. */
import { type AnswerTo, ApiError, type RampartClient } from '@rampart/client'

export type Aftermath = {
  readonly drift?: { readonly verdict: string; readonly worst?: string; readonly rows?: number }
  readonly signals: readonly { readonly severity: string; readonly title: string; readonly id: string }[]
  /** Why nothing is known. */
  readonly unknown?: string
}

type Telemetry = AnswerTo<'get', '/api/v1/telemetry'>['items']
type Signal = AnswerTo<'get', '/api/v1/signals'>['items'][number]

const driftOf = (items: Telemetry, name: string, version: string): Aftermath['drift'] => {
  const found = items.find((item) => item.model === name && item.version === version)
  if (found === undefined) return undefined
  return {
    verdict: found.verdict,
    ...(found.worstFeature === undefined ? {} : { worst: found.worstFeature }),
    rows: found.rows,
  }
}

const isAbout = ({ entity }: Signal, name: string): boolean =>
  entity.id === name || entity.id.startsWith(`${name}:`)

/** Needs a token; without one the replay itself still worked, so this only says why it cannot tell. */
export const lookAround = async (
  client: RampartClient,
  name: string,
  version: string,
): Promise<Aftermath> => {
  try {
    const [telemetry, signals] = await Promise.all([
      client.request('get', '/api/v1/telemetry', {}),
      client.request('get', '/api/v1/signals', { query: { limit: 200 } }),
    ])
    const drift = driftOf(telemetry.data.items, name, version)
    const open = signals.data.items.filter((signal) => signal.state !== 'cleared' && isAbout(signal, name))
    return {
      ...(drift === undefined ? {} : { drift }),
      signals: open.map(({ severity, title, id }) => ({ severity, title, id })),
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { signals: [], unknown: error.message }
  }
}
