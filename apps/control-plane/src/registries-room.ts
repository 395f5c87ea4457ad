/** Registries elsewhere, given what they reach of the other rooms. */
import { join } from 'node:path'
import type { Audit } from '@rampart/audit'
import { componentPrincipal } from '@rampart/domain'
import { type Inventory, versionDigest } from '@rampart/inventory'
import { isAppError } from '@rampart/kit'
import {
  type AttachmentPort,
  createRegistries,
  type InventoryPort,
  type Registries,
  registriesErrors,
} from '@rampart/registries'
import type { createSignatures } from '@rampart/trust'
import type { Ground } from './ground.ts'
import type { createLineageRoom } from './lineage-room.ts'
import { createCheckRegistry, createOpenRegistry } from './registry-adapters.ts'

type LineageRoom = ReturnType<typeof createLineageRoom>
type Attachments = {
  readonly signatures: Pick<ReturnType<typeof createSignatures>, 'accept'>
  readonly lineage: Pick<LineageRoom['lineage'], 'importBom'>
}

/** A signature counts when a trusted signer made it, a bill of materials when it is about these bytes. */
const attachmentPort = ({ signatures, lineage }: Attachments): AttachmentPort => ({
  accept: async (tenant, ref, kind, bytes) => {
    const principal = componentPrincipal('registries', ['operator'], tenant)
    if (kind === 'signature') await signatures.accept(principal, ref, bytes)
    else await lineage.importBom(principal, ref, parseBom(bytes))
  },
})

const parseBom = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw registriesErrors.REGISTRIES_FILES_REFUSED('A bill of materials is no JSON in UTF-8.', { cause })
  }
}

const inventoryPort = (inventory: Inventory): InventoryPort => ({
  register: (tenant, request) =>
    inventory.register(componentPrincipal('registries', ['operator'], tenant), request),
  find: async (tenant, ref) => {
    try {
      return await inventory.get(tenant, ref)
    } catch (error) {
      if (isAppError(error) && error.kind === 'NotFound') return undefined
      throw error
    }
  },
  creatorOf: async (tenant, name) => (await inventory.list(tenant, { name, limit: 1 }))[0]?.createdBy,
  digestOf: versionDigest,
})

export const createRegistriesRoom = (
  ground: Ground,
  {
    audit,
    inventory,
    ...attachments
  }: { readonly audit: Audit; readonly inventory: Inventory } & Attachments,
): Registries =>
  createRegistries({
    ...ground,
    audit,
    inventory: inventoryPort(inventory),
    artifacts: {
      sizeOf: inventory.artifactSize,
      adopt: inventory.adoptArtifact,
      localPath: inventory.artifactPath,
    },
    attachments: attachmentPort(attachments),
    // Beside the artifacts: a file that has arrived is moved there, which only works on one file system.
    partialFolder: join(ground.home, 'artifacts', 'partial'),
    checkRegistry: createCheckRegistry(ground),
    openRegistry: createOpenRegistry(ground),
  })
