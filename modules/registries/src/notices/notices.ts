/**
 * Webhooks of registries. A verified one only makes the registry be asked again: nothing in it is believed, so one that is
 * forged, replayed, late or lost changes nothing that the next poll would not change too.
 */
import type { Registry, RegistryNotice, RegistrySpec } from '@rampart/domain'
import type { Clock, Database, Logger, Metrics } from '@rampart/kit'
import { registriesErrors } from '../errors.ts'
import { isIncluded } from '../name-pattern.ts'
import { findResource, makeDue, nudge } from '../store.ts'
import { createRereads } from './rereads.ts'
import * as store from './store.ts'

export interface NoticePorts {
  /** The value of a secret; throws when there is none. */
  readonly secret: (name: string) => Promise<string>
  /** How this type of registry signs; undefined when it sends no webhooks. */
  readonly reader: (type: RegistrySpec['type']) => Registry['readNotice']
  /** Asks the registry itself about one model, and a version of it. */
  readonly look: (
    tenant: string,
    registry: string,
    at: { readonly model: string; readonly version?: string },
  ) => Promise<void>
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
  const rereads = createRereads(logger)
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
  ): Promise<{ readonly notice: RegistryNotice; readonly spec: RegistrySpec }> => {
    const registry = await database.read(tenant, (tx) => findResource(tx, name))
    const secretRef = registry?.spec.webhookSecretRef
    const read = registry === undefined ? undefined : deps.reader(registry.spec.type)
    if (registry === undefined || secretRef === undefined || read === undefined)
      throw refused('the signature does not hold')
    const secret = await deps.secret(secretRef).catch((error: unknown) => {
      logger.error({ err: error, tenant, registry: name }, 'registry.notice-secret-missing')
      throw refused('the signature does not hold')
    })
    const notice = read(headers, body, secret)
    if (notice === undefined) throw refused('the signature does not hold')
    return { notice, spec: registry.spec }
  }

  const reread = (tenant: string, name: string, { model, version }: RegistryNotice): void =>
    rereads.ask(JSON.stringify([tenant, name, model, version]), () =>
      model === undefined
        ? database.tx(tenant, async (tx) => {
            await makeDue(tx, name)
            await nudge(tx)
          })
        : deps.look(tenant, name, { model, ...(version === undefined ? {} : { version }) }),
    )

  return {
    /** Throws REGISTRIES_NOTICE_REFUSED; `false` when this delivery was accepted before. */
    accept: async (
      tenant: string,
      name: string,
      headers: Readonly<Record<string, string | undefined>>,
      body: Uint8Array,
    ): Promise<boolean> => {
      const { notice, spec } = await verify(tenant, name, headers, body).catch((error: unknown) => {
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
      if (notice.model === undefined || isIncluded(spec.include, notice.model)) reread(tenant, name, notice)
      return true
    },
    stop: rereads.stop,
  }
}
