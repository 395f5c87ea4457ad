/** What sinks are told beside events: calls of models, decisions of policies, checkpoints of the audit log. */
import type { Audit, CheckpointView } from '@rampart/audit'
import { DEFAULT_TENANT } from '@rampart/domain'
import type { FollowedRecord, InferenceLog, LogPlace } from '@rampart/inference-log'
import { type Clock, isAppError } from '@rampart/kit'
import type { DecisionPlace, Policy, StoredDecision } from '@rampart/policy'
import type { Feed, FeedPage } from '@rampart/siem'

type Body = FeedPage['bodies'][number]['value']

/** Never the input or the output: who wants those follows the record's link. */
const callOf = ({ id, record }: FollowedRecord): Body => {
  const { seq: _seq, epoch: _epoch, tenant: _tenant, decision, latency_us: latency, ...rest } = record
  const denied = record['reasons'] !== undefined
  const failed = Number(record['status']) >= 400
  const action = denied ? 'deny' : failed ? 'error' : 'allow'
  return {
    ...rest,
    schema: 'inference/1',
    id,
    severity: denied ? 'medium' : 'info',
    action,
    title: `${String(record['caller'] ?? 'somebody')} asked ${String(record['route'])}: ${String(record['status'])}`,
    decision_id: decision,
    latency_ms: typeof latency === 'number' ? latency / 1000 : undefined,
    entity: { kind: 'route', id: String(record['route']) },
    related: [
      { kind: 'model-version', id: `${String(record['model'])}:${String(record['version'])}` },
      ...(record['caller'] === undefined ? [] : [{ kind: 'caller', id: String(record['caller']) }]),
    ],
  }
}

const inferenceFeed = (log: Pick<InferenceLog, 'follow'>, clock: Clock): Feed => ({
  name: 'inference',
  type: 'inference',
  head: async () => JSON.stringify({ from: clock.iso(), epochs: {} } satisfies LogPlace),
  read: async (tenant, place, limit) => {
    const page = await log.follow(tenant, JSON.parse(place) as LogPlace, limit)
    return {
      bodies: page.records.map((one) => ({ eventId: one.id, tenant, value: callOf(one) })),
      place: JSON.stringify(page.place),
      more: page.more,
    }
  },
})

/** Decisions of the response are told by an event of their own. */
const TOLD_ELSEWHERE = 'response'

const decisionOf = (one: StoredDecision): Body => ({
  schema: 'decision/1',
  id: one.id,
  time: one.time,
  pack: one.pack,
  allow: one.allow,
  principal: one.principal,
  routine: one.pack === 'authz' && one.allow && one.action.endsWith(':read'),
  title: `${one.pack} ${one.allow ? 'lets' : 'refuses'} ${one.principal}: ${one.action}`,
  entity: one.entity ?? { kind: 'principal', id: one.principal },
  evidence: {
    pack: one.pack,
    action: one.action,
    reasons: one.reasons,
    obligations: one.obligations,
    times: one.times,
    pack_version: one.packVersion,
    bundle_digest: one.bundleDigest,
    input_digest: one.inputDigest,
  },
})

const placeText = ({ xid, seq }: DecisionPlace): string => `${xid}-${seq}`
const readPlace = (text: string): DecisionPlace => {
  const [xid = '0', seq = '0'] = text.split('-')
  return { xid, seq }
}

const decisionFeed = (policy: Pick<Policy, 'decisionsAfter' | 'decisionHead'>): Feed => ({
  name: 'decision',
  type: 'decision',
  head: async (tenant) => placeText(await policy.decisionHead(tenant)),
  read: async (tenant, place, limit) => {
    const found = await policy.decisionsAfter(tenant, readPlace(place), limit)
    const last = found.at(-1)
    return {
      bodies: found
        .filter(({ pack }) => pack !== TOLD_ELSEWHERE)
        .map((one) => ({ eventId: one.id, tenant, value: decisionOf(one) })),
      place: last === undefined ? place : placeText(last.place),
      more: found.length === limit,
    }
  },
})

const CHECKPOINT_EVERY_MS = 10_000

const checkpointOf = ({ origin, size, rootHash, time, keyId, note }: CheckpointView): Body => ({
  schema: 'audit-checkpoint/1',
  id: String(size),
  time,
  title: `The audit log has ${size} entries`,
  entity: { kind: 'audit-log', id: origin },
  size,
  root: `sha256:${rootHash}`,
  key_id: keyId,
  note,
})

/** The newest one at most every 10 s: each proves all before it. The log is one for all tenants, and its operator's. */
const checkpointFeed = (audit: Pick<Audit, 'checkpoint'>, clock: Clock): Feed => {
  const newest = async (tenant: string): Promise<CheckpointView | undefined> => {
    if (tenant !== DEFAULT_TENANT) return undefined
    try {
      return await audit.checkpoint()
    } catch (error) {
      if (isAppError(error) && error.code === 'AUDIT_EMPTY') return undefined
      throw error
    }
  }
  const placeOf = (view: CheckpointView): string => `${view.size} ${view.time}`
  return {
    name: 'audit-checkpoint',
    type: 'audit-checkpoint',
    head: async (tenant) => {
      const found = await newest(tenant)
      return found === undefined ? '0 ' : placeOf(found)
    },
    read: async (tenant, place) => {
      const [size = '0', time = ''] = place.split(' ')
      const found = await newest(tenant)
      const isDue =
        found !== undefined &&
        found.size > Number(size) &&
        !(clock.now() - Date.parse(time) < CHECKPOINT_EVERY_MS)
      if (!isDue) return { bodies: [], place, more: false }
      const eventId = `${found.origin.split('/').at(-1) ?? ''}-${found.size}`
      return {
        bodies: [{ eventId, tenant, value: checkpointOf(found) }],
        place: placeOf(found),
        more: false,
      }
    },
  }
}

export const createSiemFeeds = (deps: {
  readonly audit: Audit
  readonly policy: Policy
  readonly inferenceLog: InferenceLog
  readonly clock: Clock
}): readonly Feed[] => [
  inferenceFeed(deps.inferenceLog, deps.clock),
  decisionFeed(deps.policy),
  checkpointFeed(deps.audit, deps.clock),
]
