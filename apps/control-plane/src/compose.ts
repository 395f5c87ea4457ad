/** Builds the process from a configuration: ground, rooms, listener, and the order in which they stop. */
import { mkdir, readFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import rateLimit from '@fastify/rate-limit'
import { auditMigrations } from '@rampart/audit'
import { registerLoginRoute } from '@rampart/identity'
import {
  acquireStateLock,
  assetPath,
  createEventLog,
  createLifecycle,
  createMetrics,
  createSecrets,
  cryptoRandom,
  type Lifecycle,
  type Logger,
  type MigrationSource,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  systemClock,
} from '@rampart/kit'
import { lineageMigrations } from '@rampart/lineage'
import { closeServer, createBrowserGuard, createHttpServer, listen } from '@rampart/listener'
import { trustMigrations } from '@rampart/trust'
import { addAccessHooks } from './access-hooks.ts'
import { registerApiRoutes } from './api-routes.ts'
import { createApiServer } from './api-server.ts'
import { type AppConfig, homeOf, hostList, modeOf } from './app-config.ts'
import { serverErrors } from './errors.ts'
import { startExamples } from './examples.ts'
import type { Ground } from './ground.ts'
import { startIntegrityWatch } from './integrity-room.ts'
import { countEvents } from './overview-route.ts'
import { createPipeline, type Pipeline } from './pipeline.ts'
import { createRateMeter, type RateMeter } from './rate-meter.ts'
import { createRefusalAudit } from './refusal-audit.ts'
import { registerConsole, registerRootRoutes } from './root-routes.ts'
import { type ServingProcesses, startServingProcesses } from './serving-processes.ts'
import { startTracing } from './tracing.ts'

const migrationsOf = (module: string): MigrationSource => ({
  module,
  dir: assetPath(`modules/${module}/migrations`),
})

export const migrationSources = (): MigrationSource[] => [
  auditMigrations(),
  migrationsOf('identity'),
  migrationsOf('policy'),
  trustMigrations(),
  migrationsOf('inventory'),
  migrationsOf('approvals'),
  migrationsOf('assurance'),
  migrationsOf('serving'),
  migrationsOf('telemetry'),
  migrationsOf('threats'),
  migrationsOf('siem'),
  migrationsOf('gateways'),
  migrationsOf('registries'),
  lineageMigrations(),
  migrationsOf('response'),
]

/** The database to use, embedded unless one was named; stopping is registered first, so it happens last. */
const openGround = async (config: AppConfig, logger: Logger, lifecycle: Lifecycle): Promise<Ground> => {
  const clock = systemClock
  const random = cryptoRandom
  const home = homeOf(config)
  const mode = modeOf(config)
  await mkdir(join(home, 'keys'), { recursive: true, mode: 0o700 })
  const lock = acquireStateLock({ home })
  lifecycle.onStop('state-lock', () => lock.release())
  const exclusive = config.database.url === undefined
  let url = config.database.url
  if (url === undefined) {
    const embedded = await startEmbeddedPostgres({ home, logger })
    lifecycle.onStop('postgres', embedded.stop)
    url = embedded.url
  }
  await migrate({ url, logger, sources: migrationSources() })
  const database = openDatabase({ url, logger, clock, random, poolSize: config.database.poolSize })
  lifecycle.onStop('database', () => database.close())
  const metrics = createMetrics()
  const { version } = await productOf()
  const tracer = await startTracing({ config, logger, metrics, lifecycle, service: 'rampart', version })
  const eventLog = createEventLog({ database, clock, random, logger, metrics })
  lifecycle.onStop('event-log', () => eventLog.stop())
  const ground = {
    database,
    eventLog,
    clock,
    random,
    logger,
    metrics,
    home,
    mode,
    config,
    exclusive,
    secrets: createSecrets({ folder: join(home, 'secrets'), env: process.env }),
    outbound: { allowLoopback: mode === 'development', allowed: hostList(config.outbound.hosts) },
  }
  return tracer === undefined ? ground : { ...ground, tracer }
}

/** Rooms start in the order of the data's way and stop in the reverse. */
const startRooms = async (rooms: Pipeline, lifecycle: Lifecycle): Promise<void> => {
  const { audit, identity, policy, telemetry, serving, sync, canaries, gateways, assurance, signerEffects } =
    rooms
  const { verdictRoom } = rooms
  await audit.start()
  lifecycle.onStop('audit', audit.stop)
  await identity.start()
  lifecycle.onStop('identity', identity.stop)
  await policy.start()
  lifecycle.onStop('policy', policy.stop)
  // Before the router: without verdicts in memory it would refuse what it served until now.
  await verdictRoom.start()
  lifecycle.onStop('verdicts', verdictRoom.stop)
  await rooms.approvals.start()
  lifecycle.onStop('approvals', rooms.approvals.stop)
  telemetry.start()
  lifecycle.onStop('telemetry', telemetry.stop)
  await rooms.callerRules.start()
  lifecycle.onStop('caller-rules', async () => rooms.callerRules.stop())
  await serving.start()
  await rooms.inferenceLog.start()
  lifecycle.onStop('inference-log', rooms.inferenceLog.stop)
  lifecycle.onStop('serving', serving.stop)
  await sync.start()
  lifecycle.onStop('serving-sync', sync.stop)
  canaries.start()
  lifecycle.onStop('canaries', canaries.stop)
  await assurance.start()
  lifecycle.onStop('assurance', assurance.stop)
  await rooms.registries.start()
  lifecycle.onStop('registries', rooms.registries.stop)
  await rooms.registryWatch.start()
  lifecycle.onStop('registry-watch', rooms.registryWatch.stop)
  await rooms.siemRoom.start()
  lifecycle.onStop('siem', rooms.siemRoom.stop)
  await rooms.lineageRoom.start()
  lifecycle.onStop('lineage', rooms.lineageRoom.stop)
  await signerEffects.start()
  lifecycle.onStop('signer-effects', () => signerEffects.stop())
  lifecycle.onStop('signals', rooms.threats.stop)
  await rooms.incidents.start()
  lifecycle.onStop('incidents', rooms.incidents.stop)
  // Gateways follow what is published: nothing is, before it counts every verdict.
  await sync.refresh()
  gateways.start()
  lifecycle.onStop('gateways', gateways.stop)
  await rooms.responseRoom.start()
  lifecycle.onStop('response', rooms.responseRoom.stop)
}

const productOf = async (): Promise<{ name: string; version: string }> => {
  const { version } = JSON.parse(await readFile(assetPath('package.json'), 'utf8')) as { version: string }
  return { name: 'Rampart', version }
}

type Readable = { readonly readiness: () => Promise<{ ready: boolean; waitingFor: string[] }> }

const buildServer = async (ground: Ground, rooms: Pipeline, rates: RateMeter, { readiness }: Readable) => {
  const { config, mode, logger, clock, random } = ground
  const product = await productOf()
  const guard = createBrowserGuard({ loopbackOnly: mode === 'development' })
  const holder: { api?: RequestListener } = {}
  const server = createHttpServer({
    guard,
    inference: rooms.serving.handle,
    lane: rooms.serving.lane,
    api: (request, response) => holder.api?.(request, response),
  })
  const app = await createApiServer({
    logger,
    clock,
    random,
    version: product.version,
    tracer: ground.tracer,
    serverFactory: (handler) => {
      holder.api = handler
      return server
    },
  })
  const access = addAccessHooks(app, {
    mode,
    authenticate: async ({ headers: { authorization, cookie } }) => {
      const caller = await rooms.identity.authenticate({ authorization, cookie })
      rooms.callerRules.check(caller)
      return caller
    },
    onRefused: createRefusalAudit({ ...ground, audit: rooms.audit }),
    decide: (question) => {
      rates.count('decisions')
      return rooms.policy.decide(question)
    },
    rules: () => rooms.policy.hot('authz'),
  })
  await app.register(rateLimit, {
    max: config.limits.requestsPerMinute,
    timeWindow: 60_000,
    // By who called, not by what was sent: a made-up token must not buy a budget of its own.
    keyGenerator: ({ principal, ip }) =>
      principal === undefined ? ip : `${principal.tenant}/${principal.kind}:${principal.id}`,
    errorResponseBuilder: (_request, context) =>
      serverErrors.SERVER_RATE_LIMITED(
        `More than ${context.max} requests a minute; try again in ${context.after}.`,
      ),
  })
  registerRootRoutes(app, { ...ground, readiness })
  registerLoginRoute(app, { identity: rooms.identity, mode, product })
  let endStreams = (): void => undefined
  await app.register(
    async (api) => {
      endStreams = registerApiRoutes(api, { ...ground, ...access, pipeline: rooms, rates, product }).stop
    },
    { prefix: '/api/v1' },
  )
  await registerConsole(app)
  await app.ready()
  rooms.policy.requireActions(access.actions())
  return { server, app, endStreams }
}

const examplesFor = (ground: Ground, rooms: Pipeline, lifecycle: Lifecycle): Readable => {
  const enabled = ground.mode === 'development' && ground.config.examples.enabled
  const examples = enabled
    ? startExamples({
        folder: assetPath('examples'),
        inventory: rooms.inventory,
        logger: ground.logger,
        assessment: (ref) => rooms.assurance.latest('default', ref.name, ref.version),
      })
    : undefined
  if (examples !== undefined) lifecycle.onStop('examples', examples.stop)
  return {
    readiness: async () => {
      const waitingFor: string[] = []
      if (lifecycle.stopping) waitingFor.push('stopping')
      if (!(await ground.database.ready())) waitingFor.push('database')
      const halted = rooms.audit.halted()
      if (halted !== undefined) waitingFor.push(`audit: ${halted}; run rampart audit verify`)
      const progress = examples?.progress()
      if (progress !== undefined && (progress.total < 0 || progress.done < progress.total))
        waitingFor.push(progress.failed.length > 0 ? 'examples (failed, see the log)' : 'examples')
      return { ready: waitingFor.length === 0, waitingFor }
    },
  }
}

export type Running = {
  readonly url: string
  /** HOST:PORT of inference over gRPC; absent when it is switched off. */
  readonly grpcAddress?: string
  readonly mode: Ground['mode']
  readonly home: string
  readonly loginUrl?: string
  /** Present when inference has processes of its own. */
  readonly processes?: ServingProcesses
}

/** The port, or undefined when gRPC is switched off. Stopping waits for the calls in flight. */
const listenGrpc = async (
  config: AppConfig,
  { serving }: Pipeline,
  lifecycle: Lifecycle,
): Promise<number | undefined> => {
  if (!config.grpc.enabled) return undefined
  const listener = await serving.listenGrpc({ host: config.host, port: config.grpc.port })
  lifecycle.onStop('grpc-listener', listener.stop)
  return listener.port
}

/** Starts everything; on any failure what was started is stopped again and the error is thrown. */
export const startControlPlane = async (
  config: AppConfig,
  logger: Logger,
  lifecycle: Lifecycle,
  hooks: Pick<Ground, 'onBoundary'> = {},
): Promise<Running> => {
  const ground = { ...(await openGround(config, logger, lifecycle)), ...hooks }
  const rooms = await createPipeline(ground)
  const rates = createRateMeter(ground)
  lifecycle.onStop('rates', countEvents(ground.eventLog, rates))
  await startRooms(rooms, lifecycle)
  startIntegrityWatch(ground, rooms, lifecycle)
  const late: { readable?: Readable } = {}
  const { server, app, endStreams } = await buildServer(ground, rooms, rates, {
    readiness: async () => (await late.readable?.readiness()) ?? { ready: false, waitingFor: ['start'] },
  })
  const grpc = await listenGrpc(config, rooms, lifecycle)
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const port = await listen(server, { host: config.host, port: config.port })
  // Fastify closes only what it opened itself; the open event streams would keep the server from draining.
  lifecycle.onStop('listener', async () => {
    endStreams()
    rooms.gateways.endWaits()
    await closeServer(server, config.graceMs / 2)
    await app.close()
  })
  const processes = await startServingProcesses(ground, lifecycle, {
    url: `http://${host}:${port}`,
    keyPem: rooms.gateways.publicKey().pem,
  })
  late.readable = examplesFor(ground, rooms, lifecycle)
  const url = `http://${host}:${port}`
  const { mode, home } = ground
  const running = {
    url,
    mode,
    home,
    ...(grpc === undefined ? {} : { grpcAddress: `${host}:${grpc}` }),
    ...(processes === undefined ? {} : { processes }),
  }
  if (mode === 'production') return running
  return { ...running, loginUrl: `${url}/login?code=${await rooms.identity.loginCode()}` }
}

export const lifecycleFor = (config: AppConfig, logger: Logger): Lifecycle =>
  createLifecycle({ logger, clock: systemClock, graceMs: config.graceMs })
