/** The endpoints of one remote backend: who gets the next call, who is asked how it is, who has proven what it runs. */

import type { Tensor } from '@rampart/codecs'
import {
  type AddressRules,
  createInferenceClient,
  type InferenceClient,
  type InferenceTarget,
} from '@rampart/connectors/inference'
import type { ModelSignature } from '@rampart/domain'
import type { Clock, Logger } from '@rampart/kit'
import { BACKEND_DEFAULTS, type BackendSpec } from './backend-spec.ts'
import { began, described, type EndpointState, ended, mayCall, newEndpoint } from './endpoint-state.ts'

export type EndpointInfo = { readonly url: string; readonly state: ReturnType<typeof described> }

export type Endpoint = {
  readonly url: string
  readonly client: InferenceClient
  begin(): void
  /** `ok` is undefined for a call that says nothing about the endpoint. */
  end(ok: boolean | undefined): void
}

export type RemoteEndpoints = {
  /** The one with the fewest calls among those that may have one; undefined when none may. */
  choose(tried: readonly Endpoint[]): Endpoint | undefined
  /** Asks all of them once. */
  check(): Promise<void>
  info(): readonly EndpointInfo[]
  start(): void
  close(): Promise<void>
}

type Deps = {
  readonly clock: Clock
  readonly logger: Logger
  readonly addresses: AddressRules
  readonly signature: ModelSignature
  /** Throws when the endpoint's answers are not the registered file's; undefined takes them at their word. */
  readonly verify: ((infer: (inputs: readonly Tensor[]) => Promise<Tensor[]>) => Promise<void>) | undefined
  readonly onMismatch: (url: string, error: unknown) => void
}

type Entry = { readonly endpoint: Endpoint; state: EndpointState; verifiedAt: number }

const CHECK_MS = 2_000

export const createRemoteEndpoints = (
  target: Omit<InferenceTarget, 'url'>,
  spec: BackendSpec,
  deps: Deps,
): RemoteEndpoints => {
  const { clock } = deps
  let timer: NodeJS.Timeout | undefined
  let checking: Promise<void> | undefined
  let turn = 0

  const open = (url: string): Entry => {
    const entry: Entry = {
      state: newEndpoint(deps.verify === undefined),
      verifiedAt: Number.NEGATIVE_INFINITY,
      endpoint: {
        url,
        client: createInferenceClient({ ...target, url }, deps),
        begin: () => {
          entry.state = began(entry.state)
        },
        end: (ok) => {
          entry.state = ended(entry.state, ok, clock.monotonic())
        },
      },
    }
    return entry
  }
  const entries = spec.urls.map(open)

  const verifyOne = async (entry: Entry): Promise<void> => {
    const every =
      (typeof spec.verify === 'object' ? spec.verify.intervalMs : undefined) ??
      BACKEND_DEFAULTS.verifyIntervalMs
    if (deps.verify === undefined) return
    if (entry.state.isVerified && clock.monotonic() - entry.verifiedAt < every) return
    try {
      await deps.verify((inputs) =>
        entry.endpoint.client.infer({ inputs, signal: AbortSignal.timeout(CHECK_MS * 2) }),
      )
      entry.state = { ...entry.state, isVerified: true }
      entry.verifiedAt = clock.monotonic()
    } catch (error) {
      const isMismatch = error instanceof Error && 'code' in error && error.code === 'SERVING_BACKEND_DIFFERS'
      if (!isMismatch) throw error
      if (entry.state.isVerified || entry.verifiedAt === Number.NEGATIVE_INFINITY)
        deps.onMismatch(entry.endpoint.url, error)
      entry.state = { ...entry.state, isVerified: false }
      entry.verifiedAt = clock.monotonic()
    }
  }

  const checkOne = async (entry: Entry): Promise<void> => {
    try {
      await entry.endpoint.client.ready(AbortSignal.timeout(CHECK_MS))
      await verifyOne(entry)
      entry.state = { ...entry.state, isReady: true }
    } catch (error) {
      if (entry.state.isReady)
        deps.logger.warn({ err: error, url: entry.endpoint.url }, 'serving.backend-not-ready')
      entry.state = { ...entry.state, isReady: false }
    }
  }

  const check = (): Promise<void> => {
    checking ??= Promise.all(entries.map(checkOne)).then(() => {
      checking = undefined
    })
    return checking
  }

  return {
    choose: (tried) => {
      const now = clock.monotonic()
      turn += 1
      let best: Entry | undefined
      for (let i = 0; i < entries.length; i++) {
        const entry = entries[(turn + i) % entries.length] as Entry
        if (tried.includes(entry.endpoint) || !mayCall(entry.state, now)) continue
        if (best === undefined || entry.state.inFlight < best.state.inFlight) best = entry
      }
      return best?.endpoint
    },
    check,
    info: () =>
      entries.map(({ endpoint, state }) => ({
        url: endpoint.url,
        state: described(state, clock.monotonic()),
      })),
    start: () => {
      timer = setInterval(() => void check(), spec.healthIntervalMs ?? BACKEND_DEFAULTS.healthIntervalMs)
      timer.unref()
    },
    close: async () => {
      clearInterval(timer)
      await checking
      await Promise.all(entries.map(({ endpoint }) => endpoint.client.close()))
    },
  }
}
