/** Export to SIEMs and intake of alerts, with what they reach of the other rooms. */
import { readdirSync, readFileSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import type { Audit } from '@rampart/audit'
import { createAddressGuard, parseServerUrl } from '@rampart/connectors/outbound'
import type { InferenceLog } from '@rampart/inference-log'
import { assetPath } from '@rampart/kit'
import type { Policy } from '@rampart/policy'
import {
  createOpenTransport,
  createSinks,
  createSources,
  isExported,
  type Sinks,
  type Sources,
} from '@rampart/siem'
import type { SignalSink } from '@rampart/threats'
import { serverErrors } from './errors.ts'
import type { Ground } from './ground.ts'
import { createSiemFeeds } from './siem-feeds.ts'

const SINK_PROTOCOLS = ['udp:', 'tcp:', 'tls:', 'amqp:', 'amqps:', 'http:', 'https:']

/** Types of the event log that are about something a SIEM is told of. */
const exportedTypes = (): string[] =>
  readdirSync(assetPath('contracts/events'))
    .filter((file) => file.endsWith('.schema.json'))
    .map((file) => file.slice(0, -'.schema.json'.length))
    .filter(isExported)

const isBelow = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}${sep}`)

/** Files of alerts may not be in our own state folder, and must be below a named folder unless this is development. */
const createCheckFile =
  ({ config, home, mode }: Ground) =>
  async (path: string): Promise<void> => {
    const real = (folder: string) => realpath(folder).catch(() => resolve(folder))
    const file = join(await real(dirname(path)), basename(path))
    const allowed = await Promise.all(
      config.intake.folders
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== '')
        .map(real),
    )
    const free = mode === 'development' && allowed.length === 0
    if (isBelow(file, await real(home)) || (!free && !allowed.some((folder) => isBelow(file, folder))))
      throw serverErrors.SERVER_FILE_REFUSED('The file is not below a folder named in intake.folders.')
  }

export type SiemRoom = {
  readonly sinks: Sinks
  readonly sources: Sources
  start(): Promise<void>
  stop(): Promise<void>
}

export const createSiemRoom = (
  ground: Ground,
  rooms: {
    readonly audit: Audit
    readonly policy: Policy
    readonly inferenceLog: InferenceLog
    readonly signals: SignalSink
  },
): SiemRoom => {
  const { audit, signals } = rooms
  const { version } = JSON.parse(readFileSync(assetPath('package.json'), 'utf8')) as { version: string }
  const guard = createAddressGuard(ground.outbound)
  const sinks = createSinks({
    ...ground,
    audit,
    productVersion: version,
    openTransport: createOpenTransport({ ...ground, addresses: ground.outbound }),
    eventTypes: exportedTypes(),
    feeds: createSiemFeeds({ ...rooms, clock: ground.clock }),
    checkUrl: (url) => guard.check(parseServerUrl(url, SINK_PROTOCOLS, { query: true })),
  })
  const sources = createSources({
    ...ground,
    audit,
    signals,
    loopbackOnly: ground.mode === 'development',
    checkFile: createCheckFile(ground),
  })
  return {
    sinks,
    sources,
    start: async () => {
      await sinks.start()
      await sources.start()
    },
    stop: async () => {
      await sources.stop()
      await sinks.stop()
    },
  }
}
