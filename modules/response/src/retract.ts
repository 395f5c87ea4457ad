/** Retraction as one call: starts the run, waits for its proof, and tells what else has the same bytes. */
import type { Principal } from '@rampart/domain'
import type { Clock } from '@rampart/kit'
import { responseErrors } from './errors.ts'
import type { VersionsPort } from './ports.ts'
import type { Response } from './response.ts'
import { retractionRequest } from './retraction.ts'
import type { StoredRun } from './run.ts'

export type RetractDeps = {
  readonly response: Pick<Response, 'start' | 'settle' | 'actions'>
  readonly versions: Pick<VersionsPort, 'get' | 'withDigest'>
  readonly clock: Clock
  /** Whether the promotion policy lets the caller retract: asked before anything is done. */
  readonly refusal: (
    principal: Principal,
    ref: { readonly model: string; readonly version: string },
    reason: string,
  ) => Promise<string | undefined>
  /** Versions made from this one. */
  readonly descendants?: (
    tenant: string,
    ref: { readonly model: string; readonly version: string },
  ) => Promise<readonly string[]>
}

export type RetractionAnswer = {
  readonly run: StoredRun
  readonly proven: boolean
  readonly durationMs: number
  readonly sameBytes: readonly string[]
  readonly descendants: readonly string[]
}

export type Retract = ReturnType<typeof createRetract>

const WITHIN_MS = 25_000

export const createRetract =
  (deps: RetractDeps) =>
  async (
    principal: Principal,
    request: { readonly name: string; readonly version: string; readonly reason: string },
  ): Promise<RetractionAnswer> => {
    const from = deps.clock.monotonic()
    const { tenant } = principal
    const ref = { model: request.name, version: request.version }
    const found = await deps.versions.get(tenant, ref.model, ref.version)
    const why = await deps.refusal(principal, ref, request.reason)
    if (why !== undefined) throw responseErrors.RESPONSE_FORBIDDEN(why)
    const hasRegistries = deps.response.actions().some(({ name }) => name === 'registry.remove-aliases')
    const started = await deps.response.start(
      principal,
      retractionRequest({ ...ref, digest: found.digest, reason: request.reason, hasRegistries }),
    )
    const [run, same, descendants] = await Promise.all([
      deps.response.settle(tenant, started.id, WITHIN_MS),
      deps.versions.withDigest(tenant, found.digest),
      deps.descendants?.(tenant, ref).catch((): readonly string[] => []) ?? [],
    ])
    return {
      run,
      proven: run.state === 'contained',
      durationMs: Math.round(deps.clock.monotonic() - from),
      sameBytes: same
        .map((one) => `${one.model}:${one.version}`)
        .filter((name) => name !== `${ref.model}:${ref.version}`),
      descendants,
    }
  }
