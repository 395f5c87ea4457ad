/** The work of `rampart correlate`: reads a history, joins it, judges it, prints it. */
import { resolve } from 'node:path'
import {
  agreement,
  type Evidence,
  REPLAY_SETTINGS,
  type Replayed,
  type ReplayedIncident,
  replay,
} from '@rampart/threats/correlation'
import { cliErrors } from '../errors.ts'
import { printable } from '../io.ts'
import { printDocument } from '../output.ts'
import type { Session } from '../session.ts'
import { renderTable } from '../table.ts'
import { type History, readHistory } from './read-history.ts'
import { readLabels } from './read-labels.ts'

export type CorrelateOptions = {
  readonly replay: string
  readonly labels?: string
  /** minutes */
  readonly window: number
  readonly hub: number
  /** decibans */
  readonly open: number
  readonly ledger?: boolean
  readonly strict?: boolean
}

const asDocument = (incident: ReplayedIncident, withLedger: boolean) => {
  const { id, title, severity, score, from, to, entities, signals, ledger } = incident
  const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
  const about = { id, title, severity, score, ...times, entities, signals }
  return withLedger ? { ...about, ledger } : about
}

const metricsOf = (
  { evidence, refused, sightings }: History,
  { incidents, below, hubs, storms }: Replayed,
  labels: ReadonlyMap<string, string | undefined> | undefined,
) => {
  const distinct = new Map<string, Evidence>(evidence.map((one) => [one.id, one]))
  const counts = {
    signals: distinct.size,
    refused,
    sightings,
    incidents: incidents.length,
    below_threshold: below.length,
    /** What is left for an analyst to open, of what was raised. */
    reduction: distinct.size === 0 ? 0 : 1 - incidents.length / distinct.size,
    hubs,
    storms,
  }
  if (labels === undefined) return counts
  const groupOf = new Map(incidents.flatMap(({ id, signals }) => signals.map((one) => [one, id] as const)))
  const labelled = [...distinct.values()].flatMap(({ id, key }) => {
    const name = labels.has(id) ? id : labels.has(key) ? key : undefined
    return name === undefined ? [] : [{ group: groupOf.get(id), label: labels.get(name) }]
  })
  const judged = agreement(labelled)
  return {
    ...counts,
    labelled: judged.labelled,
    ...judged.pairwise,
    adjusted_rand: judged.adjusted_rand,
    incident_precision: judged.incidents.precision,
    incident_recall: judged.incidents.recall,
    incidents_per_label: judged.incidents.per_label,
  }
}

const printTable = (
  session: Session,
  { incidents }: Replayed,
  metrics: ReturnType<typeof metricsOf>,
): void => {
  session.io.out(
    renderTable(
      [
        { head: 'INCIDENT', cell: ({ id }) => id },
        { head: 'SEVERITY', cell: ({ severity }) => severity },
        { head: 'SCORE', cell: ({ score }) => score.toFixed(1), right: true },
        { head: 'SIGNALS', cell: ({ signals }) => String(signals.length), right: true },
        { head: 'FROM', cell: ({ from }) => new Date(from).toISOString() },
        { head: 'TITLE', cell: ({ title }) => printable(title) },
      ],
      incidents,
    ),
  )
  if ('f1' in metrics) {
    const { precision, recall, f1 } = metrics
    session.say(`pairs: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, F1 ${f1.toFixed(3)}`)
  }
}

/** Throws CLI_NO_FILE and CLI_BAD_RECORDS. */
export const correlate = async (session: Session, options: CorrelateOptions): Promise<void> => {
  const { io } = session
  const path = resolve(io.cwd, options.replay)
  const history = await readHistory(path, io.signal)
  const { refused, firstRefused, sightings } = history
  for (const { line, reason } of firstRefused) session.say(`line ${line} left out: ${printable(reason)}`)
  const more = refused - firstRefused.length
  if (sightings > 0) session.say(`${sightings} sightings passed over: they assert nothing`)
  if (more > 0) session.say(`${more} more lines left out`)
  const unreadable = history.evidence.length === 0 && refused > 0
  if (unreadable || (options.strict === true && refused > 0))
    throw cliErrors.CLI_BAD_RECORDS(`${options.replay}: ${refused} lines are not signals`)
  const labels = options.labels === undefined ? undefined : await readLabels(resolve(io.cwd, options.labels))
  const replayed = replay(history.evidence, {
    ...REPLAY_SETTINGS,
    windowMs: options.window * 60_000,
    hubDegree: options.hub,
    openScore: options.open,
  })
  const metrics = metricsOf(history, replayed, labels)
  if ('labelled' in metrics && metrics.labelled === 0)
    session.say('no label names a signal of the history: the metrics of agreement say nothing')
  if (session.format === 'json' || session.format === 'yaml') {
    const incidents = replayed.incidents.map((one) => asDocument(one, options.ledger === true))
    printDocument(io, { incidents, metrics }, session.format)
  } else printTable(session, replayed, metrics)
}
