/** Export to SIEMs with what it reaches of the other rooms. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Audit } from '@rampart/audit'
import { createAddressGuard, parseServerUrl } from '@rampart/connectors/outbound'
import { assetPath } from '@rampart/kit'
import { createOpenTransport, createSinks, isExported, type Sinks } from '@rampart/siem'
import type { Ground } from './ground.ts'

const SINK_PROTOCOLS = ['udp:', 'tcp:', 'tls:', 'amqp:', 'amqps:', 'http:', 'https:']

/** Types of the event log that are about something a SIEM is told of. */
const exportedTypes = (): string[] =>
  readdirSync(assetPath('contracts/events'))
    .filter((file) => file.endsWith('.schema.json'))
    .map((file) => file.slice(0, -'.schema.json'.length))
    .filter(isExported)

export type SiemRoom = {
  readonly sinks: Sinks
  start(): Promise<void>
  stop(): Promise<void>
}

export const createSiemRoom = (ground: Ground, { audit }: { readonly audit: Audit }): SiemRoom => {
  const { version } = JSON.parse(readFileSync(assetPath('package.json'), 'utf8')) as { version: string }
  const guard = createAddressGuard(ground.outbound)
  const sinks = createSinks({
    ...ground,
    audit,
    productVersion: version,
    openTransport: createOpenTransport({ ...ground, addresses: ground.outbound }),
    eventTypes: exportedTypes(),
    checkUrl: (url) => guard.check(parseServerUrl(url, SINK_PROTOCOLS, { query: true })),
  })
  return { sinks, start: sinks.start, stop: sinks.stop }
}
