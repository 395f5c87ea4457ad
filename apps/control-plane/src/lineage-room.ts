/** Lineage with what it asks of the other rooms, and the way of our own events to an OpenLineage receiver. */
import type { Audit } from '@rampart/audit'
import { createOutboundHttp, errorOf, parseServerUrl } from '@rampart/connectors/outbound'
import type { Inventory } from '@rampart/inventory'
import { createDelivery, createLineage, type RunEvent } from '@rampart/lineage'
import type { Ground } from './ground.ts'

const ENDPOINT = 'api/v1/lineage'
const ANSWER_BYTES = 64 * 1024
const SEND_MS = 30_000

/** As the OpenLineage clients do: one POST per event to URL/api/v1/lineage, the key as a bearer token. */
const createReceiver = ({ config, outbound, secrets }: Ground, base: string) => {
  const server = parseServerUrl(base.endsWith('/') ? base : `${base}/`, ['http:', 'https:'])
  const url = new URL(ENDPOINT, server)
  const http = createOutboundHttp({ addresses: outbound })
  const { secretRef } = config.lineage
  return {
    send: async (event: RunEvent, stop: AbortSignal): Promise<void> => {
      const token = secretRef === undefined ? undefined : await secrets.resolve(secretRef)
      const answer = await http.bytes({
        url,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(event),
        signal: AbortSignal.any([stop, AbortSignal.timeout(SEND_MS)]),
        maxBytes: ANSWER_BYTES,
      })
      if (answer.status < 200 || answer.status > 299) throw errorOf(answer)
    },
    close: http.close,
  }
}

export const createLineageRoom = (
  ground: Ground,
  deps: { readonly audit: Audit; readonly inventory: Inventory },
) => {
  const { url, namespace } = ground.config.lineage
  const lineage = createLineage({ ...ground, audit: deps.audit, versions: deps.inventory, namespace })
  const receiver = url === undefined ? undefined : createReceiver(ground, url)
  const delivery =
    receiver === undefined ? undefined : createDelivery({ ...ground, namespace, send: receiver.send })
  return {
    lineage,
    start: async (): Promise<void> => {
      await lineage.start()
      delivery?.start()
    },
    stop: async (): Promise<void> => {
      await delivery?.stop()
      await receiver?.close()
      await lineage.stop()
    },
  }
}
