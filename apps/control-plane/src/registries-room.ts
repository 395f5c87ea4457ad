/** Registries elsewhere, given what they reach of the other rooms. */
import { join } from 'node:path'
import type { Audit } from '@rampart/audit'
import { componentPrincipal } from '@rampart/domain'
import { type Inventory, versionDigest } from '@rampart/inventory'
import { isAppError } from '@rampart/kit'
import { createRegistries, type InventoryPort, type Registries } from '@rampart/registries'
import type { Ground } from './ground.ts'
import { createCheckRegistry, createOpenRegistry } from './registry-adapters.ts'

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
  { audit, inventory }: { readonly audit: Audit; readonly inventory: Inventory },
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
    // Beside the artifacts: a file that has arrived is moved there, which only works on one file system.
    partialFolder: join(ground.home, 'artifacts', 'partial'),
    checkRegistry: createCheckRegistry(ground),
    openRegistry: createOpenRegistry(ground),
  })
