/** SQL over what correlation keeps of signals: evidence, the names that join it, hubs, storms, rule counts. */
import type { Tx } from '@rampart/kit'
import { type Evidence, entityKey } from '../correlation/evidence.ts'
import { linkKeys, type Spans } from '../correlation/linking.ts'
import type { Partitioned } from '../correlation/partition.ts'
import type { RuleCounts } from '../correlation/rule-prior.ts'

export type Member = Partitioned & { readonly incident: string | undefined }

type MemberRow = { evidence: Evidence; pin: string | null; incident_id: string }

const toMember = ({ evidence, pin, incident_id }: MemberRow): Member => ({
  ...evidence,
  incident: incident_id,
  ...(pin === null ? {} : { pin }),
})
const iso = (ms: number): string => new Date(ms).toISOString()

export const findMember = async (tx: Tx, signal: string): Promise<Member | undefined> => {
  const rows = await tx.query<MemberRow>(
    'SELECT evidence, pin, incident_id FROM threats_incident_signal WHERE signal_id = $1',
    [signal],
  )
  return rows[0] === undefined ? undefined : toMember(rows[0])
}

export const findMembers = async (tx: Tx, signals: readonly string[]): Promise<Map<string, Member>> => {
  const rows = await tx.query<MemberRow>(
    'SELECT evidence, pin, incident_id FROM threats_incident_signal WHERE signal_id = ANY ($1)',
    [signals],
  )
  return new Map(rows.map((row) => [row.evidence.id, toMember(row)]))
}

export const membersOf = async (tx: Tx, incidents: readonly string[]): Promise<Member[]> => {
  const rows = await tx.query<MemberRow>(
    'SELECT evidence, pin, incident_id FROM threats_incident_signal WHERE incident_id = ANY ($1)',
    [incidents],
  )
  return rows.map(toMember)
}

/** Writes the evidence and the names by which it may be joined; in a storm what it mentions joins nothing. */
export const saveMembers = async (
  tx: Tx,
  members: readonly Member[],
  withMentions: (member: Member) => boolean,
): Promise<void> => {
  if (members.length === 0) return
  const rows = members.map(({ pin = null, incident, ...evidence }) => ({
    ...{ signal_id: evidence.id, incident_id: incident, rule: evidence.rule },
    ...{ subject: entityKey(evidence.entity), time: iso(evidence.time), pin, evidence },
  }))
  await tx.query(
    `INSERT INTO threats_incident_signal (signal_id, incident_id, rule, subject, time, pin, evidence)
     SELECT signal_id, incident_id, rule, subject, time, pin, evidence FROM jsonb_to_recordset($1) AS given
       (signal_id text, incident_id text, rule text, subject text, time timestamptz, pin text, evidence jsonb)
     ON CONFLICT (tenant, signal_id) DO UPDATE SET incident_id = EXCLUDED.incident_id, time = EXCLUDED.time,
       pin = EXCLUDED.pin, evidence = EXCLUDED.evidence`,
    [JSON.stringify(rows)],
  )
  const links = members.flatMap((member) => {
    const { primary, mentioned } = linkKeys(member)
    const row = {
      ...{ signal_id: member.id, subject: entityKey(member.entity), is_mention: false },
      ...{ first_time: iso(member.since ?? member.time), last_time: iso(member.time) },
    }
    const mentions = withMentions(member) ? mentioned : []
    return [
      { ...row, name: `entity ${primary}` },
      { ...row, name: `key ${member.key}` },
      ...mentions.map((key) => ({ ...row, name: `entity ${key}`, is_mention: true })),
    ]
  })
  await tx.query(
    `INSERT INTO threats_link (name, signal_id, subject, is_mention, first_time, last_time)
     SELECT name, signal_id, subject, is_mention, first_time, last_time FROM jsonb_to_recordset($1) AS given
       (name text, signal_id text, subject text, is_mention boolean, first_time timestamptz, last_time timestamptz)
     ON CONFLICT (tenant, name, signal_id) DO UPDATE SET first_time = EXCLUDED.first_time,
       last_time = EXCLUDED.last_time`,
    [JSON.stringify(links)],
  )
}

export const moveMembers = async (tx: Tx, signals: readonly string[], incident: string): Promise<void> => {
  await tx.query('UPDATE threats_incident_signal SET incident_id = $2 WHERE signal_id = ANY ($1)', [
    signals,
    incident,
  ])
}

export const pinMembers = async (tx: Tx, signals: readonly string[], pin: string): Promise<void> => {
  await tx.query('UPDATE threats_incident_signal SET pin = $2 WHERE signal_id = ANY ($1)', [signals, pin])
}

/** Evidence elsewhere that names one of these entities: what an incident's neighbours are told from. */
export const membersNaming = async (
  tx: Tx,
  entities: readonly Evidence['entity'][],
  notIn: string,
): Promise<Member[]> => {
  const rows = await tx.query<MemberRow>(
    `SELECT evidence, pin, incident_id FROM threats_incident_signal WHERE incident_id <> $2 AND signal_id IN
       (SELECT signal_id FROM threats_link WHERE name = ANY ($1) ORDER BY last_time DESC LIMIT 200)`,
    [entities.map((one) => `entity ${entityKey(one)}`), notIn],
  )
  return rows.map(toMember)
}

export const countMembers = async (tx: Tx, incidents: readonly string[]): Promise<number> => {
  const rows = await tx.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM threats_incident_signal WHERE incident_id = ANY ($1)',
    [incidents],
  )
  return rows[0]?.n ?? 0
}

export const forget = async (tx: Tx, signal: string): Promise<void> => {
  await tx.query('DELETE FROM threats_link WHERE signal_id = $1', [signal])
  await tx.query('DELETE FROM threats_incident_signal WHERE signal_id = $1', [signal])
}

/** Removes what can join nothing any more: groups that never opened, names and spans of long ago. */
export const prune = async (tx: Tx, before: string): Promise<void> => {
  await tx.query(
    `DELETE FROM threats_incident_signal WHERE incident_id IN
       (SELECT id FROM threats_incident WHERE status = 'forming' AND last_time < $1)`,
    [before],
  )
  await tx.query("DELETE FROM threats_incident WHERE status IN ('forming', 'merged') AND last_time < $1", [
    before,
  ])
  await tx.query('DELETE FROM threats_link WHERE last_time < $1', [before])
  await tx.query('DELETE FROM threats_span WHERE to_time < $1', [before])
}

const LIVE = `('forming', 'open', 'acknowledged', 'contained')`

type Wanted = {
  readonly id: string
  readonly names: readonly string[]
  readonly span: readonly [number, number]
}

/** Incidents that still take signals and that one of the names leads to within a span of time, oldest first, per asker. */
export const incidentsNearEach = async (
  tx: Tx,
  wanted: readonly Wanted[],
  limit: number,
): Promise<Map<string, string[]>> => {
  const asked = wanted.flatMap(({ id, names, span: [from, to] }) =>
    names.map((name) => ({ asker: id, name, from_time: iso(from), to_time: iso(to) })),
  )
  const rows = await tx.query<{ asker: string; id: string }>(
    `SELECT DISTINCT asked.asker, i.first_time, i.id
     FROM jsonb_to_recordset($1) AS asked (asker text, name text, from_time timestamptz, to_time timestamptz)
     JOIN threats_link l ON l.name = asked.name AND l.first_time <= asked.to_time AND l.last_time >= asked.from_time
     JOIN threats_incident_signal s ON s.tenant = l.tenant AND s.signal_id = l.signal_id
     JOIN threats_incident i ON i.tenant = s.tenant AND i.id = s.incident_id
     WHERE i.status IN ${LIVE} ORDER BY i.first_time, i.id`,
    [JSON.stringify(asked)],
  )
  const near = new Map<string, string[]>()
  for (const { asker, id } of rows) {
    const found = near.get(asker) ?? []
    if (found.length < limit) near.set(asker, [...found, id])
  }
  return near
}

export const keptOfRule = async (
  tx: Tx,
  rule: string,
  [from, to]: readonly [number, number],
): Promise<number> => {
  const rows = await tx.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM threats_incident_signal WHERE rule = $1 AND time BETWEEN $2 AND $3',
    [rule, iso(from), iso(to)],
  )
  return rows[0]?.n ?? 0
}

/** The same by the rule of their signals. */
export const incidentsOfRule = async (
  tx: Tx,
  rule: string,
  [from, to]: readonly [number, number],
  limit: number,
): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `SELECT i.id FROM threats_incident i WHERE i.status IN ${LIVE} AND i.id IN (
       SELECT incident_id FROM threats_incident_signal WHERE rule = $1 AND time BETWEEN $2 AND $3)
     ORDER BY i.first_time, i.id LIMIT $4`,
    [rule, iso(from), iso(to), limit],
  )
  return rows.map(({ id }) => id)
}

/** How many subjects mention a name within a span of time, and of a rule how many it speaks about. */
export const subjectsMentioning = async (
  tx: Tx,
  names: readonly string[],
  [from, to]: readonly [number, number],
): Promise<{ name: string; subjects: number }[]> =>
  tx.query(
    `SELECT name, count(DISTINCT subject)::int AS subjects FROM threats_link
     WHERE name = ANY ($1) AND is_mention AND last_time BETWEEN $2 AND $3 GROUP BY name`,
    [names, iso(from), iso(to)],
  )

/** By what was reported, which runs ahead of what is correlated: a storm is known at its first signal. */
export const loudness = async (
  tx: Tx,
  rule: string,
  [from, to]: readonly [number, number],
): Promise<{ subjects: number; signals: number }> => {
  const rows = await tx.query<{ subjects: number; signals: number }>(
    `SELECT count(DISTINCT (entity_kind, entity_id))::int AS subjects, count(*)::int AS signals FROM
       (SELECT entity_kind, entity_id FROM threats_signal WHERE detector = $1 AND last_time BETWEEN $2 AND $3
        LIMIT 1000) AS reports`,
    [rule, iso(from), iso(to)],
  )
  return rows[0] ?? { subjects: 0, signals: 0 }
}

type SpanKind = 'hub' | 'storm'

/** Spans of the named hubs or storms that touch a span of time. */
export const spansOf = async (tx: Tx, kind: SpanKind, names: readonly string[]): Promise<Spans> => {
  const rows = await tx.query<{ name: string; from_time: Date; to_time: Date }>(
    'SELECT name, from_time, to_time FROM threats_span WHERE kind = $1 AND name = ANY ($2) ORDER BY from_time',
    [kind, names],
  )
  const spans = new Map<string, (readonly [number, number])[]>()
  for (const { name, from_time, to_time } of rows) {
    const list = spans.get(name) ?? []
    list.push([from_time.getTime(), to_time.getTime()])
    spans.set(name, list)
  }
  return spans
}

/** Extends the span that touches this one, or adds it; true when it is new. */
export const addSpan = async (
  tx: Tx,
  kind: SpanKind,
  name: string,
  [from, to]: readonly [number, number],
): Promise<boolean> => {
  const extended = await tx.query(
    `UPDATE threats_span SET to_time = GREATEST(to_time, $4) WHERE kind = $1 AND name = $2
     AND from_time <= $4 AND to_time >= $3 RETURNING 1`,
    [kind, name, iso(from), iso(to)],
  )
  if (extended.length > 0) return false
  await tx.query('INSERT INTO threats_span (kind, name, from_time, to_time) VALUES ($1, $2, $3, $4)', [
    kind,
    name,
    iso(from),
    iso(to),
  ])
  return true
}

export const ruleCounts = async (tx: Tx, rules: readonly string[]): Promise<Map<string, RuleCounts>> => {
  const rows = await tx.query<{ rule: string; hits: number; misses: number }>(
    'SELECT rule, hits, misses FROM threats_rule WHERE rule = ANY ($1)',
    [rules],
  )
  return new Map(rows.map(({ rule, hits, misses }) => [rule, { hits, misses }]))
}

export const allRuleCounts = async (tx: Tx): Promise<({ rule: string } & RuleCounts)[]> =>
  tx.query('SELECT rule, hits, misses FROM threats_rule ORDER BY rule LIMIT 1000')

export const addRuleCounts = async (tx: Tx, rule: string, { hits, misses }: RuleCounts): Promise<void> => {
  await tx.query(
    `INSERT INTO threats_rule (rule, hits, misses) VALUES ($1, $2, $3)
     ON CONFLICT (tenant, rule) DO UPDATE SET hits = GREATEST(0, threats_rule.hits + $2),
       misses = GREATEST(0, threats_rule.misses + $3)`,
    [rule, hits, misses],
  )
}
