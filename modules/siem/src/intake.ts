/** Lines of a sensor become signals and sightings, each once. */
import {
  type Alert,
  alertOfCef,
  alertOfLeef,
  decodeCef,
  decodeEve,
  decodeLeef,
  decodeSyslog,
  isSighting,
  type Sighting,
} from '@rampart/codecs'
import type { Signal, SignalInput } from '@rampart/domain'
import { type Clock, type Database, isAppError } from '@rampart/kit'
import type { FilePosition } from './file-tail.ts'
import type { SourceSpec } from './source-spec.ts'
import * as store from './source-store.ts'

export type IntakeDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly clock: Clock
  readonly signals: { raise(tenant: string, input: SignalInput): Promise<Signal> }
}

export type IntakeResult = {
  readonly signals: number
  readonly sightings: number
  readonly duplicates: number
  readonly refused: readonly { readonly line: number; readonly reason: string }[]
}

const readerFor = (spec: SourceSpec, receivedAt: string): ((line: string) => Alert) => {
  const rules = { receivedAt, ...(spec.signalFrom === undefined ? {} : { signalFrom: spec.signalFrom }) }
  switch (spec.format) {
    case 'eve':
      // Suricata can write EVE to syslog too, behind "@cee: ".
      return (line) =>
        decodeEve(line.startsWith('<') ? decodeSyslog(line).message.replace(/^@cee: ?/, '') : line)
    case 'cef':
      return (line) => alertOfCef(decodeCef(line), rules)
    case 'leef':
      return (line) => alertOfLeef(decodeLeef(line), rules)
  }
}

/** A sensor that was killed in the middle of a line goes on behind it: the whole event that follows is read. */
const splitTorn = (line: string): readonly [torn: string, whole: string] | undefined => {
  const at = line.lastIndexOf('{"timestamp":')
  return at > 0 ? [line.slice(0, at), line.slice(at)] : undefined
}

type Read = { readonly alerts: Alert[]; readonly refused: { line: number; reason: string }[] }

const attempt = (read: (line: string) => Alert, line: string): [Alert] | [undefined, string] => {
  try {
    return [read(line)]
  } catch (error) {
    if (!isAppError(error)) throw error
    return [undefined, error.message]
  }
}

const readAll = (spec: SourceSpec, lines: readonly string[], receivedAt: string): Read => {
  const read = readerFor(spec, receivedAt)
  const alerts: Alert[] = []
  const refused: { line: number; reason: string }[] = []
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue
    const [alert, reason] = attempt(read, line)
    if (alert !== undefined) {
      alerts.push(alert)
      continue
    }
    refused.push({ line: at + 1, reason })
    const torn = spec.format === 'eve' ? splitTorn(line) : undefined
    const [rest] = torn === undefined ? [] : attempt(read, torn[1])
    if (rest !== undefined) alerts.push(rest)
  }
  return { alerts, refused }
}

const inputOf = (alert: Exclude<Alert, Sighting>, source: string): SignalInput => {
  const { id, source: sensor, ...rest } = alert
  return { ...rest, evidence: { ...rest.evidence, alert_id: id, alert_source: source, sensor: sensor.name } }
}

/** What no repetition will change: the event is refused, and those behind it go on. */
const isRefusal = (error: unknown): boolean =>
  isAppError(error)
    ? ['InvalidInput', 'PayloadTooLarge', 'Unsupported', 'Conflict'].includes(error.kind)
    : /^(?:22|54)\w{3}$/.test(String((error as { code?: unknown } | null)?.code))

export type Intake = ReturnType<typeof createIntake>

export const createIntake = ({ database, clock, signals }: IntakeDeps) => ({
  /** `position` is written down together with what the lines said. A signal that threats refuses is a refused line. */
  take: async (
    source: Pick<store.Source, 'tenant' | 'name' | 'spec'>,
    lines: readonly string[],
    position?: FilePosition,
  ): Promise<IntakeResult> => {
    const { tenant, name, spec } = source
    const now = clock.iso()
    const { alerts, refused } = readAll(spec, lines, now)
    const unique = [...new Map(alerts.map((alert) => [alert.id, alert])).values()]
    const seen = await database.read(tenant, (tx) =>
      store.findSeen(
        tx,
        name,
        unique.map(({ id }) => id),
      ),
    )
    const fresh = unique.filter(({ id }) => !seen.has(id))
    let raised = 0
    // Raised before they are marked: a crash in between counts a condition once more, and loses none.
    for (const alert of fresh) {
      if (isSighting(alert)) continue
      try {
        await signals.raise(tenant, inputOf(alert, name))
        raised += 1
      } catch (error) {
        if (!isRefusal(error)) throw error
        refused.push({ line: 0, reason: `${alert.id}: ${(error as Error).message}` })
      }
    }
    const sightings = fresh.filter(isSighting)
    const ids = fresh.map(({ id }) => id)
    const write = (counted: readonly Sighting[], marked: readonly string[]): Promise<void> =>
      database.tx(tenant, async (tx) => {
        if (marked.length > 0) await store.markSeen(tx, name, marked, now)
        await store.addSightings(tx, name, counted)
        if (position !== undefined) await store.savePosition(tx, name, position)
      })
    let counted = sightings.length
    await write(sightings, ids).catch(async (error: unknown) => {
      if (!isRefusal(error)) throw error
      // One of them cannot be kept: which one shows when each is written alone.
      for (const one of sightings)
        await write([one], []).catch((alone: unknown) => {
          if (!isRefusal(alone)) throw alone
          counted -= 1
          refused.push({ line: 0, reason: `${one.id}: ${(alone as Error).message}` })
        })
      await write([], ids)
    })
    return { signals: raised, sightings: counted, duplicates: alerts.length - fresh.length, refused }
  },
})
