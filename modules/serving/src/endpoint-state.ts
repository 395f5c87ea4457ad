/**
 * What is known about one endpoint of a remote backend, as a pure machine with the time as an argument. It is asked
 * before each call whether it may have it (circuit breaker with one trial call), and ejected when it keeps failing
 * (consecutive failures) or fails more than half of its calls (outlier); each ejection is longer than the last.
 */
export type EndpointState = {
  /** Answered its last readiness check. */
  readonly isReady: boolean
  /** Gave the registered file's answers; true from the start where that is not asked. */
  readonly isVerified: boolean
  readonly inFlight: number
  readonly failuresInRow: number
  readonly ejections: number
  readonly ejectedUntil: number
  readonly trial: boolean
  readonly window: { readonly from: number; readonly calls: number; readonly failures: number }
}

export const EJECT_AFTER = 5
const EJECT_BASE_MS = 1_000
const EJECT_MAX_MS = 30_000
const WINDOW_MS = 10_000
const WINDOW_CALLS = 20
const WINDOW_SHARE = 0.5

export const newEndpoint = (isVerified: boolean): EndpointState => ({
  isReady: true,
  isVerified,
  inFlight: 0,
  failuresInRow: 0,
  ejections: 0,
  ejectedUntil: 0,
  trial: false,
  window: { from: 0, calls: 0, failures: 0 },
})

export const mayCall = (state: EndpointState, now: number): boolean => {
  if (!state.isVerified || !state.isReady) return false
  if (state.ejectedUntil === 0) return true
  return now >= state.ejectedUntil && !state.trial
}

export const began = (state: EndpointState): EndpointState => ({
  ...state,
  inFlight: state.inFlight + 1,
  trial: state.ejectedUntil > 0,
})

const windowAt = (window: EndpointState['window'], now: number): EndpointState['window'] =>
  now - window.from > WINDOW_MS ? { from: now, calls: 0, failures: 0 } : window

const eject = (state: EndpointState, now: number): EndpointState => ({
  ...state,
  ejections: state.ejections + 1,
  ejectedUntil: now + Math.min(EJECT_MAX_MS, EJECT_BASE_MS * 2 ** Math.min(state.ejections, 10)),
  failuresInRow: 0,
  trial: false,
  window: { from: now, calls: 0, failures: 0 },
})

/** A call that ended for reasons of its own (the client left) says nothing: `ok` is undefined then. */
export const ended = (before: EndpointState, ok: boolean | undefined, now: number): EndpointState => {
  const state = { ...before, inFlight: before.inFlight - 1 }
  if (ok === undefined) return { ...state, trial: false }
  const old = windowAt(state.window, now)
  const window = { ...old, calls: old.calls + 1, failures: old.failures + (ok ? 0 : 1) }
  if (ok) {
    // A trial that succeeds closes the circuit; the count of ejections is forgiven one by one.
    const healed = state.ejectedUntil > 0
    return {
      ...state,
      window,
      failuresInRow: 0,
      ejectedUntil: 0,
      ejections: healed ? state.ejections : Math.max(0, state.ejections - (window.calls % 100 === 0 ? 1 : 0)),
      trial: false,
    }
  }
  const failed = { ...state, window, failuresInRow: state.failuresInRow + 1 }
  const isOutlier = window.calls >= WINDOW_CALLS && window.failures / window.calls >= WINDOW_SHARE
  return failed.trial || failed.failuresInRow >= EJECT_AFTER || isOutlier ? eject(failed, now) : failed
}

export const described = (
  state: EndpointState,
  now: number,
): 'up' | 'not-ready' | 'unverified' | 'ejected' => {
  if (!state.isReady) return 'not-ready'
  if (!state.isVerified) return 'unverified'
  return state.ejectedUntil > now ? 'ejected' : 'up'
}
