/** `model.yaml`: what a person writes to register a model version. Reading the YAML is the caller's; this is its shape. */
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { type ArtifactRole, MODEL_NAME_PATTERN, type ModelSpec, VERSION_PATTERN } from './model-version.ts'

const closed = { additionalProperties: false } as const
const path = Type.String({ minLength: 1, maxLength: 255 })
const fraction = Type.Number({ minimum: 0, maximum: 1 })

/** JSON Schema of a `kind: Model` manifest. */
export const ModelManifestSchema = Type.Object(
  {
    apiVersion: Type.Literal('rampart/v1'),
    kind: Type.Literal('Model'),
    metadata: Type.Object(
      {
        name: Type.String({ pattern: MODEL_NAME_PATTERN }),
        description: Type.Optional(Type.String({ maxLength: 4096 })),
        labels: Type.Optional(Type.Record(Type.String(), Type.String())),
      },
      closed,
    ),
    spec: Type.Object(
      {
        version: Type.String({ pattern: VERSION_PATTERN }),
        artifact: path,
        card: Type.Optional(path),
        reference: Type.Optional(
          Type.Object(
            { path, label: Type.String({ minLength: 1 }), prediction: Type.String({ minLength: 1 }) },
            closed,
          ),
        ),
        features: Type.Optional(
          Type.Array(
            Type.Object(
              {
                name: Type.String({ minLength: 1, maxLength: 128 }),
                input: Type.String({ minLength: 1, maxLength: 256 }),
                index: Type.Integer({ minimum: 0 }),
                description: Type.Optional(Type.String({ maxLength: 1024 })),
              },
              closed,
            ),
          ),
        ),
        classes: Type.Optional(Type.Array(Type.String())),
        limits: Type.Optional(
          Type.Object(
            { minAccuracy: Type.Optional(fraction), minBalancedAccuracy: Type.Optional(fraction) },
            closed,
          ),
        ),
        replay: Type.Optional(Type.Object({ path }, closed)),
      },
      closed,
    ),
  },
  closed,
)

export type ModelManifest = Static<typeof ModelManifestSchema>

export type ManifestProblem = { readonly pointer: string; readonly message: string }

/** Everything that is wrong with a parsed document; empty when it is a manifest. */
export const manifestProblems = (document: unknown): readonly ManifestProblem[] =>
  Value.Errors(ModelManifestSchema, document).map((error) => ({
    pointer: error.instancePath === '' ? '/' : error.instancePath,
    message: error.message,
  }))

export type ManifestRegistration = {
  readonly name: string
  readonly version: string
  readonly files: readonly { readonly path: string; readonly role: ArtifactRole }[]
  readonly spec: ModelSpec
}

/** What a manifest registers: the files to upload, by role, and the specification that travels with them. */
export const registrationOf = ({ metadata, spec }: ModelManifest): ManifestRegistration => {
  const files: { path: string; role: ArtifactRole }[] = [{ path: spec.artifact, role: 'model' }]
  if (spec.card !== undefined) files.push({ path: spec.card, role: 'card' })
  if (spec.reference !== undefined) files.push({ path: spec.reference.path, role: 'reference' })
  if (spec.replay !== undefined) files.push({ path: spec.replay.path, role: 'replay' })
  return {
    name: metadata.name,
    version: spec.version,
    files,
    spec: {
      ...(metadata.description === undefined ? {} : { description: metadata.description }),
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      ...(spec.features === undefined ? {} : { features: spec.features }),
      ...(spec.classes === undefined ? {} : { classes: spec.classes }),
      ...(spec.reference === undefined
        ? {}
        : { reference: { label: spec.reference.label, prediction: spec.reference.prediction } }),
      ...(spec.limits === undefined ? {} : { limits: spec.limits }),
    },
  }
}
