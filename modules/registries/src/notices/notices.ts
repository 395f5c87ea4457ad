/**
 * Webhooks of registries. A verified one only makes the registry be asked again: nothing in it is believed, so one that is
 * forged, replayed, late or lost changes nothing that the next poll would not change too.
 */
import type { Registry, RegistryNotice, RegistrySpec } from '@rampart/domain'
import type { Clock, Database, Logger, Metrics, Tx } from '@rampart/kit'
import { registriesErrors } from '../errors.ts'
import * as store from './store.ts'

export interface NoticePorts {
  readonly find: (tx: Tx, name: string) => Promise<{ readonly spec: RegistrySpec } | undefined>
  /** The value of a secret; throws when there is none. */
  readonly secret: (name: string) => Promise<string>
  /** How this type of registry signs; undefined when it sends no webhooks. */
  readonly reader: (type: RegistrySpec['type']) => Registry['readNotice']
  /** Asks the registry again, soon. */
  readonly reread: (
    tenant: string,
    registry: string,
    about: Pick<RegistryNotice, 'model' | 'version'>,
  ) => void
}

export type NoticesDeps = NoticePorts & {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'counter'>
}

export type Notices = ReturnType<typeof createNotices>

/** How far the sender's clock may be from ours. */
const WINDOW_MS = 5 * 60_000

const refused = (why: string) => registriesErrors.REGISTRIES_NOTICE_REFUSED(why)

export const createNotices = (deps: NoticesDeps) => {
  const { database, clock, logger } = deps
  const outcomes = deps.metrics.counter({
    name: 'rampart_registry_notices_total',
    help: 'Webhooks of registries, by outcome.',
    labelNames: ['outcome'],
  })

  /** Whoever cannot sign learns nothing about which registries there are. */
  const verify = async (
    tenant: string,
    name: string,
    headers: Readonly<Record<string, string | undefined>>,
    body: Uint8Array,
  ): Promise<RegistryNotice> => {
    const registry = await database.read(tenant, (tx) => deps.find(tx, name))
    const secretRef = registry?.spec.webhookSecretRef
    const read = registry === undefined ? undefined : deps.reader(registry.spec.type)
    if (secretRef === undefined || read === undefined) throw refused('the signature does not hold')
    const notice = read(headers, body, await deps.secret(secretRef))
    if (notice === undefined) throw refused('the signature does not hold')
    return notice
  }

  return {
    /** Throws REGISTRIES_NOTICE_REFUSED; `false` when this delivery was accepted before. */
    accept: async (
      tenant: string,
      name: string,
      headers: Readonly<Record<string, string | undefined>>,
      body: Uint8Array,
    ): Promise<boolean> => {
      const notice = await verify(tenant, name, headers, body).catch((error: unknown) => {
        outcomes.inc({ outcome: 'refused' })
        throw error
      })
      const now = clock.now()
      if (Math.abs(now - notice.at) > WINDOW_MS) {
        outcomes.inc({ outcome: 'stale' })
        logger.warn({ tenant, registry: name, ageMs: now - notice.at }, 'registry.notice-stale')
        throw refused('the delivery is older than five minutes, or comes from the future')
      }
      const isNew = await database.tx(tenant, (tx) =>
        store.remember(tx, name, notice.deliveryId, {
          now: new Date(now).toISOString(),
          forgetBefore: new Date(now - 2 * WINDOW_MS).toISOString(),
        }),
      )
      outcomes.inc({ outcome: isNew ? 'accepted' : 'repeated' })
      if (!isNew) return false
      const { model, version } = notice
      deps.reread(tenant, name, {
        ...(model === undefined ? {} : { model }),
        ...(version === undefined ? {} : { version }),
      })
      return true
    },
  }
}
