/** A model made ready for one route: the shared session of its file behind the route's own batches. */
import type { ModelSignature } from '@rampart/domain'
import { type Clock, isAppError, type Tracer } from '@rampart/kit'
import type { ModelProfile } from '@rampart/onnx'
import { type BatchEvents, type Batcher, createBatcher } from './batcher.ts'
import { type LastRun, timedRun } from './call-timing.ts'
import { servingErrors } from './errors.ts'
import type { ServingOptions } from './options.ts'
import type { EndpointInfo } from './remote-endpoints.ts'
import type { SessionPool } from './session-pool.ts'
import type { SnapshotRoute } from './snapshot.ts'

export type LoadedModel<J> = {
  readonly batcher: Batcher<J>
  readonly signature: ModelSignature
  readonly placement: 'inline' | 'worker' | 'remote'
  readonly profile: ModelProfile
  readonly capacityRows: number
  /** Only while tracing is on. */
  readonly lastRun?: LastRun
  /** Of a remote model: how its endpoints are. */
  readonly endpoints?: () => readonly EndpointInfo[]
  close(): Promise<void>
}

type Deps = {
  readonly clock: Clock
  readonly tracer?: Tracer | undefined
  readonly sessions: SessionPool
  readonly options: Pick<ServingOptions, 'maxQueuedRows'>
}

export const loadModel = async <J>(
  route: SnapshotRoute,
  events: BatchEvents<J>,
  deps: Deps,
): Promise<LoadedModel<J>> => {
  const { session, release } = await deps.sessions.acquire(route)
  try {
    const signature = agreedSignature(route.signature, session.inspection.signature)
    const { placement, profile, capacityRows } = session
    const lastRun: LastRun | undefined = deps.tracer === undefined ? undefined : { from: 0, to: 0 }
    const batcher = createBatcher<J>({
      signature,
      batchable: profile.batchable,
      capacityRows,
      maxQueuedRows: deps.options.maxQueuedRows,
      run: lastRun === undefined ? session.run : timedRun(session.run, lastRun, deps.clock.monotonic),
      events,
    })
    const model = { batcher, signature, placement, profile, capacityRows, close: release }
    return lastRun === undefined ? model : { ...model, lastRun }
  } catch (error) {
    await release()
    throw error
  }
}

const agreedSignature = (declared: ModelSignature, found: ModelSignature): ModelSignature => {
  const text = (signature: ModelSignature): string =>
    JSON.stringify(
      [signature.inputs, signature.outputs].map((specs) => specs.map((s) => [s.name, s.datatype, s.shape])),
    )
  if (text(declared) !== text(found))
    throw servingErrors.SERVING_NOT_READY('the model file does not have the signature that was assessed')
  return found
}

/** How a failed load is reported. */
export const loadFailure = (error: unknown): { code: string; message: string } =>
  isAppError(error)
    ? { code: error.code, message: error.message }
    : { code: 'SERVING_NOT_READY', message: 'the model could not be loaded' }
