/** Serving processes beside the control plane: gateways of its own, on one port, under its supervision. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Lifecycle, programPath, stateLockHolder, writeFileDurably } from '@rampart/kit'
import { createProcessFarm, freePort, type ProcessFarm } from '@rampart/listener'
import type { Ground } from './ground.ts'

export type ServingProcesses = {
  readonly url: string
  readonly grpcAddress?: string
  readonly farm: ProcessFarm
}

type Ports = { readonly http: number; readonly grpc: number }

const slotHome = (home: string, slot: number): string => join(home, 'serving', 'processes', String(slot))

/** A gateway reads the same names from the environment; what was set for this process is not meant for it. */
const environment = (
  { config, home }: Ground,
  controlUrl: string,
  ports: Ports,
  slot: number,
): NodeJS.ProcessEnv => {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('RAMPART_'))
  return {
    ...Object.fromEntries(own),
    RAMPART_HOST: config.host,
    RAMPART_CONTROL_URL: controlUrl,
    RAMPART_CONTROL_TOKEN_FILE: join(home, 'keys', 'process-token'),
    RAMPART_CONTROL_KEY_FILE: join(home, 'serving', 'control-key.pem'),
    RAMPART_ID: 'process',
    RAMPART_LOG_LEVEL: config.log.level,
    RAMPART_GRACE_MS: String(config.graceMs),
    RAMPART_GRPC_ENABLED: String(config.grpc.enabled),
    RAMPART_GRPC_STREAMS: String(config.grpc.streams),
    RAMPART_LIMITS_ARTIFACT_BYTES: String(config.limits.artifactBytes),
    RAMPART_LIMITS_INFERENCE_BODY_BYTES: String(config.limits.inferenceBodyBytes),
    RAMPART_INFERENCE_DEADLINE_MS: String(config.inference.deadlineMs),
    RAMPART_INFERENCE_BACKEND_HOSTS: config.inference.backendHosts,
    RAMPART_INFERENCE_QUEUE_ROWS: String(config.inference.queueRows),
    RAMPART_GATEWAY_SLOT: JSON.stringify({ slot, ...ports, home: slotHome(home, slot) }),
  }
}

const spawnGateway = (env: NodeJS.ProcessEnv): ChildProcess =>
  spawn(process.execPath, [...process.execArgv, programPath('apps/gateway/src/main.ts', 'gateway.js')], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })

/** Undefined when none are configured. `keyPem` signs the snapshots they follow. */
export const startServingProcesses = async (
  ground: Ground,
  lifecycle: Lifecycle,
  control: { readonly url: string; readonly keyPem: string },
): Promise<ServingProcesses | undefined> => {
  const { config, home, logger, clock } = ground
  const { processes, port, grpcPort } = config.serving
  if (processes < 2) return undefined
  const ports = {
    http: port === 0 ? await freePort(config.host) : port,
    grpc: grpcPort === 0 ? await freePort(config.host) : grpcPort,
  }
  mkdirSync(join(home, 'serving'), { recursive: true, mode: 0o700 })
  writeFileDurably(join(home, 'serving', 'control-key.pem'), control.keyPem)
  const farm = createProcessFarm({
    count: processes,
    clock,
    logger,
    graceMs: config.graceMs * 0.9,
    spawn: (slot) => spawnGateway(environment(ground, control.url, ports, slot)),
    leftover: (slot) => stateLockHolder({ home: slotHome(home, slot) }),
  })
  lifecycle.onStop('serving-processes', farm.stop)
  await farm.start()
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const url = `http://${host}:${ports.http}`
  return config.grpc.enabled ? { url, grpcAddress: `${host}:${ports.grpc}`, farm } : { url, farm }
}
