/** JSON Schemas of the inventory's requests and answers. */
import { DIGEST_PATTERN, MODEL_NAME_PATTERN, STAGES, VERSION_PATTERN } from '@rampart/domain'
import { Type } from 'typebox'

const closed = { additionalProperties: false } as const

export const StageSchema = Type.Enum([...STAGES])
export const DigestSchema = Type.String({ pattern: DIGEST_PATTERN, description: 'sha256: and 64 hex digits' })
export const NameSchema = Type.String({ pattern: MODEL_NAME_PATTERN })
export const VersionSchema = Type.String({ pattern: VERSION_PATTERN })
export const RefParams = Type.Object({ name: NameSchema, version: VersionSchema }, closed)

const RoleSchema = Type.Enum(['model', 'reference', 'card', 'replay', 'other'])

const TensorSchema = Type.Object(
  { name: Type.String(), datatype: Type.String(), shape: Type.Array(Type.Integer()) },
  closed,
)

export const SpecSchema = Type.Object(
  {
    description: Type.Optional(Type.String({ maxLength: 4096 })),
    labels: Type.Optional(Type.Record(Type.String({ maxLength: 128 }), Type.String({ maxLength: 256 }))),
    features: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 128 }),
            input: Type.String({ minLength: 1, maxLength: 256 }),
            index: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
            description: Type.Optional(Type.String({ maxLength: 1024 })),
          },
          closed,
        ),
        { maxItems: 10_000 },
      ),
    ),
    classes: Type.Optional(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 10_000 })),
    reference: Type.Optional(
      Type.Object(
        {
          label: Type.String({ minLength: 1, maxLength: 256 }),
          prediction: Type.String({ minLength: 1, maxLength: 256 }),
        },
        closed,
      ),
    ),
    limits: Type.Optional(
      Type.Object(
        {
          minAccuracy: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
          minBalancedAccuracy: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
        },
        closed,
      ),
    ),
  },
  closed,
)

export const RegisterBody = Type.Object(
  {
    version: VersionSchema,
    artifacts: Type.Array(
      Type.Object({ path: Type.String({ maxLength: 255 }), role: RoleSchema, digest: DigestSchema }, closed),
      { minItems: 1, maxItems: 1000 },
    ),
    spec: SpecSchema,
  },
  closed,
)

export const TransitionBody = Type.Object(
  {
    to: StageSchema,
    reason: Type.String({ minLength: 1, maxLength: 2000 }),
    revision: Type.Optional(Type.Integer()),
  },
  closed,
)

export const VersionSummary = Type.Object({
  name: Type.String(),
  version: Type.String(),
  digest: Type.String(),
  stage: StageSchema,
  description: Type.Optional(Type.String()),
  labels: Type.Record(Type.String(), Type.String()),
  createdBy: Type.String(),
  createdAt: Type.String(),
  updatedAt: Type.String(),
  deployedAt: Type.Optional(Type.String()),
  revision: Type.Integer(),
  serving: Type.Boolean(),
  isDefault: Type.Boolean(),
})

/** As trust states it: verified for this answer, never as stored. */
const EvidenceSchema = Type.Object({
  id: Type.String(),
  predicateType: Type.String(),
  predicate: Type.Record(Type.String(), Type.Unknown()),
  subjectDigest: Type.String(),
  subjectName: Type.String(),
  principal: Type.String(),
  signer: Type.String(),
  createdAt: Type.String(),
  verified: Type.Boolean(),
  reasons: Type.Array(Type.String()),
})

export const VersionDetail = Type.Intersect([
  VersionSummary,
  Type.Object({
    spec: SpecSchema,
    signature: Type.Optional(
      Type.Object({ inputs: Type.Array(TensorSchema), outputs: Type.Array(TensorSchema) }, closed),
    ),
    artifacts: Type.Array(
      Type.Object(
        { path: Type.String(), role: RoleSchema, digest: Type.String(), sizeBytes: Type.Number() },
        closed,
      ),
    ),
    transitions: Type.Array(
      Type.Object(
        {
          from: Type.Union([StageSchema, Type.Null()]),
          to: StageSchema,
          reason: Type.String(),
          principal: Type.String(),
          decisionId: Type.String(),
          time: Type.String(),
        },
        closed,
      ),
    ),
    evidence: Type.Array(EvidenceSchema),
    actions: Type.Array(
      Type.Object({ to: StageSchema, allow: Type.Boolean(), reasons: Type.Array(Type.String()) }, closed),
    ),
  }),
])
