/** The gateway process: configuration → one serving process, or a parent of several on the same ports. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  AppError,
  assetPath,
  configFields,
  createLifecycle,
  createLogger,
  type Lifecycle,
  type Logger,
  loadConfig,
  printConfig,
  stateLockHolder,
  systemClock,
  toExitCode,
} from '@rampart/kit'
import { createProcessFarm, type FarmMessage, freePort } from '@rampart/listener'
import { type RunningGateway, startGateway } from './gateway.ts'
import { type GatewayConfig, gatewayConfigSchema, homeOf } from './gateway-config.ts'

/** Slot of a process that a parent started, by environment. */
const SLOT = 'RAMPART_GATEWAY_SLOT'

const readFlags = (): { file?: string; print: boolean; flags: Record<string, string> } => {
  const names = configFields(gatewayConfigSchema).map(({ flag, meta }) =>
    meta.secret === true ? `${flag}-ref` : flag,
  )
  const { values } = parseArgs({
    allowPositionals: false,
    options: {
      config: { type: 'string' },
      'print-config': { type: 'boolean', default: false },
      ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    },
  })
  const { config, 'print-config': print, ...flags } = values as Record<string, string | boolean | undefined>
  return {
    ...(typeof config === 'string' ? { file: config } : {}),
    print: print === true,
    flags: flags as Record<string, string>,
  }
}

const slotHome = (home: string, slot: number): string => join(home, 'processes', String(slot))

/** The same program with the same settings, on ports that are now fixed. */
const spawnSlot = (
  config: GatewayConfig,
  slot: number,
  ports: { http: number; grpc: number },
): ChildProcess =>
  spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      [SLOT]: JSON.stringify({ slot, ...ports, home: slotHome(homeOf(config), slot) }),
    },
  })

const startFarm = async (
  config: GatewayConfig,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<RunningGateway> => {
  const ports = {
    http: config.port === 0 ? await freePort(config.host) : config.port,
    grpc: config.grpc.port === 0 ? await freePort(config.host) : config.grpc.port,
  }
  const farm = createProcessFarm({
    count: config.processes,
    clock: systemClock,
    logger,
    graceMs: config.graceMs * 0.9,
    spawn: (slot) => spawnSlot(config, slot, ports),
    leftover: (slot) => stateLockHolder({ home: slotHome(homeOf(config), slot) }),
  })
  lifecycle.onStop('processes', farm.stop)
  await farm.start()
  const [url = '', grpc] = farm.children[0]?.addresses() ?? []
  return { url, ...(grpc === undefined ? {} : { grpcAddress: grpc.replace('grpc://', '') }) }
}

type Slot = { readonly slot: number; readonly http: number; readonly grpc: number; readonly home: string }

const slotConfig = (config: GatewayConfig, { slot, http, grpc, home }: Slot): GatewayConfig => ({
  ...config,
  home,
  port: http,
  grpc: { ...config.grpc, port: grpc },
  ...(config.id === undefined ? {} : { id: `${config.id}-${slot}` }),
})

const announce = ({ url, grpcAddress }: RunningGateway): void => {
  const message: FarmMessage = {
    kind: 'ready',
    addresses: [url, ...(grpcAddress === undefined ? [] : [`grpc://${grpcAddress}`])],
  }
  process.send?.(message)
  if (process.send !== undefined) return
  process.stdout.write(`Rampart gateway listens on ${url}\n`)
  if (grpcAddress !== undefined) process.stdout.write(`Inference over gRPC: ${grpcAddress}\n`)
}

const versionOf = (): string => {
  const path = assetPath('package.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version : '0'
}

const run = async (): Promise<void> => {
  const { file, print, flags } = readFlags()
  const config = loadConfig({
    schema: gatewayConfigSchema,
    env: process.env,
    flags,
    fileText: file === undefined ? undefined : readFileSync(file, 'utf8'),
  })
  if (print) {
    process.stdout.write(printConfig(gatewayConfigSchema, config))
    return
  }
  const given = process.env[SLOT]
  const slot = given === undefined ? undefined : (JSON.parse(given) as Slot)
  const name = slot === undefined ? 'gateway' : `gateway-${slot.slot}`
  const logger = createLogger({ level: config.log.level, name })
  const lifecycle = createLifecycle({ logger, clock: systemClock, graceMs: config.graceMs })
  lifecycle.installSignalHandlers()
  try {
    if (slot === undefined && config.processes > 1) announce(await startFarm(config, logger, lifecycle))
    else {
      const mine = slot === undefined ? config : slotConfig(config, slot)
      const context = { config: mine, home: homeOf(mine), version: versionOf(), logger, lifecycle }
      announce(await startGateway(context))
    }
  } catch (error) {
    await lifecycle.stop('start failed')
    throw error
  }
}

run().catch((error: unknown) => {
  const isUsage =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  const text = error instanceof Error ? error.message : String(error)
  const help = error instanceof AppError && error.help !== undefined ? `\n${error.help}` : ''
  const code = error instanceof AppError ? `${error.code}: ` : ''
  process.stderr.write(`rampart gateway: ${code}${text}${help}\n`)
  process.exit(isUsage ? 2 : toExitCode(error))
})
