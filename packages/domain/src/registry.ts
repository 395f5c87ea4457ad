/** A registry as Rampart sees it: where an organisation keeps its models. Adapters live in `packages/connectors`. */
import { type Static, Type } from 'typebox'
import type { Digest } from './digest.ts'

export const REGISTRY_TYPES = ['mlflow', 'azureml', 'oci', 's3', 'folder'] as const
export type RegistryType = (typeof REGISTRY_TYPES)[number]

/** One dataset a run read, by the digest its producer states. */
export type LineageDataset = { readonly name: string; readonly digest?: string; readonly source?: string }

/** Where a version comes from, as far as the registry tells. */
export type RegistryLineage = {
  readonly runId?: string
  readonly experiment?: string
  /** Revision of the training code, for example a Git commit. */
  readonly codeRevision?: string
  readonly codeRepository?: string
  readonly datasets?: readonly LineageDataset[]
  /** Versions this one was made from, in the registry's own names. */
  readonly parents?: readonly { readonly model: string; readonly version: string }[]
  readonly metrics?: Readonly<Record<string, number>>
  readonly parameters?: Readonly<Record<string, string>>
}

/** One version in the registry's own names; nothing in it is trusted. */
export type RegistryVersion = {
  readonly model: string
  readonly version: string
  /** Where the registry says its bytes are; another place for the same version is a security event. */
  readonly source: string
  /** Another value means: something about this version may have changed. Equal values cost no further request. */
  readonly revision: string
  /** Aliases and stages that point at it now, for example `champion`. */
  readonly aliases: readonly string[]
  readonly stage?: string
  readonly tags: Readonly<Record<string, string>>
  readonly description?: string
  readonly createdBy?: string
  readonly createdAt?: string
}

/** One page of a walk over all versions; `next` is absent on the last one. */
export type RegistryPage = { readonly versions: readonly RegistryVersion[]; readonly next?: string }

export type RegistryFile = {
  /** Relative path with `/`; the adapter refuses everything else. */
  readonly path: string
  readonly sizeBytes?: number
  /** As the registry states it: the engine compares it with what arrived. */
  readonly digest?: Digest
  /** Equal identities are equal bytes, though their digest is not known yet: an ETag with its location, a blob id. */
  readonly identity?: string
  /**
   * A document about the version that is none of its bytes, such as what refers to an OCI manifest: it may come later,
   * and goes to whoever judges it.
   */
  readonly attachment?: 'signature' | 'bom'
  /** For the adapter alone. */
  readonly location: string
}

/** A stream that starts at byte `offset` of the file: 0 when the registry cannot resume. Reading past limits is the engine's to stop. */
export type RegistryDownload = {
  readonly stream: AsyncIterable<Uint8Array>
  readonly offset: number
  readonly sizeBytes?: number
}

export type RegistryCall = { readonly signal: AbortSignal }

/** A version with the source that tells which bytes are meant, whatever its name stands for by now. */
export type AttestationTarget = Pick<RegistryVersion, 'model' | 'version' | 'source'>

/** Signed statements beside a version, where a registry can keep them. */
export type RegistryAttestations = {
  /** The name it has there; the same one again changes nothing. */
  readonly put: (
    target: AttestationTarget,
    statement: { readonly predicateType: string; readonly envelope: Uint8Array },
    call: RegistryCall,
  ) => Promise<string>
  /** One that is gone is removed already; one that the registry does not delete stays. */
  readonly remove: (target: AttestationTarget, name: string, call: RegistryCall) => Promise<void>
}

/** Changes that Rampart makes in a registry; `expected` guards what a person set meanwhile: it is refused, never overwritten. */
export type RegistryWriter = {
  readonly setTag: (
    target: { readonly model: string; readonly version: string },
    key: string,
    value: string | undefined,
    expected: string | undefined,
    call: RegistryCall,
  ) => Promise<void>
  /** Points `alias` at `version`, or removes it when undefined, provided that it points at `expected` now. */
  readonly setAlias: (
    model: string,
    alias: string,
    version: string | undefined,
    expected: string | undefined,
    call: RegistryCall,
  ) => Promise<void>
  readonly attestations?: RegistryAttestations
}

/** What a verified notification says changed; the engine reads the registry itself before it believes anything. */
export type RegistryNotice = {
  readonly deliveryId: string
  /** Epoch milliseconds of the sender's clock, for replay protection. */
  readonly at: number
  readonly model?: string
  readonly version?: string
}

/**
 * The port every adapter fulfils; one contract suite runs on all of them. Every call ends by its signal, throws an
 * AppError (Unavailable and RateLimited are retried by the engine, with `retryAfterMs` in details when known).
 */
export type Registry = {
  readonly type: RegistryType
  /** A walk over all versions that resumes from any `next` it handed out. */
  readonly list: (cursor: string | undefined, call: RegistryCall) => Promise<RegistryPage>
  /** One version as it is now; undefined when it does not exist. */
  readonly version: (
    model: string,
    version: string,
    call: RegistryCall,
  ) => Promise<RegistryVersion | undefined>
  /** Where the aliases of one model point now: alias → version. */
  readonly aliases: (model: string, call: RegistryCall) => Promise<Readonly<Record<string, string>>>
  readonly files: (version: RegistryVersion, call: RegistryCall) => Promise<readonly RegistryFile[]>
  readonly open: (file: RegistryFile, offset: number, call: RegistryCall) => Promise<RegistryDownload>
  readonly lineage?: (version: RegistryVersion, call: RegistryCall) => Promise<RegistryLineage>
  readonly writer?: RegistryWriter
  /** Verifies and reads one notification; undefined when the signature does not hold. Pure. */
  readonly readNotice?: (
    headers: Readonly<Record<string, string | undefined>>,
    body: Uint8Array,
    secret: string,
  ) => RegistryNotice | undefined
  /** Calls back soon after something may have changed, where the registry can tell without webhooks. */
  readonly watch?: (onChange: () => void) => { readonly stop: () => Promise<void> }
  /** Requests sent so far, for status and for tests of incremental sync. */
  readonly requests: () => number
  readonly close: () => Promise<void>
}

/** Names of secrets are looked up at use; their values never stay in a resource. */
export const RegistrySpecSchema = Type.Object(
  {
    type: Type.Enum([...REGISTRY_TYPES]),
    url: Type.String({ minLength: 1, maxLength: 2048 }),
    auth: Type.Optional(
      Type.Object(
        {
          kind: Type.Enum(['none', 'basic', 'bearer', 'aws', 'azure']),
          username: Type.Optional(Type.String({ maxLength: 256 })),
          /** Name of the secret that holds the password, token or key. */
          secretRef: Type.Optional(Type.String({ maxLength: 256 })),
          /** Type-specific, not secret: region, tenantId, clientId, accessKeyId … */
          parameters: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 1024 }))),
        },
        { additionalProperties: false },
      ),
    ),
    /** Glob patterns of model names; all when absent. */
    include: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 256 })),
    /** Interval of reconciliation as a duration: `30s`, `5m`. */
    poll: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}(s|m|h)$' })),
    webhookSecretRef: Type.Optional(Type.String({ maxLength: 256 })),
    /** Write verdict, approval and retraction back as tags and aliases. */
    writeBack: Type.Optional(Type.Boolean()),
    /** Type-specific, not secret: workspace, resourceGroup, prefix, caFile … */
    parameters: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 1024 }))),
  },
  { additionalProperties: false },
)

export type RegistrySpec = Static<typeof RegistrySpecSchema>
