/** Signals and decisions of the mock. */
import type * as Api from '../src/api/types.ts'
import type { Random } from './random.ts'
import type { MockVersion } from './world-models.ts'

const MINUTE = 60_000
const iso = (ms: number): string => new Date(ms).toISOString()

type SignalSeed = Pick<Api.Signal, 'title' | 'severity' | 'detector' | 'entity' | 'state' | 'evidence'> & {
  minutes: number
  techniques?: string[]
  p?: number
}

const version = (id: string): Api.EntityRef => ({ kind: 'model-version', id })

const SEEDS: SignalSeed[] = [
  {
    title: 'Feature amount of card-fraud:1.2.0 drifted',
    severity: 'high',
    detector: 'telemetry.drift',
    entity: version('card-fraud:1.2.0'),
    state: 'updated',
    minutes: 4,
    p: 3.1e-9,
    evidence: {
      feature: 'amount',
      psi: 0.412,
      threshold: 0.25,
      ks: { statistic: 0.231, pValue: 3.1e-9 },
      wasserstein: 41.7,
      rows: 2048,
    },
  },
  {
    title: 'Feature velocity_1h of card-fraud:1.2.0 is shifting',
    severity: 'medium',
    detector: 'telemetry.drift',
    entity: version('card-fraud:1.2.0'),
    state: 'raised',
    minutes: 9,
    p: 0.0004,
    evidence: { feature: 'velocity_1h', psi: 0.148, threshold: 0.1, rows: 2048 },
  },
  {
    title: 'Callers send payloads that break the schema of mail-filter',
    severity: 'low',
    detector: 'serving.payload-schema',
    entity: { kind: 'route', id: 'mail-filter' },
    state: 'updated',
    minutes: 22,
    evidence: { count: 14, pointer: '/inputs/0/shape', caller: 'anonymous' },
  },
  {
    title: 'Assessment of mail-filter:2.1.0 failed',
    severity: 'medium',
    detector: 'assurance.assessment',
    entity: version('mail-filter:2.1.0'),
    state: 'raised',
    minutes: 1872,
    evidence: { accuracy: 0.8134, limit: 0.95 },
  },
  {
    title: 'Inference refused by policy 31 times in one minute',
    severity: 'medium',
    detector: 'serving.denials',
    entity: { kind: 'caller', id: 'service:batch-7' },
    state: 'cleared',
    minutes: 190,
    techniques: ['AML.T0040'],
    evidence: { denied: 31, windowSeconds: 60 },
  },
  {
    title: 'Inference records lost after an unclean stop',
    severity: 'low',
    detector: 'serving.record-gap',
    entity: { kind: 'inference-log', id: 'default' },
    state: 'cleared',
    minutes: 1210,
    evidence: { from: 41822, to: 41911, lost: 89 },
  },
  {
    title: 'A caller probes unknown model names',
    severity: 'info',
    detector: 'serving.unknown-model',
    entity: { kind: 'caller', id: 'anonymous' },
    state: 'cleared',
    minutes: 2210,
    techniques: ['AML.T0007'],
    evidence: { names: ['admin', 'gpt', 'test'] },
  },
]

export const createSignals = (now: number, random: Random): Api.Signal[] =>
  SEEDS.map((seed, at) => {
    const time = now - seed.minutes * MINUTE
    return {
      schema: 'signal/1',
      id: random.id(time),
      seq: String(SEEDS.length - at),
      key: `${seed.detector}:${seed.entity.kind}:${seed.entity.id}`,
      state: seed.state,
      time: iso(time),
      detector: seed.detector,
      title: seed.title,
      severity: seed.severity,
      entity: seed.entity,
      ...(seed.techniques === undefined ? {} : { techniques: seed.techniques }),
      ...(seed.p === undefined ? {} : { p_value: seed.p }),
      window: { from: iso(time - 5 * MINUTE), to: iso(time) },
      evidence: seed.evidence,
      source: { name: 'rampart', tenant: 'default' },
      firstTime: iso(time - (seed.state === 'raised' ? 0 : 11 * MINUTE)),
      lastTime: iso(time),
      occurrences: seed.state === 'raised' ? 1 : 3,
    }
  })

export const createDecisions = (
  now: number,
  random: Random,
  versions: readonly MockVersion[],
): Api.Decision[] => {
  const bundles: Record<string, string> = {
    promotion: `sha256:${random.hex(32)}`,
    authz: `sha256:${random.hex(32)}`,
    inference: `sha256:${random.hex(32)}`,
  }
  let seq = 0
  const decision = (
    time: number,
    part: Pick<Api.Decision, 'pack' | 'principal' | 'allow' | 'reasons'> & {
      entity?: Api.EntityRef
      id?: string
      action?: string
    },
  ): Api.Decision => ({
    seq: String(++seq),
    packVersion: 1,
    action: part.pack === 'promotion' ? 'model:transition' : part.pack === 'authz' ? 'route:read' : 'infer',
    times: 1,
    obligations: {},
    bundleDigest: bundles[part.pack] ?? '',
    inputDigest: `sha256:${random.hex(32)}`,
    evaluationMicros: Math.round(24 + random.float() * 160),
    time: iso(time),
    id: random.id(time),
    ...part,
  })
  const promotions = versions.flatMap((item) =>
    item.transitions.map((step) =>
      decision(Date.parse(step.time), {
        ...(step.decisionId === undefined ? {} : { id: step.decisionId }),
        pack: 'promotion',
        principal: step.principal,
        entity: version(`${item.name}:${item.version}`),
        allow: true,
        reasons: [],
      }),
    ),
  )
  const refusals = [
    decision(now - 37 * MINUTE, {
      pack: 'promotion',
      principal: 'user:ana',
      entity: version('card-fraud:1.3.0'),
      allow: false,
      reasons: ['the approver registered this version; another approver must approve it'],
    }),
    decision(now - 31 * 60 * MINUTE, {
      pack: 'promotion',
      principal: 'user:ana',
      entity: version('mail-filter:2.1.0'),
      allow: false,
      reasons: ['assessment did not pass', 'accuracy 0.8134 is below 0.95'],
    }),
    decision(now - 190 * MINUTE, {
      pack: 'inference',
      principal: 'service:batch-7',
      entity: { kind: 'route', id: 'card-fraud' },
      allow: false,
      reasons: ['callers of card-fraud need the label payments'],
    }),
    decision(now - 14 * MINUTE, {
      pack: 'authz',
      action: 'policy:write',
      principal: 'service:grafana',
      entity: { kind: 'policy', id: 'inference' },
      allow: false,
      reasons: ['role viewer may not policy:write'],
    }),
  ]
  const reads = Array.from({ length: 24 }, (_, at) =>
    decision(now - at * 7 * MINUTE - 20_000, {
      pack: at % 3 === 0 ? 'authz' : 'inference',
      principal: at % 3 === 0 ? 'service:grafana' : 'anonymous:loopback',
      entity: { kind: 'route', id: ['card-fraud', 'mail-filter', 'digit-image'][at % 3] ?? 'card-fraud' },
      allow: true,
      reasons: [],
    }),
  )
  return [...promotions, ...refusals, ...reads].sort((a, b) => b.time.localeCompare(a.time))
}
