/** SQL over incidents: their rows, their signals, their timelines. */
import type { Disposition, IncidentEntity, IncidentStatus, ResponseAction, Severity } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export type StoredStatus = IncidentStatus | 'forming' | 'merged'

export type Incident = {
  readonly id: string
  readonly seq: string
  readonly tenant: string
  readonly status: StoredStatus
  readonly severity: Severity
  readonly score: number
  readonly title: string
  readonly entities: readonly IncidentEntity[]
  readonly firstTime: string
  readonly lastTime: string
  readonly signals: number
  readonly openedAt?: string
  readonly acknowledgedAt?: string
  readonly containedAt?: string
  readonly resolvedAt?: string
  readonly acknowledgeDue?: string
  readonly containDue?: string
  readonly resolveDue?: string
  readonly breached: readonly string[]
  readonly owner?: string
  readonly disposition?: Disposition
  readonly mergedInto?: string
  readonly decidedRank?: number
  readonly dueAt?: string
  readonly revision: number
  readonly updatedAt: string
}

type Row = Record<string, unknown>

const COLUMNS = `id, seq::text AS seq, tenant, status, severity, score, title, entities, first_time, last_time, signals,
  opened_at, acknowledged_at, contained_at, resolved_at, acknowledge_due, contain_due, resolve_due, breached, owner, disposition, merged_into,
  decided_rank, due_at, revision, updated_at`

const camel = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

const toIncident = (row: Row): Incident =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [camel(name), value instanceof Date ? value.toISOString() : value]),
  ) as unknown as Incident

/** Every correlation step and change by hand of a tenant queues up behind the one before. */
export const lockIncidents = async (tx: Tx, tenant: string): Promise<void> => {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 7708))', [tenant])
}

export const find = async (tx: Tx, id: string): Promise<Incident | undefined> => {
  const rows = await tx.query(`SELECT ${COLUMNS} FROM threats_incident WHERE id = $1`, [id])
  return rows[0] === undefined ? undefined : toIncident(rows[0])
}

export const findMany = async (tx: Tx, ids: readonly string[]): Promise<Incident[]> => {
  const rows = await tx.query(`SELECT ${COLUMNS} FROM threats_incident WHERE id = ANY ($1)`, [ids])
  return rows.map(toIncident)
}

export type IncidentFilter = {
  readonly status?: string
  readonly open?: boolean
  readonly severity?: string
  readonly owner?: string
  readonly entity?: IncidentEntity
  readonly signal?: string
  readonly before?: string
  readonly limit: number
}

/** Newest first, without those that are forming or were merged. */
export const list = async (tx: Tx, filter: IncidentFilter): Promise<Incident[]> => {
  const rows = await tx.query(
    `SELECT ${COLUMNS} FROM threats_incident
     WHERE status NOT IN ('forming', 'merged') AND ($1::text IS NULL OR status = $1)
       AND ($2::boolean IS NULL OR (status NOT IN ('resolved', 'closed')) = $2)
       AND ($3::text IS NULL OR severity = $3) AND ($4::text IS NULL OR owner = $4)
       AND ($5::jsonb IS NULL OR entities @> $5) AND ($6::bigint IS NULL OR seq < $6)
       AND ($7::text IS NULL OR id = (SELECT incident_id FROM threats_incident_signal WHERE signal_id = $7))
     ORDER BY threats_incident.seq DESC LIMIT $8`,
    [
      filter.status ?? null,
      filter.open ?? null,
      filter.severity ?? null,
      filter.owner ?? null,
      filter.entity === undefined ? null : JSON.stringify([filter.entity]),
      filter.before ?? null,
      filter.signal ?? null,
      filter.limit,
    ],
  )
  return rows.map(toIncident)
}

/** Signals still count in it, and something may still be decided about it. */
export const isLive = ({ status }: Pick<Incident, 'status'>): boolean =>
  ['open', 'acknowledged', 'contained'].includes(status)

/** Incidents that wait to be decided about again. */
export const countUndecided = async (tx: Tx): Promise<number> => {
  const rows = await tx.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM threats_incident WHERE due_at IS NOT NULL AND decided_rank < 0',
  )
  return rows[0]?.n ?? 0
}

export const countOpen = async (tx: Tx): Promise<{ severity: Severity; n: number }[]> =>
  tx.query(
    `SELECT severity, count(*)::int AS n FROM threats_incident
     WHERE status IN ('open', 'acknowledged', 'contained') GROUP BY severity`,
  )

type Computed = Pick<
  Incident,
  'severity' | 'score' | 'title' | 'entities' | 'firstTime' | 'lastTime' | 'signals'
> & { readonly dueAt: string | undefined; readonly now: string }

const computed = (c: Computed): unknown[] => [
  c.severity,
  c.score,
  c.title,
  JSON.stringify(c.entities),
  c.firstTime,
  c.lastTime,
  c.signals,
  c.dueAt ?? null,
  c.now,
]

export const insertForming = async (tx: Tx, id: string, c: Computed): Promise<void> => {
  await tx.query(
    `INSERT INTO threats_incident (id, status, severity, score, title, entities, first_time, last_time, signals, due_at, updated_at)
     VALUES ($1, 'forming', $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [id, ...computed(c)],
  )
}

/** What follows from the signals; `due_at` is only ever set earlier here. */
export const updateComputed = async (tx: Tx, id: string, c: Computed): Promise<void> => {
  await tx.query(
    `UPDATE threats_incident SET severity = $2, score = $3, title = $4, entities = $5, first_time = $6, last_time = $7,
       signals = $8, due_at = LEAST(due_at, $9), updated_at = $10, revision = revision + 1 WHERE id = $1`,
    [id, ...computed(c)],
  )
}

/** So many more signals that are counted but not kept. */
export const countSignals = async (tx: Tx, id: string, count: number, now: string): Promise<void> => {
  await tx.query(
    'UPDATE threats_incident SET signals = LEAST(signals::bigint + $3, 2000000000), updated_at = $2 WHERE id = $1',
    [id, now, count],
  )
}

const SETTABLE = {
  status: 'status',
  owner: 'owner',
  disposition: 'disposition',
  openedAt: 'opened_at',
  acknowledgedAt: 'acknowledged_at',
  containedAt: 'contained_at',
  resolvedAt: 'resolved_at',
  acknowledgeDue: 'acknowledge_due',
  containDue: 'contain_due',
  resolveDue: 'resolve_due',
  breached: 'breached',
  mergedInto: 'merged_into',
  decidedRank: 'decided_rank',
  dueAt: 'due_at',
} as const
export type Changes = { readonly [K in keyof typeof SETTABLE]?: Incident[K] | null }

export const change = async (tx: Tx, id: string, changes: Changes, now: string): Promise<Incident> => {
  const entries = Object.entries(changes) as [keyof typeof SETTABLE, unknown][]
  const sets = entries.map(([name], at) => `${SETTABLE[name]} = $${at + 3}`)
  const values = entries.map(([name, value]) => (name === 'breached' ? JSON.stringify(value) : value))
  const rows = await tx.query(
    `UPDATE threats_incident SET ${[...sets, 'updated_at = $2', 'revision = revision + 1'].join(', ')}
     WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, now, ...values],
  )
  return toIncident(rows[0] as Row)
}

/** Locked until the transaction ends; what another process holds is passed over. */
export const lockDue = async (tx: Tx, now: string, limit: number): Promise<Incident[]> => {
  const rows = await tx.query(
    `SELECT ${COLUMNS} FROM threats_incident WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED`,
    [now, limit],
  )
  return rows.map(toIncident)
}

/** Clocks that ran out and were not told of. */
const LATE = `(status = 'open' AND acknowledge_due <= $1 AND NOT breached @> '["acknowledge"]')
  OR (status IN ('open', 'acknowledged') AND contained_at IS NULL AND contain_due <= $1 AND NOT breached @> '["contain"]')
  OR (status IN ('open', 'acknowledged', 'contained') AND resolve_due <= $1 AND NOT breached @> '["resolve"]')`

/** Tenants with something for the opener, or with a clock that ran out. */
export const tenantsDue = async (tx: Tx, now: string): Promise<string[]> => {
  const rows = await tx.query<{ tenant: string }>(
    `SELECT DISTINCT tenant FROM threats_incident WHERE due_at <= $1 OR ${LATE}`,
    [now],
  )
  return rows.map(({ tenant }) => tenant)
}

export const lockLate = async (tx: Tx, now: string): Promise<Incident[]> => {
  const rows = await tx.query(
    `SELECT ${COLUMNS} FROM threats_incident
     WHERE ${LATE} ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED`,
    [now],
  )
  return rows.map(toIncident)
}

export type TimelineEntry = {
  readonly time: string
  readonly kind: string
  readonly principal: string
  readonly text: string
  readonly details: Readonly<Record<string, unknown>>
}

export const insertTimeline = async (tx: Tx, incident: string, entry: TimelineEntry): Promise<void> => {
  await tx.query(
    'INSERT INTO threats_timeline (incident_id, time, kind, principal, text, details) VALUES ($1, $2, $3, $4, $5, $6)',
    [incident, entry.time, entry.kind, entry.principal, entry.text, JSON.stringify(entry.details)],
  )
}

export const moveTimeline = async (tx: Tx, from: string, to: string): Promise<void> => {
  await tx.query('UPDATE threats_timeline SET incident_id = $2 WHERE incident_id = $1', [from, to])
  await tx.query('UPDATE threats_decision SET incident_id = $2 WHERE incident_id = $1', [from, to])
}

export const timelineOf = async (tx: Tx, incident: string): Promise<TimelineEntry[]> => {
  const rows = await tx.query<Omit<TimelineEntry, 'time'> & { time: Date }>(
    `SELECT time, kind, principal, text, details FROM threats_timeline WHERE incident_id = $1 ORDER BY time, seq LIMIT 1000`,
    [incident],
  )
  return rows.map(({ time, ...rest }) => ({ ...rest, time: time.toISOString() }))
}

export const insertDecision = async (
  tx: Tx,
  d: {
    readonly id: string
    readonly incident: string
    readonly time: string
    readonly bundleDigest: string
    readonly input: unknown
    readonly actions: readonly unknown[]
    readonly reasons: readonly string[]
    readonly acted: number
  },
): Promise<void> => {
  await tx.query(
    `INSERT INTO threats_decision (id, incident_id, time, bundle_digest, input, actions, reasons, acted)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      d.id,
      d.incident,
      d.time,
      d.bundleDigest,
      JSON.stringify(d.input),
      JSON.stringify(d.actions),
      JSON.stringify(d.reasons),
      d.acted,
    ],
  )
}

export type StoredDecision = {
  readonly id: string
  readonly incident: string
  readonly time: string
  readonly bundleDigest: string
  readonly input: Record<string, unknown>
  readonly actions: readonly Record<string, unknown>[]
  readonly reasons: readonly string[]
  readonly acted: number
}

type DecisionRow = Omit<StoredDecision, 'time' | 'bundleDigest'> & { time: Date; bundle_digest: string }

const toDecision = ({ time, bundle_digest, ...rest }: DecisionRow): StoredDecision => ({
  ...rest,
  bundleDigest: bundle_digest,
  time: time.toISOString(),
})

const DECISION = 'id, incident_id AS incident, time, bundle_digest, input, actions, reasons, acted'

export const decisionsOf = async (tx: Tx, incident: string): Promise<StoredDecision[]> => {
  const rows = await tx.query<DecisionRow>(
    `SELECT ${DECISION} FROM threats_decision WHERE incident_id = $1 ORDER BY time, id LIMIT 100`,
    [incident],
  )
  return rows.map(toDecision)
}

export const findActions = async (tx: Tx, decision: string): Promise<ResponseAction[]> => {
  const rows = await tx.query<{ actions: ResponseAction[] }>(
    'SELECT actions FROM threats_decision WHERE id = $1',
    [decision],
  )
  return rows[0]?.actions ?? []
}

export const changeActions = async (
  tx: Tx,
  decision: string,
  actions: readonly ResponseAction[],
  acted: number,
): Promise<void> => {
  await tx.query('UPDATE threats_decision SET actions = $2, acted = $3 WHERE id = $1', [
    decision,
    JSON.stringify(actions),
    acted,
  ])
}

/** Decisions since then, counted up to a limit. */
export const countDecisions = async (tx: Tx, since: string, limit: number): Promise<number> => {
  const rows = await tx.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM (SELECT FROM threats_decision WHERE time >= $1 LIMIT $2) AS counted',
    [since, limit],
  )
  return rows[0]?.n ?? 0
}

/** A page of the decisions since then, of the hour before, and of earlier ones about the same incidents, in order. */
export const decisionsPage = async (
  tx: Tx,
  since: string,
  after: { readonly time: string; readonly id: string } | undefined,
  limit: number,
): Promise<StoredDecision[]> => {
  const rows = await tx.query<DecisionRow>(
    `SELECT ${DECISION} FROM threats_decision AS one
     WHERE (time >= $1::timestamptz - interval '1 hour' OR EXISTS (
         SELECT FROM threats_decision AS later WHERE later.incident_id = one.incident_id AND later.time >= $1))
       AND ($2::timestamptz IS NULL OR (time, id) > ($2, $3)) ORDER BY time, id LIMIT $4`,
    [since, after?.time ?? null, after?.id ?? null, limit],
  )
  return rows.map(toDecision)
}

export const actedSince = async (tx: Tx, since: string): Promise<number> => {
  const rows = await tx.query<{ n: number }>(
    'SELECT coalesce(sum(acted), 0)::int AS n FROM threats_decision WHERE time > $1',
    [since],
  )
  return rows[0]?.n ?? 0
}
