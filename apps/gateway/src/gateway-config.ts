/** Configuration of a gateway: one schema, read once in main. */
import { resolve } from 'node:path'
import { z } from 'zod'

const text = (meta: { description: string; env?: string; secret?: boolean }) => z.string().min(1).meta(meta)
const number = (meta: { description: string; unit?: string; env?: string }) =>
  z.number().int().nonnegative().meta(meta)

export const gatewayConfigSchema = z.object({
  host: text({ description: 'Address to listen on; in development mode only loopback is accepted' }).default(
    '127.0.0.1',
  ),
  port: number({ description: 'HTTP port of inference; 0 takes a free one', env: 'PORT' }).default(7080),
  grpc: z
    .object({
      enabled: z.boolean().meta({ description: 'Answer over gRPC as well' }).default(true),
      port: number({
        description: 'Port of inference over gRPC; 0 takes a free one',
        env: 'GRPC_PORT',
      }).default(7081),
      streams: number({ description: 'Calls that one gRPC connection may have open' }).default(1024),
    })
    .prefault({}),
  processes: number({ description: 'Processes that share the ports; at most one per core is useful' })
    .min(1)
    .max(64)
    .default(1),
  home: text({
    description: 'State folder: snapshot, model files, inference log, reports that wait',
    env: 'RAMPART_GATEWAY_HOME',
  }).default('./.rampart-gateway'),
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,56}$/)
    .meta({ description: 'Name under which the gateway reports; a random one is kept in the state folder' })
    .optional(),
  control: z
    .object({
      url: text({ description: 'Base URL of the control plane' }).default('http://127.0.0.1:7070'),
      token: text({ description: 'API key with the role gateway', secret: true }).optional(),
      tokenFile: text({ description: 'File that holds the API key; read again for every call' }).optional(),
      keyFile: text({
        description: 'PEM of the key that signs snapshots; without it the first key that is told is pinned',
      }).optional(),
      tenant: text({ description: 'Tenant that is served; without it the first snapshot’s' }).optional(),
    })
    .prefault({}),
  limits: z
    .object({
      artifactBytes: number({ description: 'Largest model file accepted', unit: 'bytes' }).default(
        8 * 1024 ** 3,
      ),
      inferenceBodyBytes: number({ description: 'Largest inference body accepted', unit: 'bytes' }).default(
        16 * 1024 ** 2,
      ),
      outboxBytes: number({
        description: 'Reports kept on disk while the control plane is away; more are counted as dropped',
        unit: 'bytes',
      }).default(64 * 1024 ** 2),
    })
    .prefault({}),
  inference: z
    .object({
      deadlineMs: number({ description: 'Deadline of an inference that names none', unit: 'ms' }).default(
        10_000,
      ),
      backendHosts: z
        .string()
        .meta({
          description:
            'Addresses that are not public and where backends may be: HOST, HOST:PORT or ADDRESS/PREFIX, by commas',
        })
        .default(''),
      queueRows: number({ description: 'Rows that may wait per model before requests are shed' }).default(
        4096,
      ),
    })
    .prefault({}),
  log: z
    .object({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error'])
        .meta({ description: 'Least severe level that is written' })
        .default('info'),
    })
    .prefault({}),
  graceMs: number({ description: 'Longest wait for each part when stopping', unit: 'ms' }).default(10_000),
})

export type GatewayConfig = z.infer<typeof gatewayConfigSchema>

export const homeOf = (config: GatewayConfig): string => resolve(config.home)
