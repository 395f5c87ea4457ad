/** Cuts this host off from an address by its packet filter; the kernel itself ends it at its time to live. */
import { entity } from '@rampart/domain'
import { Type } from 'typebox'
import type { Action, Half } from '../action.ts'
import { responseErrors } from '../errors.ts'
import type { FirewallPort } from '../ports.ts'
import { closed, Line } from './schemas.ts'

const HOUR = 3_600

const probeOf = (firewall: FirewallPort, wanted: boolean): Half['probe'] => {
  return async ({ parameters }) => {
    const blocked = await firewall.isBlocked(String(parameters.address))
    return {
      took: blocked === wanted ? 'yes' : 'no',
      detail: blocked ? 'every packet from and to it is dropped' : 'nothing is dropped',
    }
  }
}

export const networkSegment = (firewall: FirewallPort): Action => ({
  name: 'network.segment',
  title: 'cut this host off from an address',
  permission: 'response:write',
  schema: closed({
    address: Line(64),
    ttlSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2_592_000,
        description: 'The kernel ends it then, whatever happens to us; 3600',
      }),
    ),
  }),
  idempotent: true,
  blastRadius: async ({ parameters }) => ({
    entities: [entity('host', String(parameters.address))],
    summary: `all traffic between this host and ${String(parameters.address)}, open connections too`,
  }),
  precheck: async ({ parameters }) => {
    const address = String(parameters.address)
    const why = firewall.refusal(address)
    if (why !== undefined) throw responseErrors.RESPONSE_NOT_POSSIBLE(why)
    // What somebody else has cut off already is not ours to give back.
    return { wasBlocked: await firewall.isBlocked(address) }
  },
  apply: async ({ parameters }) => {
    await firewall.block(String(parameters.address), Number(parameters.ttlSeconds ?? HOUR))
    return undefined
  },
  probe: probeOf(firewall, true),
  inverse: {
    idempotent: true,
    apply: async ({ parameters }, { wasBlocked }) => {
      if (wasBlocked !== true) await firewall.release(String(parameters.address))
      return undefined
    },
    probe: async (call, memento, result) =>
      memento.wasBlocked === true
        ? { took: 'yes', detail: 'it was cut off before, and stays so' }
        : probeOf(firewall, false)(call, memento, result),
  },
})
