/** From a signed document to what the router of this process runs on. */
import { hash } from 'node:crypto'
import type { Digest } from '@rampart/domain'
import type { Snapshot } from '@rampart/serving'
import type { DocumentRoute, GatewaySnapshot } from './snapshot-document.ts'

/** Equal content has an equal number in every process: the first 48 bits of its SHA-256. */
const epochOf = (route: DocumentRoute): number =>
  Number.parseInt(hash('sha256', JSON.stringify(route)).slice(0, 12), 16)

export const hydrate = (
  document: Pick<GatewaySnapshot, 'routes' | 'plans' | 'deployed'>,
  pathOf: (digest: Digest) => string,
): Snapshot => ({
  routes: document.routes.map((route) => ({
    ...route,
    modelPath: pathOf(route.artifactDigest ?? route.digest),
    epoch: epochOf(route),
  })),
  plans: document.plans,
  deployed: new Set(document.deployed),
})
