/** A router on a free port with real models and recorded ports, for tests. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Decision, DecisionResult, Digest, Principal, SignalInput } from '@rampart/domain'
import { createLogger, createMetrics, cryptoRandom, systemClock } from '@rampart/kit'
import { attachInferenceLane } from '@rampart/listener'
import { inspectModel } from '@rampart/onnx'
import type { ServingOptions } from './options.ts'
import type { DeniedCalls, HotPolicy, ObservedBatch, ServingPorts } from './ports.ts'
import type { AnchorBatch } from './record-anchor.ts'
import { createServing, type Serving } from './serving.ts'
import type { SnapshotRoute } from './snapshot.ts'

export { createDecisionCache } from './decision-cache.ts'

export type ServingFixture = {
  readonly serving: Serving
  readonly url: string
  readonly folder: string
  readonly recordsDir: string
  readonly anchored: AnchorBatch[]
  readonly denied: DeniedCalls[]
  readonly signals: SignalInput[]
  readonly decisions: Decision[]
  readonly observedRows: () => number
  /** Replaces the policy; the epoch grows. */
  setPolicy(evaluate: (input: unknown) => DecisionResult): void
  setCaller(caller: Principal): void
  metricsText(): Promise<string>
  /** Writes a model file and describes it as a deployed default route. */
  route(name: string, model: Uint8Array, changes?: Partial<SnapshotRoute>): Promise<SnapshotRoute>
  infer(name: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  stop(): Promise<void>
}

const ANONYMOUS: Principal = { kind: 'anonymous', id: 'loopback', tenant: 'default', roles: [], via: 'none' }

export const startServing = async (
  options: Partial<ServingOptions> = {},
  ports: Partial<Pick<ServingPorts, 'verdictKeys' | 'clock'>> = {},
): Promise<ServingFixture> => {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-serving-'))
  const recordsDir = options.recordsDir ?? join(folder, 'inference')
  const anchored: AnchorBatch[] = []
  const denied: DeniedCalls[] = []
  const signals: SignalInput[] = []
  const decisions: Decision[] = []
  const metrics = createMetrics()
  let rows = 0
  let epoch = 1
  let caller = ANONYMOUS
  const allow = (): DecisionResult => ({ allow: true, reasons: [], obligations: { log: 'digest' } })
  const digest: Digest = `sha256:${'0'.repeat(64)}`
  let policy: HotPolicy = { digest, epoch, inputPaths: ['caller', 'route'], evaluate: allow }
  const observe = (batch: ObservedBatch): void => {
    rows += batch.rows
  }
  const serving = createServing({
    clock: systemClock,
    random: cryptoRandom,
    logger: createLogger({ level: 'silent', name: 'serving-test' }),
    metrics,
    mode: 'development',
    policyHot: () => policy,
    authenticate: () => caller,
    observe: { observeBatch: observe },
    raiseSignal: async (_tenant, signal) => signals.push(signal),
    auditDenied: async (call) => void denied.push(call),
    logDecision: (_tenant, decision) => decisions.push(decision),
    anchor: async (batch) => void anchored.push(batch),
    ...ports,
    options: {
      batchRows: [8, 16],
      addresses: { allowLoopback: true, allowed: [] },
      ...options,
      recordsDir,
    },
  })
  await serving.start()
  const server = createServer(serving.handle)
  attachInferenceLane(server, { handle: serving.lane, admits: () => true })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    serving,
    url,
    folder,
    recordsDir,
    anchored,
    denied,
    signals,
    decisions,
    observedRows: () => rows,
    setPolicy: (evaluate) => {
      epoch += 1
      policy = { ...policy, epoch, evaluate }
    },
    setCaller: (next) => {
      caller = next
    },
    metricsText: () => metrics.registry.metrics(),
    route: async (name, model, changes = {}) => describeRoute(folder, name, model, changes),
    infer: (name, body, headers = {}) =>
      fetch(`${url}/v2/models/${name}/infer`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    stop: async () => {
      await serving.stop()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const describeRoute = async (
  folder: string,
  name: string,
  model: Uint8Array,
  changes: Partial<SnapshotRoute>,
): Promise<SnapshotRoute> => {
  const digest: Digest = `sha256:${createHash('sha256').update(model).digest('hex')}`
  const modelPath = join(folder, `${digest.slice(7, 23)}.onnx`)
  await writeFile(modelPath, model)
  return {
    name,
    model: name,
    version: '1.0.0',
    digest,
    stage: 'deployed',
    tenant: 'default',
    isDefault: true,
    modelPath,
    signature: inspectModel(modelPath, { maxBytes: 1e9 }).signature,
    labels: {},
    epoch: 1,
    ...changes,
  }
}
