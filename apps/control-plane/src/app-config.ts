/** Configuration of the control plane: one schema, read once in main. */
import { resolve } from 'node:path'
import { PACKS } from '@rampart/policy'
import { z } from 'zod'
import { serverErrors } from './errors.ts'

const text = (meta: { description: string; env?: string; secret?: boolean }) => z.string().min(1).meta(meta)
const number = (meta: { description: string; unit?: string; env?: string }) =>
  z.number().int().nonnegative().meta(meta)
const flag = (meta: { description: string }) => z.boolean().meta(meta)

export const configSchema = z.object({
  host: text({ description: 'Address to listen on; without OIDC only loopback is accepted' }).default(
    '127.0.0.1',
  ),
  port: number({
    description: 'HTTP port of API, inference and console; 0 takes a free one',
    env: 'PORT',
  }).default(7070),
  grpc: z
    .object({
      enabled: flag({ description: 'Answer the inference protocol over gRPC as well' }).default(true),
      port: number({
        description: 'Port of inference over gRPC; 0 takes a free one',
        env: 'GRPC_PORT',
      }).default(7071),
      streams: number({ description: 'Calls that one gRPC connection may have open' }).default(1024),
    })
    .prefault({}),
  home: text({
    description: 'State folder: keys, artifacts, inference log, embedded database',
    env: 'RAMPART_HOME',
  }).default('./.rampart'),
  database: z
    .object({
      url: text({
        description: 'PostgreSQL to use instead of the embedded one',
        env: 'DATABASE_URL',
        secret: true,
      }).optional(),
      poolSize: number({ description: 'Connections to the database at most' }).default(12),
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
  oidc: z
    .object({
      issuer: text({ description: 'OIDC issuer URL; setting it leaves development mode' }).optional(),
      audience: text({ description: 'Audience that bearer tokens must name' }).optional(),
      rolesClaim: text({ description: 'Claim that lists the roles' }).default('roles'),
    })
    .prefault({}),
  examples: z
    .object({
      enabled: flag({
        description: 'Register and deploy the example models (development mode only)',
      }).default(true),
    })
    .prefault({}),
  limits: z
    .object({
      artifactBytes: number({ description: 'Largest artifact accepted', unit: 'bytes' }).default(
        8 * 1024 ** 3,
      ),
      inferenceBodyBytes: number({ description: 'Largest inference body accepted', unit: 'bytes' }).default(
        16 * 1024 ** 2,
      ),
      rehashBytesPerSecond: number({
        description:
          'How fast files of versions in use are read again, once an hour, though nothing says that they changed',
        unit: 'bytes/s',
      })
        .min(65_536)
        .default(16 * 1024 ** 2),
      requestsPerMinute: number({ description: 'Control API requests per caller and minute' }).default(3000),
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
  serving: z
    .object({
      processes: number({
        description:
          'Processes that answer inference; from two on they are processes of their own on serving.port, at most one per core is useful',
      })
        .min(1)
        .max(64)
        .default(1),
      port: number({ description: 'HTTP port that the serving processes share; 0 takes a free one' }).default(
        7080,
      ),
      grpcPort: number({
        description: 'gRPC port that the serving processes share; 0 takes a free one',
      }).default(7081),
    })
    .prefault({}),
  gateways: z
    .object({
      offlineHours: number({
        description: 'How long a gateway goes on answering without hearing from the control plane',
        unit: 'h',
      })
        .min(1)
        .max(8760)
        .default(24),
    })
    .prefault({}),
  inferenceLog: z
    .object({
      retentionDays: number({ description: 'How long records of inference calls are kept', unit: 'days' })
        .min(1)
        .default(30),
      tenantRetentionDays: z
        .string()
        .meta({
          description:
            'Tenants that keep their records for another time: TENANT=DAYS, by commas; a route says its own',
        })
        .default(''),
      maxBytes: number({
        description: 'Parquet files of records beyond this are removed, oldest day first',
        unit: 'bytes',
      }).default(16 * 1024 ** 3),
    })
    .prefault({}),
  outbound: z
    .object({
      hosts: z
        .string()
        .meta({
          description:
            'Addresses that are not public and where registries, webhooks and sinks may be: HOST, HOST:PORT or ADDRESS/PREFIX, by commas',
        })
        .default(''),
    })
    .prefault({}),
  intake: z
    .object({
      folders: z
        .string()
        .meta({
          description:
            'Folders below which files of alerts may be followed, by commas; without any, all in development mode and none otherwise',
        })
        .default(''),
    })
    .prefault({}),
  registries: z
    .object({
      folders: z
        .string()
        .meta({
          description:
            'Folders below which registries of type folder may be, by commas; without any, all in development mode and none otherwise',
        })
        .default(''),
    })
    .prefault({}),
  lineage: z
    .object({
      namespace: text({
        description:
          'OpenLineage namespace of our jobs, and of datasets NAME:VERSION that are model versions',
      }).default('rampart'),
      url: text({
        description: 'OpenLineage receiver that is sent what happens to versions, at URL/api/v1/lineage',
      }).optional(),
      secretRef: text({ description: 'Name of the secret that holds the bearer token for it' }).optional(),
    })
    .prefault({}),
  approvals: z
    .object({
      requestDays: number({ description: 'How long a request for approval stays open', unit: 'days' })
        .min(1)
        .max(90)
        .default(14),
      webhookUrl: text({
        description:
          'Where requests that open, are approved, rejected or expire are told to; without it nobody is',
      }).optional(),
      webhookSecretRef: text({
        description: 'Name of the secret that signs these notifications (HMAC-SHA-256)',
      }).default('approvals-webhook'),
    })
    .prefault({}),
  response: z
    .object({
      nft: z
        .string()
        .meta({
          description:
            'How nft is run to cut hosts and notebooks off (root, CAP_NET_ADMIN): nft, or a command that runs it elsewhere; without it these actions are refused',
        })
        .default(''),
      protectedAddresses: z
        .string()
        .meta({ description: 'Addresses and networks that are never cut off, by commas' })
        .default(''),
      playbookKeys: z
        .string()
        .meta({
          description:
            'Ed25519 keys whose signatures on playbooks count besides our own: SHA-256 of the SPKI in hex, by commas',
        })
        .default(''),
    })
    .prefault({}),
  policy: z
    .object({
      restore: z
        .array(z.enum(PACKS))
        .meta({
          description:
            'Packs that this start takes back to their shipped version, whatever was edited: the way out of a broken edit; edits stay in the history',
        })
        .default([]),
    })
    .prefault({}),
  trust: z
    .object({
      verdictMinutes: number({
        description: 'How long a verdict counts; it is signed again after half of it',
        unit: 'min',
      })
        .min(1)
        .max(43_200)
        .default(1440),
    })
    .prefault({}),
  telemetry: z
    .object({
      windowRows: number({ description: 'Rows that close a detection window' }).default(500),
      windowMs: number({ description: 'Age that closes a detection window', unit: 'ms' }).default(60_000),
      minRows: number({ description: 'Fewer rows than this are carried into the next window' }).default(100),
      learnRows: number({
        description:
          'Rows of traffic from which a version without a reference learns one; 0 leaves it without',
      }).default(2000),
      learnRowsByModel: z
        .string()
        .meta({ description: 'The same for models that need another number: MODEL=ROWS, by commas' })
        .default(''),
      referenceBytes: number({
        description: 'Largest table of reference rows that is read',
        unit: 'bytes',
      }).default(256 * 1024 ** 2),
    })
    .prefault({}),
  tracing: z
    .object({
      endpoint: text({
        description: 'Base URL of an OTLP/HTTP receiver for OpenTelemetry traces; without it tracing is off',
        env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      }).optional(),
      headers: text({
        description: 'Headers for the receiver: NAME=VALUE by commas, values percent-encoded',
        env: 'OTEL_EXPORTER_OTLP_HEADERS',
        secret: true,
      }).optional(),
      ratio: z
        .number()
        .min(0)
        .max(1)
        .meta({
          description: 'Share of traces that are sampled, unless the caller has decided already',
        })
        .default(0.1),
    })
    .prefault({}),
  graceMs: number({ description: 'Longest wait for each part when stopping', unit: 'ms' }).default(10_000),
})

export type AppConfig = z.infer<typeof configSchema>
export type Mode = 'development' | 'production'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1'])

/** Development mode is what runs without OIDC; it trusts loopback, so it must not be reachable from elsewhere. */
export const modeOf = (config: AppConfig): Mode => {
  if (config.oidc.issuer !== undefined) return 'production'
  if (!LOOPBACK.has(config.host))
    throw serverErrors.SERVER_NOT_LOOPBACK(`Without OIDC the server does not listen on ${config.host}.`)
  return 'development'
}

export const homeOf = (config: AppConfig): string => resolve(config.home)

/** Hosts and address ranges of a setting that lists them by commas or spaces. */
export const hostList = (setting: string): string[] => setting.split(/[\s,]+/).filter((host) => host !== '')
