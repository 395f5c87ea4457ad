/** One serving process: follows signed snapshots, answers inference, reports what it saw. No database. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_TENANT } from '@rampart/domain'
import {
  type CanaryReport,
  createArtifactCache,
  createControlLink,
  createFollower,
  createOutbox,
  createReporter,
  planName,
  type ServedReport,
} from '@rampart/gateways'
import {
  acquireStateLock,
  createMetrics,
  cryptoRandom,
  type Lifecycle,
  type Logger,
  systemClock,
  writeFileDurably,
} from '@rampart/kit'
import {
  closeServer,
  createBrowserGuard,
  createConnectionShare,
  createHttpServer,
  hostNames,
  listen,
} from '@rampart/listener'
import { createPackOpener } from '@rampart/policy'
import type { Serving } from '@rampart/serving'
import { createSketcher } from '@rampart/telemetry'
import { gatewayErrors } from './errors.ts'
import type { GatewayConfig } from './gateway-config.ts'
import { createRootHandler } from './root-handler.ts'
import { createRouter } from './router.ts'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1'])
const POLL_MS = 20

export type RunningGateway = { readonly url: string; readonly grpcAddress?: string }

const tokenOf =
  ({ token, tokenFile }: GatewayConfig['control']) =>
  (): string => {
    const found = tokenFile === undefined ? token : readFileSync(tokenFile, 'utf8').trim()
    if (found === undefined) throw gatewayErrors.GATEWAY_TOKEN_MISSING('there is no API key')
    return found
  }

/** The configured id, or one that the folder keeps. */
const idOf = (config: GatewayConfig, home: string): string => {
  if (config.id !== undefined) return config.id
  const path = join(home, 'id')
  if (!existsSync(path)) writeFileDurably(path, `gw-${Buffer.from(cryptoRandom.bytes(5)).toString('hex')}\n`)
  return readFileSync(path, 'utf8').trim()
}

/** Counters of the canaries that this process serves. */
const canariesOf = (serving: Serving | undefined): CanaryReport[] =>
  (serving?.snapshot().plans ?? []).flatMap((plan) => {
    const readings = plan.canary === undefined ? undefined : serving?.canaryReadings(plan.tenant, plan.name)
    if (readings === undefined) return []
    return [structuredClone({ route: plan.name, plan: planName(plan), ...readings }) as CanaryReport]
  })

/** Steps of 2 s: enough that a few lost reports leave no hole. */
const TOLD_STEPS = 8

const servedOf = (serving: Serving | undefined, tenant = DEFAULT_TENANT) =>
  (serving?.counted(tenant, TOLD_STEPS) ?? []).map((one) => structuredClone(one) as ServedReport)

const requestsOf = (serving: Serving | undefined, tenant = DEFAULT_TENANT): number =>
  (serving?.served(tenant) ?? []).reduce((sum, { requests }) => sum + requests, 0)

export type GatewayContext = {
  readonly config: GatewayConfig
  readonly home: string
  readonly version: string
  readonly logger: Logger
  readonly lifecycle: Lifecycle
}

const build = async ({ config, home, version, logger, lifecycle }: GatewayContext) => {
  const clock = systemClock
  const metrics = createMetrics()
  const startedAt = clock.iso()
  const id = idOf(config, home)
  const { control, limits } = config
  const link = createControlLink({
    url: control.url,
    token: tokenOf(control),
    maxArtifactBytes: limits.artifactBytes,
  })
  const outbox = createOutbox({ dir: join(home, 'outbox'), maxBytes: limits.outboxBytes, logger })
  const sketcher = createSketcher({
    random: cryptoRandom,
    layoutOf: (tenant, ref) => router.layoutOf(tenant, ref),
    onFault: (err) => logger.error({ err }, 'gateway.batch-not-sketched'),
  })
  const addresses: string[] = []
  const reporter = createReporter({
    clock,
    logger,
    link,
    outbox,
    takeSketches: sketcher.take,
    canaries: () => canariesOf(router.serving()),
    served: () => servedOf(router.serving(), follower.current()?.tenant),
    about: () => {
      const problem = follower.problem()
      return {
        gateway: id,
        version,
        addresses,
        hosts: hostNames(),
        startedAt,
        epoch: follower.current()?.epoch ?? 0,
        ready: follower.refusal() === undefined,
        requests: requestsOf(router.serving(), follower.current()?.tenant),
        holds: [...(router.serving()?.holding() ?? [])].sort(),
        ...(problem === undefined ? {} : { problem: problem.slice(0, 512) }),
      }
    },
  })
  const router = createRouter({
    clock,
    logger,
    artifacts: createArtifactCache(join(home, 'artifacts'), link),
    openPack: await createPackOpener((err) => logger.warn({ err }, 'gateway.policy-evaluation-failed')),
    refusal: () => follower.refusal(),
    checkMode: (mode) => {
      if (mode === 'development' && !LOOPBACK.has(config.host))
        throw gatewayErrors.GATEWAY_NOT_LOOPBACK(`it listens on ${config.host}`)
    },
    backendHosts: config.inference.backendHosts.split(/[\s,]+/).filter((host) => host !== ''),
    serving: {
      clock,
      logger,
      metrics,
      random: cryptoRandom,
      observe: sketcher.sink,
      anchor: reporter.anchor,
      raiseSignal: async (_tenant, signal) => outbox.add('signal', signal),
      logDecision: (_tenant, decision) => void outbox.add('decision', decision),
      auditDenied: async (denied) => void outbox.add('denied', denied),
      options: {
        recordsDir: join(home, 'inference'),
        maxBodyBytes: limits.inferenceBodyBytes,
        defaultTimeoutMs: config.inference.deadlineMs,
        maxQueuedRows: config.inference.queueRows,
        grpcStreams: config.grpc.streams,
      },
    },
  })
  const follower = createFollower({
    home,
    clock,
    logger,
    link,
    ...(control.keyFile === undefined ? {} : { key: readFileSync(control.keyFile, 'utf8') }),
    ...(control.tenant === undefined ? {} : { tenant: control.tenant }),
    apply: router.apply,
  })
  registerGatewayMetrics(metrics, { outbox, follower })
  lifecycle.onStop('reporter', reporter.stop)
  lifecycle.onStop('router', router.stop)
  lifecycle.onStop('follower', follower.stop)
  return { metrics, reporter, router, follower, addresses }
}

type Parts = Awaited<ReturnType<typeof build>>

const registerGatewayMetrics = (
  metrics: Parts['metrics'],
  {
    outbox,
    follower,
  }: { outbox: ReturnType<typeof createOutbox>; follower: ReturnType<typeof createFollower> },
): void => {
  const gauge = (name: string, help: string, read: () => number): void =>
    void metrics.gauge({ name, help, collect: (one) => one.set(read()) })
  gauge('rampart_gateway_epoch', 'Epoch of the snapshot in force', () => follower.current()?.epoch ?? 0)
  gauge('rampart_gateway_connected', '1 while the control plane answers', () => Number(follower.connected()))
  gauge('rampart_gateway_reports_waiting', 'Reports the control plane has not taken yet', outbox.waiting)
  gauge('rampart_gateway_reports_dropped', 'Reports that did not fit on the disk', outbox.dropped)
}

/** Listens only once it can answer: with other processes on the port, a caller must not meet one that cannot. */
const listenAll = async (
  { config, lifecycle }: GatewayContext,
  { router, metrics, follower, addresses }: Parts,
): Promise<RunningGateway> => {
  const serving = router.serving() as Serving
  const reusePort = process.platform === 'linux'
  const share = createConnectionShare()
  const server = createHttpServer({
    guard: createBrowserGuard({ loopbackOnly: router.mode() === 'development' }),
    inference: serving.handle,
    lane: serving.lane,
    api: createRootHandler({
      metrics,
      mode: router.mode,
      authenticate: router.authenticate,
      waitingFor: () => {
        const refused = follower.refusal()
        return [
          ...(lifecycle.stopping ? ['stopping'] : []),
          ...(refused === undefined ? [] : [refused.message]),
        ]
      },
    }),
    share,
  })
  share.count(server)
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  let grpcAddress: string | undefined
  if (config.grpc.enabled) {
    const grpc = await serving.listenGrpc({ host: config.host, port: config.grpc.port, reusePort })
    lifecycle.onStop('grpc-listener', grpc.stop)
    grpcAddress = `${host}:${grpc.port}`
  }
  const port = await listen(server, { host: config.host, port: config.port, reusePort })
  lifecycle.onStop('listener', async () => {
    share.stop()
    await closeServer(server, config.graceMs / 2)
  })
  const url = `http://${host}:${port}`
  addresses.push(url, ...(grpcAddress === undefined ? [] : [`grpc://${grpcAddress}`]))
  return grpcAddress === undefined ? { url } : { url, grpcAddress }
}

/** Starts, waits for a first snapshot (from disk or from the control plane), then listens. */
export const startGateway = async (context: GatewayContext): Promise<RunningGateway> => {
  const { home, lifecycle } = context
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const lock = acquireStateLock({ home })
  lifecycle.onStop('state-lock', () => lock.release())
  const parts = await build(context)
  await parts.follower.start()
  parts.reporter.start()
  while (parts.follower.current() === undefined && !lifecycle.stopping)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  return listenAll(context, parts)
}
