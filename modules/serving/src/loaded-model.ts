/** Loads a version's model, measures it, and decides whether it runs inline or in a worker. */
import type { ModelSignature } from '@rampart/domain'
import { type Clock, isAppError, type Logger, type Random } from '@rampart/kit'
import {
  createSession,
  createWorkerSession,
  type ModelProfile,
  type Session,
  type WorkerSession,
} from '@rampart/onnx'
import { type BatchEvents, type Batcher, createBatcher } from './batcher.ts'
import { servingErrors } from './errors.ts'
import type { ServingOptions } from './options.ts'
import type { SnapshotRoute } from './snapshot.ts'

export type LoadedModel<J> = {
  readonly batcher: Batcher<J>
  readonly signature: ModelSignature
  readonly placement: 'inline' | 'worker'
  readonly profile: ModelProfile
  readonly capacityRows: number
  close(): Promise<void>
  /** Ends the worker of a model that runs in one, as a crash would. */
  killWorker(): Promise<void>
}

type Deps = {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly options: Pick<
    ServingOptions,
    'batchRows' | 'inlineMaxMs' | 'maxQueuedRows' | 'runTimeoutMs' | 'maxModelBytes'
  >
}

const MEASURED_RUNS = 60
const MEASURING_MS = 3_000

/** Always loads in a worker first: what an unknown model does to a thread, it does to that one. */
export const loadModel = async <J>(
  route: SnapshotRoute,
  events: BatchEvents<J>,
  deps: Deps,
): Promise<LoadedModel<J>> => {
  const { options } = deps
  const source = {
    path: route.modelPath,
    digest: route.artifactDigest ?? route.digest,
    maxBytes: options.maxModelBytes,
  }
  const worker = await createWorkerSession(
    {
      ...source,
      runTimeoutMs: options.runTimeoutMs,
      onDeath: (error) =>
        deps.logger.warn(
          { route: route.name, version: route.version, code: error.code },
          'serving.worker-died',
        ),
    },
    deps,
  )
  try {
    const signature = agreedSignature(route.signature, worker.inspection.signature)
    const profile = await worker.profile({
      batchRows: options.batchRows,
      runs: MEASURED_RUNS,
      budgetMs: MEASURING_MS,
    })
    const inlineRows = inlineCapacity(profile, options.inlineMaxMs)
    const capacityRows = inlineRows ?? Math.max(...options.batchRows)
    const session: Session = inlineRows === undefined ? worker : await createSession(source)
    if (session !== worker) await worker.close()
    const batcher = createBatcher<J>({
      signature,
      batchable: profile.batchable,
      capacityRows,
      maxQueuedRows: options.maxQueuedRows,
      run: (inputs) => session.run(inputs),
      events,
    })
    return {
      batcher,
      signature,
      placement: session === worker ? 'worker' : 'inline',
      profile,
      capacityRows,
      close: () => session.close(),
      killWorker: async () => (session === worker ? (session as WorkerSession).kill() : undefined),
    }
  } catch (error) {
    await worker.close()
    throw error
  }
}

/** Largest measured batch that stays within the limit, if any. */
const inlineCapacity = (profile: ModelProfile, maxMs: number): number | undefined =>
  profile.timings.filter(({ p95Ms }) => p95Ms <= maxMs).at(-1)?.rows

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
