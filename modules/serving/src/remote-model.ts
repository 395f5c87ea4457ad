/**
 * A registered version that a server elsewhere runs. The digest in answers and records is that of the registered
 * file: what the server really runs cannot be seen from here, so probe rows must get the same answers from both, at
 * load and once a minute. That catches another model or another version, not one made to differ on other rows only.
 */
import type { AddressRules } from '@rampart/connectors/inference'
import type { Clock, Logger } from '@rampart/kit'
import { createSeededRandom } from '@rampart/kit'
import { batchableBySignature, syntheticInputs } from '@rampart/onnx'
import { BACKEND_DEFAULTS, type BackendSpec } from './backend-spec.ts'
import type { BatchEvents } from './batcher.ts'
import { compareOutputs } from './compare-outputs.ts'
import { servingErrors } from './errors.ts'
import type { LoadedModel } from './loaded-model.ts'
import type { ServingOptions } from './options.ts'
import type { ServingPorts } from './ports.ts'
import { createRemoteEndpoints } from './remote-endpoints.ts'
import { createRemoteRunner } from './remote-runner.ts'
import type { SessionPool } from './session-pool.ts'
import type { SnapshotRoute } from './snapshot.ts'

type Deps = {
  readonly clock: Clock
  readonly logger: Logger
  readonly sessions: SessionPool
  readonly raiseSignal: ServingPorts['raiseSignal']
  readonly options: Pick<ServingOptions, 'maxQueuedRows'> & { readonly addresses: AddressRules }
}

const PROBE_SEED = 20_240_607

/** The same rows here and there; the session is given back at once and stays warm or not as memory allows. */
const createProbe =
  (route: SnapshotRoute, spec: BackendSpec, sessions: SessionPool) =>
  async (
    infer: (inputs: ReturnType<typeof syntheticInputs>) => Promise<Parameters<typeof compareOutputs>[0]>,
  ): Promise<void> => {
    const rules = typeof spec.verify === 'object' ? spec.verify : {}
    const rows = rules.rows ?? BACKEND_DEFAULTS.verifyRows
    const tolerance = rules.tolerance ?? BACKEND_DEFAULTS.tolerance
    const inputs = syntheticInputs(route.signature, rows, createSeededRandom(PROBE_SEED))
    const { session, release } = await sessions.acquire(route)
    try {
      const expected = await session.run(inputs)
      const { labelsDiffer, floatsDiffer, largest } = compareOutputs(expected, await infer(inputs), tolerance)
      if (labelsDiffer || floatsDiffer)
        throw servingErrors.SERVING_BACKEND_DIFFERS(
          `The backend does not answer as ${route.model}:${route.version} does (largest difference ${largest}).`,
        )
    } finally {
      await release()
    }
  }

export const createRemoteModel = async <J>(
  route: SnapshotRoute,
  spec: BackendSpec,
  events: BatchEvents<J>,
  deps: Deps,
): Promise<LoadedModel<J>> => {
  const { signature } = route
  const onMismatch = (url: string, error: unknown): void => {
    deps.logger.error(
      { err: error, url, model: route.model, version: route.version },
      'serving.backend-differs',
    )
    const signal = {
      key: `serving.backend-differs:${route.tenant}/${route.backend}/${route.model}:${route.version}`,
      time: deps.clock.iso(),
      detector: 'serving.backend',
      title: `The backend ${route.backend} does not run ${route.model}:${route.version}`,
      severity: 'critical' as const,
      entity: { kind: 'model-version', id: `${route.model}:${route.version}` },
      related: [
        { kind: 'backend', id: route.backend ?? '' },
        { kind: 'route', id: route.name },
      ],
      evidence: { url, message: error instanceof Error ? error.message : '' },
    }
    deps.raiseSignal(route.tenant, signal).catch((cause: unknown) => {
      deps.logger.error({ err: cause }, 'serving.signal-not-raised')
    })
  }
  const endpoints = createRemoteEndpoints(
    {
      protocol: spec.protocol,
      model: spec.model ?? route.model,
      ...(spec.version === undefined ? {} : { version: spec.version }),
      ...(spec.names === undefined ? {} : { names: spec.names }),
      connections: spec.connections ?? BACKEND_DEFAULTS.connections,
      maxResponseBytes: spec.maxResponseBytes ?? BACKEND_DEFAULTS.maxResponseBytes,
    },
    spec,
    {
      ...deps,
      addresses: deps.options.addresses,
      signature,
      verify: spec.verify === false ? undefined : createProbe(route, spec, deps.sessions),
      onMismatch,
    },
  )
  await endpoints.check()
  endpoints.start()
  const batchable = batchableBySignature(signature)
  return {
    batcher: createRemoteRunner<J>({
      endpoints,
      events,
      timeoutMs: spec.timeoutMs ?? BACKEND_DEFAULTS.timeoutMs,
      retries: spec.retries ?? BACKEND_DEFAULTS.retries,
      maxQueuedRows: deps.options.maxQueuedRows,
      isBatchable: batchable,
    }),
    signature,
    placement: 'remote',
    profile: { batchable, timings: [] },
    capacityRows: deps.options.maxQueuedRows,
    endpoints: endpoints.info,
    close: endpoints.close,
  }
}
