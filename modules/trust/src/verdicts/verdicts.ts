/**
 * One signed verdict per digest. It is made again when anything it rests on changes, in one transaction that reads every
 * fact under a lock, decides by the policy pack `verdict`, and stores verdict, history, event and audit entry together.
 */
import {
  type ApprovalStanding,
  type Digest,
  formatModelVersionRef,
  type ModelVersion,
  PREDICATE,
  type SignedVerdict,
  type Verdict,
  type VerdictContent,
} from '@rampart/domain'
import { ALL_TENANTS, isAppError, type Tx } from '@rampart/kit'
import { canonicalDigest, canonicalJson, parseEnvelope, readVerdict } from '@rampart/signing'
import { trustErrors } from '../errors.ts'
import type { EvidenceRecord } from '../evidence-verification.ts'
import * as store from './store.ts'
import { type VerdictFacts, verdictFacts } from './verdict-content.ts'
import { createVerdictMemory } from './verdict-memory.ts'
import type { VerdictsDeps } from './verdict-ports.ts'

export type Verdicts = ReturnType<typeof createVerdicts>

const TTL_MS = 86_400_000
const PAGE = 500
const SWEEP_BATCH = 200
const MAX_SWEEP_MS = 60_000
const PRINCIPAL = 'trust'

const TYPES = [
  'rampart.evidence.recorded.v1',
  'rampart.signer.changed.v1',
  'rampart.model-version.registered.v1',
  'rampart.model-version.transitioned.v1',
]

/** What evidence may be about. */
const aboutOf = (digest: Digest, versions: readonly ModelVersion[]): readonly Digest[] => [
  digest,
  ...versions.flatMap(({ artifacts }) => artifacts.map((one) => one.digest)),
]

type Made = { readonly signed: SignedVerdict; readonly isNew: boolean }

export const createVerdicts = (deps: VerdictsDeps) => {
  const { database, clock, logger, keys, policy } = deps
  const ttlMs = deps.ttlMs ?? TTL_MS
  const memory = createVerdictMemory()
  const listeners = new Set<(signed: SignedVerdict) => void>()
  const turns = new Map<string, Promise<unknown>>()
  let sweeping: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const stops: (() => void)[] = []

  const read = (row: store.VerdictRow): SignedVerdict | undefined => {
    try {
      const envelope = parseEnvelope(JSON.parse(row.envelope))
      const reading = readVerdict(envelope, keys)
      if (
        'verdict' in reading &&
        reading.verdict.digest === row.digest &&
        reading.verdict.tenant === row.tenant
      )
        return { verdict: reading.verdict, envelope, verdictDigest: canonicalDigest(envelope) }
      logger.error({ digest: row.digest, tenant: row.tenant, reading }, 'verdict.not-verified')
    } catch (error) {
      logger.error({ err: error, digest: row.digest }, 'verdict.not-readable')
    }
    return undefined
  }

  const remember = (signed: SignedVerdict): void => {
    if (!memory.put(signed)) return
    for (const listener of listeners) listener(signed)
  }

  const standingsOf = async (
    tx: Tx,
    versions: readonly ModelVersion[],
    records: readonly EvidenceRecord[],
  ): Promise<ReadonlyMap<string, ApprovalStanding>> => {
    const standings = new Map<string, ApprovalStanding>()
    for (const version of versions)
      standings.set(formatModelVersionRef(version), await deps.approvals.standing(tx, version, records))
    return standings
  }

  /** Everything that decides, in one value: verdicts made by another are made again. */
  const rulesDigest = (): Digest =>
    canonicalDigest({ verdict: policy.hot().digest, approvals: deps.approvals.policyDigest() })

  const decide = async (tx: Tx, tenant: string, digest: Digest): Promise<VerdictContent | undefined> => {
    const versions = await deps.subjects.versionsWithDigest(tx, digest)
    if (versions.length === 0) return undefined
    const records = await deps.trust.evidenceIn(tx, aboutOf(digest, versions))
    const nowMs = clock.now()
    const standings = await standingsOf(tx, versions, records)
    const facts = verdictFacts({ tenant, digest, versions, records, nowMs, standings })
    const pack = policy.hot()
    const { allow, reasons } = pack.evaluate({ ...facts, now: new Date(nowMs).toISOString() })
    return {
      ...facts,
      policyBundleDigest: pack.digest,
      decision: allow ? 'allow' : 'deny',
      reasons: [...reasons].sort(),
    }
  }

  /** A waiver or an approval that ends ends the verdict that rests on it. */
  const expiryOf = ({ scan, graphLint, quorums = [] }: VerdictContent): number =>
    Math.min(
      clock.now() + ttlMs,
      ...[...scan.waivers, ...graphLint.waivers, ...quorums].flatMap(({ expiresAt }) =>
        expiresAt === undefined ? [] : [Date.parse(expiresAt)],
      ),
    )

  /** True when what is stored says the same and counts long enough. */
  const isGoodEnough = (row: store.VerdictRow, contentDigest: string, expiresAtMs: number): boolean => {
    if (row.contentDigest !== contentDigest || row.policyDigest !== rulesDigest()) return false
    const ends = row.expiresAt.getTime()
    return ends > clock.now() && (ends - clock.now() > ttlMs / 2 || ends >= expiresAtMs)
  }

  const make = async (tenant: string, digest: Digest, cause: string): Promise<Made | undefined> =>
    database.tx(tenant, async (tx) => {
      await store.lockDigest(tx, tenant, digest)
      const content = await decide(tx, tenant, digest)
      if (content === undefined) return undefined
      const before = await store.selectVerdict(tx, digest)
      const known = before === undefined ? undefined : read(before)
      const contentDigest = canonicalDigest(content)
      const expiresAtMs = expiryOf(content)
      if (before !== undefined && known !== undefined && isGoodEnough(before, contentDigest, expiresAtMs))
        return { signed: known, isNew: false }
      const verdict: Verdict = {
        ...content,
        issuedAt: clock.iso(),
        expiresAt: new Date(expiresAtMs).toISOString(),
      }
      const isRenewal = known !== undefined && before?.contentDigest === contentDigest
      return { signed: await write(tx, { verdict, contentDigest, known, isRenewal, cause }), isNew: true }
    })

  type Writing = {
    readonly verdict: Verdict
    readonly contentDigest: Digest
    readonly known: SignedVerdict | undefined
    readonly isRenewal: boolean
    readonly cause: string
  }

  const write = async (tx: Tx, writing: Writing): Promise<SignedVerdict> => {
    const { verdict, contentDigest, known, isRenewal, cause } = writing
    const { tenant, digest, decision, reasons, issuedAt, expiresAt, policyBundleDigest } = verdict
    const subjectName = verdict.subjects[0]?.name ?? digest
    const predicate = verdict as unknown as Record<string, unknown>
    const envelope = deps.trust.seal({ subjectName, digest, predicateType: PREDICATE.verdict, predicate })
    const verdictDigest = canonicalDigest(envelope)
    const text = canonicalJson(envelope)
    const row = {
      digest,
      contentDigest,
      policyDigest: rulesDigest(),
      envelope: text,
      issuedAt,
      expiresAt,
    }
    await store.upsertVerdict(tx, row)
    if (!isRenewal) {
      await store.insertHistory(tx, { digest, decision, reasons, cause, issuedAt, envelope: text })
      await deps.audit.record(tx, {
        tenant,
        principal: `component:${PRINCIPAL}`,
        action: `verdict.${decision}`,
        entity: { kind: 'artifact', id: digest },
        outcome: 'success',
        details: { verdictDigest, reasons, cause, subjects: verdict.subjects.map(({ name }) => name) },
      })
    }
    await deps.eventLog.publish(tx, tenant, {
      type: 'rampart.verdict.changed.v1',
      subject: digest,
      principal: `component:${PRINCIPAL}`,
      data: {
        digest,
        decision,
        reasons,
        ...(known === undefined ? {} : { previous_decision: known.verdict.decision }),
        subjects: verdict.subjects.map(({ name }) => name),
        verdict_digest: verdictDigest,
        policy_digest: policyBundleDigest,
        issued_at: issuedAt,
        expires_at: expiresAt,
        is_renewal: isRenewal,
        cause,
        envelope: envelope as unknown as Record<string, unknown>,
      },
    })
    return { verdict, envelope, verdictDigest }
  }

  /** One at a time per digest in this process; the lock in the database keeps others out. */
  const refresh = async (
    tenant: string,
    digest: Digest,
    cause: string,
  ): Promise<SignedVerdict | undefined> => {
    const key = `${tenant} ${digest}`
    const mine = (turns.get(key) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => make(tenant, digest, cause))
    turns.set(key, mine)
    try {
      const made = await mine
      if (made === undefined) return undefined
      if (made.isNew) {
        const { decision, reasons } = made.signed.verdict
        logger.info({ tenant, digest, decision, reasons, cause }, 'verdict.made')
      }
      remember(made.signed)
      return made.signed
    } finally {
      if (turns.get(key) === mine) turns.delete(key)
    }
  }

  const digestsOf = async (
    type: string,
    tenant: string,
    data: Readonly<Record<string, unknown>>,
    tx: Tx,
  ): Promise<readonly Digest[]> => {
    if (type.startsWith('rampart.model-version.')) return [data.digest as Digest]
    if (type === 'rampart.evidence.recorded.v1')
      return deps.subjects.versionDigestsOf(tx, data.subject_digest as Digest)
    const refs = await deps.dependents(tenant, data.name as string)
    const found = new Set<Digest>()
    for (const ref of refs) {
      const digest = await deps.subjects.versionDigest(tx, ref)
      if (digest !== undefined) found.add(digest)
    }
    return [...found]
  }

  const consumer = deps.eventLog.consumer({
    name: 'trust-verdicts',
    types: TYPES,
    handle: async ({ type, tenant, data, subject }, tx) => {
      const what = type.slice('rampart.'.length, -'.v1'.length)
      for (const digest of await digestsOf(type, tenant, data, tx))
        await refresh(tenant, digest, `${what} ${subject}`)
    },
  })

  /** Makes what another policy decided, and what ends soon, again. */
  const sweep = async (): Promise<void> => {
    const failed = new Set<string>()
    while (!stopped) {
      const stale = await database.read(ALL_TENANTS, (tx) =>
        store.selectStale(tx, {
          policyDigest: rulesDigest(),
          endsBefore: new Date(clock.now() + ttlMs / 2).toISOString(),
          limit: SWEEP_BATCH,
        }),
      )
      let made = 0
      for (const { tenant, digest } of stale) {
        if (stopped || failed.has(`${tenant} ${digest}`)) continue
        const before = memory.get(tenant, digest)
        const after = await refresh(tenant, digest, 'policy or time').catch((error: unknown) => {
          logger.warn({ err: error, tenant, digest }, 'verdict.not-made')
          return undefined
        })
        if (after === undefined || after.verdictDigest === before?.verdictDigest)
          failed.add(`${tenant} ${digest}`)
        else made += 1
      }
      if (made === 0) return
    }
  }

  const sweepSoon = (): void => {
    if (stopped) return
    sweeping = (sweeping ?? Promise.resolve())
      .then(sweep)
      .catch((error: unknown) => logger.warn({ err: error }, 'verdict.sweep-failed'))
  }

  const load = async (): Promise<void> => {
    for (let after = { tenant: '', digest: '' }; ; ) {
      const page = await database.read(ALL_TENANTS, (tx) => store.selectPage(tx, after, PAGE))
      for (const row of page) {
        const signed = read(row)
        if (signed !== undefined) memory.put(signed)
      }
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) return
      after = last
    }
  }

  /** What another process made is read from the database, not believed from the event. */
  const follow = async (tenant: string, digest: Digest): Promise<void> => {
    const row = await database.read(tenant, (tx) => store.selectVerdict(tx, digest))
    const signed = row === undefined ? undefined : read(row)
    if (signed !== undefined) remember(signed)
  }

  return {
    /** The verdict that counts; undefined when there is none. Costs two look-ups in maps. */
    lookup: memory.get,
    list: memory.of,
    /** Makes it again now and answers what counts; undefined when no version has these bytes. */
    refresh,
    history: (tenant: string, digest: Digest, page: { readonly before?: string; readonly limit: number }) =>
      database.read(tenant, (tx) => store.selectHistory(tx, digest, page)),
    /** What a verdict would say about one version alone, whatever else has the same bytes. */
    facts: (version: ModelVersion): Promise<VerdictFacts> => {
      const { tenant, digest } = version
      return database.read(tenant, async (tx) => {
        const records = await deps.trust.evidenceIn(tx, aboutOf(digest, [version]))
        const standings = await standingsOf(tx, [version], records)
        return verdictFacts({ tenant, digest, versions: [version], records, nowMs: clock.now(), standings })
      })
    },
    get: (tenant: string, digest: Digest): SignedVerdict => {
      const found = memory.get(tenant, digest)
      if (found === undefined)
        throw trustErrors.TRUST_VERDICT_NOT_FOUND(`there is no verdict about ${digest}`)
      return found
    },
    onChange: (listener: (signed: SignedVerdict) => void): (() => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start: async (): Promise<void> => {
      await load()
      stops.push(
        policy.onChange(sweepSoon),
        deps.approvals.onPolicyChange(sweepSoon),
        deps.eventLog.subscribe(ALL_TENANTS, ({ type, tenant, data }) => {
          if (type !== 'rampart.verdict.changed.v1') return
          const { digest, verdict_digest: made } = data as { digest: Digest; verdict_digest: string }
          if (memory.get(tenant, digest)?.verdictDigest === made) return
          follow(tenant, digest).catch((error: unknown) => {
            if (!isAppError(error)) logger.warn({ err: error, digest }, 'verdict.not-followed')
          })
        }),
      )
      await consumer.start()
      timer = setInterval(sweepSoon, Math.min(MAX_SWEEP_MS, Math.max(1000, ttlMs / 20)))
      timer.unref()
      sweepSoon()
    },
    stop: async (): Promise<void> => {
      stopped = true
      clearInterval(timer)
      for (const stop of stops) stop()
      await consumer.stop()
      await sweeping
      await Promise.allSettled(turns.values())
    },
  }
}
