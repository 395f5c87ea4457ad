/** Incidents, given what they reach of the other rooms. */
import type { Audit } from '@rampart/audit'
import type { Policy } from '@rampart/policy'
import type { ProtectedEntities } from '@rampart/response'
import { createIncidents } from '@rampart/threats'
import type { DeployedHosts } from './deployed-hosts.ts'
import type { Ground } from './ground.ts'

type Wanted = {
  readonly audit: Audit
  readonly policy: Policy
  readonly protectedEntities: Pick<ProtectedEntities, 'inForce'>
  readonly servingHosts: DeployedHosts['servingHosts']
}

export const createIncidentsRoom = (ground: Ground, { protectedEntities, ...wanted }: Wanted) =>
  createIncidents({ ...ground, ...wanted, protectedEntities: protectedEntities.inForce })
