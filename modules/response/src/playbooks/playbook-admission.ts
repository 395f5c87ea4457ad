/** Whether a playbook may be begun: signed by a known key for exactly what it says, in its time, not revoked or removed. */
import { type Playbook, requireSignature } from '@rampart/cacao'
import { entity, type Principal, principalName } from '@rampart/domain'
import { responseErrors } from '../errors.ts'
import type { Resources, ResourcesDeps } from '../resources/resources.ts'

export type AdmissionDeps = Pick<ResourcesDeps, 'database' | 'clock' | 'audit'> & {
  readonly resources: Pick<Resources<Playbook>, 'get' | 'at'>
  readonly trusts: (keyid: string) => boolean
}

type Asked = { readonly name: string; readonly reason: string; readonly revision?: number }

export const createAdmission = (deps: AdmissionDeps) => {
  const { database, clock, resources, trusts } = deps

  const isValid = ({ revoked, valid_from: from, valid_until: until }: Playbook): boolean =>
    revoked !== true &&
    (from === undefined || Date.parse(from) <= clock.now()) &&
    (until === undefined || clock.now() < Date.parse(until))

  /** What may be run now; throws what speaks against it. A revision goes with its playbook: one that was removed or revoked. */
  const admit = async (tenant: string, name: string, revision?: number) => {
    const newest = await resources.get(tenant, name)
    const wanted = revision ?? newest.revision
    const found = wanted === newest.revision ? newest : await resources.at(tenant, name, wanted)
    const { keyid, signee } = requireSignature(found.spec, trusts, clock.now())
    if (!isValid(found.spec) || newest.spec.revoked === true)
      throw responseErrors.RESPONSE_NOT_POSSIBLE(`The playbook ${name} is revoked or out of its time.`)
    return { spec: found.spec, revision: wanted, signature: { keyid, signee } }
  }

  /** What is refused is audited although nothing else is kept. */
  const admitAudited = async (principal: Principal, request: Asked) => {
    try {
      return await admit(principal.tenant, request.name, request.revision)
    } catch (error) {
      const why = error instanceof Error ? error.message.slice(0, 500) : 'refused'
      await database.tx(principal.tenant, (tx) =>
        deps.audit.record(tx, {
          tenant: principal.tenant,
          principal: principalName(principal),
          action: 'playbook.start',
          entity: entity('playbook', request.name),
          outcome: 'denied',
          details: { reason: request.reason, why },
        }),
      )
      throw error
    }
  }

  return { admit, admitAudited }
}
