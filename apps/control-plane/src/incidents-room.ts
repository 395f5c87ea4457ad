/** Incidents, given what they reach of the other rooms. */
import type { Audit } from '@rampart/audit'
import type { Policy } from '@rampart/policy'
import { createIncidents } from '@rampart/threats'
import type { Ground } from './ground.ts'

type Wanted = { readonly audit: Audit; readonly policy: Policy }

export const createIncidentsRoom = (ground: Ground, { audit, policy }: Wanted) =>
  createIncidents({ ...ground, audit, policy })
