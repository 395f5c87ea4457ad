/** Lineage with what it asks of the other rooms, and the way of our own events to an OpenLineage receiver. */
import type { Audit } from '@rampart/audit'
import { createOutboundHttp, errorOf, parseServerUrl } from '@rampart/connectors/outbound'
import type { Inventory } from '@rampart/inventory'
import { isAppError } from '@rampart/kit'
import {
  createDelivery,
  createDifference,
  createLineage,
  type Lineage,
  type RunEvent,
} from '@rampart/lineage'
import { findLineage } from '@rampart/registries'
import { createModelDocuments, createModelGraphs, type Trust, type Verdicts } from '@rampart/trust'
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

type Rooms = {
  readonly audit: Audit
  readonly inventory: Inventory
  readonly trust: Trust
  readonly verdicts: Pick<Verdicts, 'get'>
}

const ANCESTORS = { depth: 5, direction: 'ancestors' } as const

const createVersionDifference = ({ inventory, trust, verdicts }: Rooms, lineage: Lineage) => {
  const graphs = createModelGraphs({ versions: inventory, defaultVersion: () => undefined })
  // No document leaves from here: the version of the product stands in none.
  const documents = createModelDocuments({ trust, versions: inventory, product: { version: '' } })
  return createDifference({
    get: inventory.get,
    evidenceAbout: trust.evidenceAbout,
    verdict: async (tenant, digest) => {
      try {
        return verdicts.get(tenant, digest).verdict
      } catch (error) {
        if (isAppError(error) && error.kind === 'NotFound') return undefined
        throw error
      }
    },
    bom: (tenant, ref) => documents.bom(tenant, ref, '1.6'),
    graphChange: async (tenant, ref, against) => {
      const { verdict, nodes, tensors } = (await graphs.diff(tenant, ref, against)).diff
      const counts = ({ added, removed, changed }: typeof nodes | typeof tensors) => ({
        added: added.total,
        removed: removed.total,
        changed: changed.total,
      })
      return {
        verdict,
        nodes: { same: nodes.matched, ...counts(nodes) },
        tensors: { same: tensors.same, ...counts(tensors) },
      }
    },
    lineage: (tenant, ref) => lineage.graph(tenant, ref, ANCESTORS),
  })
}

export const createLineageRoom = (ground: Ground, deps: Rooms) => {
  const { url, namespace } = ground.config.lineage
  const lineage = createLineage({
    ...ground,
    audit: deps.audit,
    versions: deps.inventory,
    registryLineage: findLineage,
    namespace,
  })
  const receiver = url === undefined ? undefined : createReceiver(ground, url)
  const delivery =
    receiver === undefined ? undefined : createDelivery({ ...ground, namespace, send: receiver.send })
  return {
    lineage,
    difference: createVersionDifference(deps, lineage),
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
