/** Models, versions and their evidence: three examples in the stages that the console must show. */
import type * as Api from '../src/api/types.ts'
import type { Mutable } from './mutable.ts'
import type { Random } from './random.ts'

const DAY = 86_400_000
const iso = (ms: number): string => new Date(ms).toISOString()

/** Unlike the passport that is answered, the mock keeps each statement with its envelope. */
export type MockVersion = Omit<Mutable<Api.Passport>, 'evidence' | 'actions'> & { evidence: Api.Evidence[] }

type Seed = {
  name: string
  version: string
  stage: Api.Stage
  ageDays: number
  serving?: boolean
  accuracy?: number
  path: Api.Stage[]
}

const SEEDS: Seed[] = [
  {
    name: 'card-fraud',
    version: '1.3.0',
    stage: 'assessed',
    ageDays: 0.18,
    accuracy: 0.9621,
    path: ['registered', 'assessed'],
  },
  {
    name: 'card-fraud',
    version: '1.2.0',
    stage: 'deployed',
    ageDays: 6.2,
    accuracy: 0.9583,
    serving: true,
    path: ['registered', 'assessed', 'approved', 'deployed'],
  },
  {
    name: 'card-fraud',
    version: '1.1.0',
    stage: 'retired',
    ageDays: 41,
    accuracy: 0.9467,
    path: ['registered', 'assessed', 'approved', 'deployed', 'retired'],
  },
  {
    name: 'card-fraud',
    version: '1.0.0',
    stage: 'retracted',
    ageDays: 73,
    accuracy: 0.9312,
    path: ['registered', 'assessed', 'approved', 'deployed', 'retracted'],
  },
  { name: 'digit-image', version: '1.1.0', stage: 'registered', ageDays: 0.01, path: ['registered'] },
  {
    name: 'digit-image',
    version: '1.0.0',
    stage: 'deployed',
    ageDays: 6.1,
    accuracy: 0.9871,
    serving: true,
    path: ['registered', 'assessed', 'approved', 'deployed'],
  },
  {
    name: 'mail-filter',
    version: '2.1.0',
    stage: 'quarantined',
    ageDays: 1.3,
    accuracy: 0.8134,
    path: ['registered', 'quarantined'],
  },
  {
    name: 'mail-filter',
    version: '2.0.1',
    stage: 'deployed',
    ageDays: 6,
    accuracy: 0.9744,
    serving: true,
    path: ['registered', 'assessed', 'approved', 'deployed'],
  },
]

const SPECS: Record<
  string,
  { spec: Api.Passport['spec']; signature: NonNullable<Api.Passport['signature']> }
> = {
  'card-fraud': {
    spec: {
      description: 'Gradient boosting over generated card transactions with realistic seasonality.',
      labels: { team: 'payments', kind: 'tabular' },
      features: [
        'amount',
        'hour',
        'merchant_risk',
        'distance_km',
        'velocity_1h',
        'velocity_24h',
        'card_age_days',
        'is_online',
        'country_mismatch',
        'weekday',
      ].map((name, index) => ({ name, input: 'x', index })),
      classes: ['legitimate', 'fraud'],
      reference: { label: 'label', prediction: 'label' },
      limits: { minAccuracy: 0.94, minBalancedAccuracy: 0.9 },
    },
    signature: {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 10] }],
      outputs: [
        { name: 'label', datatype: 'INT64', shape: [-1] },
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
      ],
    },
  },
  'mail-filter': {
    spec: {
      description:
        'Linear text classifier with its vectoriser inside the ONNX graph, trained on SpamAssassin mail.',
      labels: { team: 'mail', kind: 'text' },
      classes: ['ham', 'spam'],
      limits: { minAccuracy: 0.95 },
    },
    signature: {
      inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1, 1] }],
      outputs: [
        { name: 'label', datatype: 'INT64', shape: [-1] },
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
      ],
    },
  },
  'digit-image': {
    spec: {
      description: 'Small convolutional network for handwritten digits, 28 × 28 grey values.',
      labels: { team: 'vision', kind: 'image' },
      classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      limits: { minAccuracy: 0.97 },
    },
    signature: {
      inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 1, 28, 28] }],
      outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, 10] }],
    },
  },
}

/** Id of the key that signs evidence in the mock. */
export const KEY_ID = '53f3f489bfc6e0399bb6d724e4579af71dc734043a000f68cf4b538e478ec10c'

export const ref = (item: { name: string; version: string }): string => `${item.name}:${item.version}`

export const statement = (
  random: Random,
  subject: { name: string; digest: string },
  kind: 'assessment' | 'approval' | 'provenance',
  predicate: Record<string, unknown>,
): Pick<Required<Api.Evidence>, 'predicateType' | 'predicate' | 'envelope'> => {
  const predicateType = `https://rampart.dev/attestation/${kind}/v1`
  const body = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: subject.name, digest: { sha256: subject.digest.slice(7) } }],
    predicateType,
    predicate,
  }
  return {
    predicateType,
    predicate,
    envelope: {
      payloadType: 'application/vnd.in-toto+json',
      payload: Buffer.from(JSON.stringify(body)).toString('base64'),
      signatures: [{ keyid: KEY_ID, sig: Buffer.from(random.hex(64), 'hex').toString('base64') }],
    },
  }
}

const snakeLimits = (limits: NonNullable<Api.Passport['spec']['limits']>) => ({
  ...(limits.minAccuracy === undefined ? {} : { min_accuracy: limits.minAccuracy }),
  ...(limits.minBalancedAccuracy === undefined ? {} : { min_balanced_accuracy: limits.minBalancedAccuracy }),
})

const evidenceOf = (seed: Seed, digest: string, createdAt: number, random: Random): Api.Evidence[] => {
  const found: Api.Evidence[] = []
  const subject = { name: ref(seed), digest }
  const limits = SPECS[seed.name]?.spec.limits ?? {}
  const base = {
    subjectDigest: digest,
    subjectName: subject.name,
    verified: true,
    reasons: [],
    signer: KEY_ID,
  }
  if (seed.accuracy !== undefined) {
    const failed = seed.accuracy < (limits.minAccuracy ?? 0)
    found.push({
      ...base,
      id: random.id(createdAt + 4000),
      principal: 'component:assurance',
      createdAt: iso(createdAt + 4000),
      ...statement(random, subject, 'assessment', {
        model: seed.name,
        version: seed.version,
        tenant: 'default',
        result: failed ? 'failed' : 'passed',
        reasons: failed ? [`accuracy ${seed.accuracy} is below the limit ${limits.minAccuracy}`] : [],
        metrics: {
          accuracy: seed.accuracy,
          balanced_accuracy: Number((seed.accuracy - 0.021).toFixed(4)),
          mean_row_ms: 0.21,
        },
        limits: snakeLimits(limits),
        rows: 2000,
        runtime: 'onnxruntime 1.30.0',
        durationMs: 812,
        assessedAt: iso(createdAt + 4000),
      }),
    })
  }
  if (seed.path.includes('approved')) {
    found.push({
      ...base,
      id: random.id(createdAt + 9e5),
      principal: 'user:maria',
      createdAt: iso(createdAt + 9e5),
      ...statement(random, subject, 'approval', {
        model: seed.name,
        version: seed.version,
        tenant: 'default',
        approver: 'user:maria',
        reason: 'Held-out figures reviewed, card complete.',
        decisionId: random.id(createdAt + 9e5),
        approvedAt: iso(createdAt + 9e5),
      }),
    })
  }
  return found
}

const REASONS: Partial<Record<Api.Stage, string>> = {
  registered: 'Registered from examples',
  assessed: 'Assessment passed',
  approved: 'Held-out figures reviewed, card complete.',
  deployed: 'Rollout',
  retired: 'Replaced by 1.2.0',
  retracted: 'Training rows contained leaked labels',
  quarantined: 'Accuracy below its limit',
}

const transitionsOf = (seed: Seed, createdAt: number, random: Random): Api.Transition[] => {
  const offsets = [0, 4000, 9e5, 9.6e5, 5 * DAY]
  // Registration is the version's beginning, not a step between stages.
  return seed.path.slice(1).map((to, before) => {
    const at = before + 1
    const time = createdAt + (offsets[at] ?? 0)
    const by =
      to === 'assessed' || to === 'quarantined'
        ? 'component:assurance'
        : to === 'approved'
          ? 'user:maria'
          : 'user:ana'
    return {
      from: seed.path[at - 1] ?? null,
      to,
      reason: REASONS[to] ?? '',
      principal: by,
      time: iso(time),
      decisionId: random.id(time),
    }
  })
}

export const createModels = (now: number, random: Random): MockVersion[] =>
  SEEDS.map((seed) => {
    const digest = `sha256:${random.hex(32)}`
    const createdAt = now - seed.ageDays * DAY
    const known = SPECS[seed.name]
    const transitions = transitionsOf(seed, createdAt, random)
    return {
      name: seed.name,
      version: seed.version,
      digest,
      stage: seed.stage,
      ...(known?.spec.description === undefined ? {} : { description: known.spec.description }),
      labels: { ...known?.spec.labels },
      createdBy: 'user:ana',
      createdAt: iso(createdAt),
      updatedAt: transitions.at(-1)?.time ?? iso(createdAt),
      revision: seed.path.length,
      serving: seed.serving ?? false,
      isDefault: seed.serving ?? false,
      artifacts: [
        {
          path: 'model.onnx',
          role: 'model',
          digest,
          sizeBytes: 184_320 + Math.floor(random.float() * 900_000),
        },
        {
          path: 'reference.ndjson',
          role: 'reference',
          digest: `sha256:${random.hex(32)}`,
          sizeBytes: 301_224,
        },
        { path: 'CARD.md', role: 'card', digest: `sha256:${random.hex(32)}`, sizeBytes: 4211 },
      ],
      spec: structuredClone(known?.spec ?? {}) as MockVersion['spec'],
      ...(known === undefined ? {} : { signature: known.signature as NonNullable<MockVersion['signature']> }),
      transitions,
      evidence: evidenceOf(seed, digest, createdAt, random),
    }
  })
