/** What the registries room needs of others; wired in the control plane. */
import type {
  ArtifactRef,
  ArtifactRole,
  Digest,
  EntityRef,
  ModelSpec,
  ModelVersion,
  ModelVersionRef,
  Registry,
  RegistryFile,
  RegistrySpec,
} from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export interface AuditPort {
  record(
    tx: Tx,
    entry: {
      readonly tenant: string
      readonly principal: string
      readonly action: string
      readonly entity: EntityRef
      readonly outcome: 'success' | 'denied' | 'failure'
      readonly details: Readonly<Record<string, unknown>>
    },
  ): Promise<void>
}

export type RegisterRequest = ModelVersionRef & {
  readonly artifacts: readonly {
    readonly path: string
    readonly role: ArtifactRole
    readonly digest: Digest
  }[]
  readonly spec: ModelSpec
  /** Written as the version's creator: `registry:NAME`. */
  readonly createdBy: string
}

export interface InventoryPort {
  register(tenant: string, request: RegisterRequest): Promise<{ readonly version: ModelVersion }>
  find(tenant: string, ref: ModelVersionRef): Promise<ModelVersion | undefined>
  /** Who made any version of a model; undefined when there is none. */
  creatorOf(tenant: string, name: string): Promise<string | undefined>
  /** The digest that a version of these files has. */
  digestOf(artifacts: readonly Pick<ArtifactRef, 'path' | 'role' | 'digest'>[]): Digest
}

export interface ArtifactPort {
  sizeOf(digest: Digest): Promise<number | undefined>
  /** Moves a complete file whose bytes have this digest into the store. */
  adopt(path: string, digest: Digest): Promise<void>
  localPath(digest: Digest): Promise<string>
}

/** Takes documents about a version that its registry keeps beside it; throws when they do not count. */
export interface AttachmentPort {
  accept(
    tenant: string,
    ref: ModelVersionRef,
    kind: NonNullable<RegistryFile['attachment']>,
    bytes: Uint8Array,
  ): Promise<void>
}

/** Opens the adapter of a registry; throws an AppError when its parameters or secrets do not do. */
export type OpenRegistry = (
  tenant: string,
  registry: { readonly name: string; readonly spec: RegistrySpec },
) => Promise<Registry>

/** Throws an AppError when a spec of this type cannot be used; asks nobody. */
export type CheckRegistry = (spec: RegistrySpec) => void
