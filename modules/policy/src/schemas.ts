/** Shapes of the policy API. */
import { Type } from 'typebox'
import { PACKS } from './pack-files.ts'

export const PackParams = Type.Object({ pack: Type.Union(PACKS.map((pack) => Type.Literal(pack))) })
export const FilesSchema = Type.Record(
  Type.String({ maxLength: 128 }),
  Type.String({ maxLength: 1_048_576 }),
  {
    description: 'File name to text: *.rego, *_test.rego, data.json',
  },
)
const Message = Type.String({ maxLength: 500 })
const Version = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })

export const VersionInfo = Type.Object({
  pack: Type.String(),
  version: Type.Integer(),
  digest: Type.String(),
  origin: Type.Union([Type.Literal('shipped'), Type.Literal('edited'), Type.Literal('rollback')]),
  testsPassed: Type.Integer(),
  message: Type.String(),
  author: Type.String(),
  createdAt: Type.String(),
})

/** `version` is in use; a newer stored one that cannot be compiled shows as `newestVersion`. */
export const PackSummary = Type.Object({
  ...VersionInfo.properties,
  newestVersion: Type.Integer(),
  shippedDigest: Type.String(),
  differsFromShipped: Type.Boolean(),
})
export const PackDetail = Type.Object({
  ...PackSummary.properties,
  files: FilesSchema,
  inputPaths: Type.Union([Type.Array(Type.String()), Type.Literal('all')]),
  volatile: Type.Boolean(),
})
export const VersionDetail = Type.Object({ ...VersionInfo.properties, files: FilesSchema })

export const EditBody = Type.Object(
  { files: FilesSchema, message: Type.Optional(Message) },
  { additionalProperties: false },
)
export const CheckBody = Type.Object({ files: FilesSchema }, { additionalProperties: false })
export const CheckAnswer = Type.Object({
  ok: Type.Boolean(),
  faults: Type.Array(
    Type.Object({
      file: Type.String(),
      line: Type.Integer(),
      column: Type.Integer(),
      message: Type.String(),
    }),
  ),
  tests: Type.Array(
    Type.Object({
      name: Type.String(),
      passed: Type.Boolean(),
      message: Type.Optional(Type.String()),
      micros: Type.Number(),
    }),
  ),
})
export const TryBody = Type.Object({ input: Type.Unknown() }, { additionalProperties: false })
export const TryAnswer = Type.Object({
  allow: Type.Boolean(),
  reasons: Type.Array(Type.String()),
  obligations: Type.Record(Type.String(), Type.Unknown()),
  evaluationMicros: Type.Number(),
  version: Type.Integer(),
})
export const RollbackBody = Type.Object({ version: Version }, { additionalProperties: false })
export const VersionParams = Type.Object({ ...PackParams.properties, version: Version })

export const DecisionSchema = Type.Object({
  id: Type.String(),
  seq: Type.String(),
  pack: Type.String(),
  packVersion: Type.Integer(),
  bundleDigest: Type.String(),
  inputDigest: Type.String(),
  principal: Type.String(),
  action: Type.String(),
  entity: Type.Optional(Type.Object({ kind: Type.String(), id: Type.String() })),
  allow: Type.Boolean(),
  reasons: Type.Array(Type.String()),
  obligations: Type.Record(Type.String(), Type.Unknown()),
  evaluationMicros: Type.Number(),
  times: Type.Integer({ description: 'Equal questions that this decision answered' }),
  time: Type.String(),
})
