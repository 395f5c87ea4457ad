/** A retraction: bytes out of every route, cache and registry alias, in this order, each step proven. */
import type { Digest } from '@rampart/domain'
import type { RunRequest } from './run.ts'

export type Retraction = {
  readonly model: string
  readonly version: string
  readonly digest: Digest
  readonly reason: string
  readonly hasRegistries: boolean
  readonly incident?: string
  readonly ttlMs?: number
}

/** First nothing can start the bytes again, then what runs is stopped, then what points at them is taken away. */
export const retractionRequest = (retraction: Retraction): RunRequest => {
  const { model, version, digest, reason, hasRegistries } = retraction
  const about = { digest }
  return {
    name: `retract ${model}:${version}`,
    reason,
    subject: { kind: 'model-version', id: `${model}:${version}` },
    onFailure: 'continue',
    // Whoever may not let bytes in again may not undo this either.
    permission: 'waiver:write',
    concurrencyKey: `retract ${digest}`,
    steps: [
      { action: 'digest.deny', parameters: about },
      { action: 'route.withdraw', parameters: about },
      { action: 'caches.evict', parameters: about },
      ...(hasRegistries ? [{ action: 'registry.remove-aliases', parameters: about }] : []),
      { action: 'version.retract', parameters: { model, version } },
    ],
    ...(retraction.incident === undefined ? {} : { incident: retraction.incident }),
    ...(retraction.ttlMs === undefined ? {} : { ttlMs: retraction.ttlMs }),
  }
}
