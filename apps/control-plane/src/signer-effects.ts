/** A changed signer reaches everything that rests on it: each version is decided about again, and quarantined if need be. */
import { componentPrincipal, parseModelVersionRef } from '@rampart/domain'
import type { Inventory } from '@rampart/inventory'
import { type EventLog, isAppError, type Logger } from '@rampart/kit'
import type { Signers } from '@rampart/trust'

export type SignerEffectsDeps = {
  readonly eventLog: Pick<EventLog, 'consumer'>
  readonly signers: Pick<Signers, 'dependents'>
  readonly inventory: Pick<Inventory, 'reconsider'>
  readonly logger: Logger
}

/** A consumer with a checkpoint: killed in the middle, it goes on after the next start; deciding twice changes nothing. */
export const createSignerEffects = ({ eventLog, signers, inventory, logger }: SignerEffectsDeps) =>
  eventLog.consumer({
    name: 'signer-effects',
    types: ['rampart.signer.changed.v1'],
    handle: async ({ tenant, data }) => {
      const { name, action } = data as { name: string; action: string }
      const principal = componentPrincipal('trust', ['admin'], tenant)
      for (const subject of await signers.dependents(tenant, name)) {
        const ref = parseModelVersionRef(subject)
        if (ref === undefined) continue
        try {
          const { stage, reasons } = await inventory.reconsider(
            principal,
            ref,
            `signer ${name} was changed (${action})`,
          )
          if (reasons.length > 0)
            logger.warn({ model: subject, signer: name, stage }, 'signer.version-quarantined')
        } catch (error) {
          // A version that is gone, or that somebody moved meanwhile and for which the next attempt decides.
          if (!isAppError(error) || error.kind !== 'NotFound') throw error
        }
      }
    },
  })
