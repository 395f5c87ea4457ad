/** The parts of MLflow's answers that are read, checked at the edge. Empty lists and fields are left out by the server. */
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { mlflowErrors } from './errors.ts'

const Text = Type.String({ maxLength: 8192 })
const Long = Type.String({ maxLength: 131_072 })
/** int64: a number here, a string where a server follows the protobuf mapping to the letter. */
const Millis = Type.Union([Type.Number(), Type.String({ maxLength: 20 })])
const Pair = Type.Object({ key: Text, value: Type.Optional(Long) })
const Pairs = Type.Optional(Type.Array(Pair, { maxItems: 10_000 }))

export const ModelVersion = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 1024 }),
  version: Type.String({ minLength: 1, maxLength: 64 }),
  source: Type.Optional(Text),
  run_id: Type.Optional(Type.Union([Text, Type.Null()])),
  status: Type.Optional(Text),
  current_stage: Type.Optional(Text),
  description: Type.Optional(Type.Union([Long, Type.Null()])),
  user_id: Type.Optional(Text),
  creation_timestamp: Type.Optional(Millis),
  last_updated_timestamp: Type.Optional(Millis),
  tags: Pairs,
  aliases: Type.Optional(Type.Array(Text, { maxItems: 10_000 })),
})
export type ModelVersion = Static<typeof ModelVersion>

const Token = Type.Optional(Type.String({ maxLength: 4096 }))

export const VersionPage = Type.Object({
  model_versions: Type.Optional(Type.Array(ModelVersion, { maxItems: 10_000 })),
  next_page_token: Token,
})

export const VersionAnswer = Type.Object({ model_version: ModelVersion })

const RegisteredModel = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 1024 }),
  aliases: Type.Optional(
    Type.Array(Type.Object({ alias: Text, version: Type.String({ maxLength: 64 }) }), { maxItems: 10_000 }),
  ),
})
export const ModelAnswer = Type.Object({ registered_model: RegisteredModel })
export const ModelPage = Type.Object({
  registered_models: Type.Optional(Type.Array(RegisteredModel, { maxItems: 10_000 })),
  next_page_token: Token,
})

export const DownloadUri = Type.Object({ artifact_uri: Text })

export const FileList = Type.Object({
  files: Type.Optional(
    Type.Array(
      Type.Object({
        path: Text,
        is_dir: Type.Optional(Type.Boolean()),
        file_size: Type.Optional(Millis),
      }),
      { maxItems: 20_000 },
    ),
  ),
})

const Dataset = Type.Object({
  name: Type.Optional(Text),
  digest: Type.Optional(Text),
  source: Type.Optional(Long),
})
const ModelId = Type.Object({ model_id: Type.String({ maxLength: 256 }) })

export const RunAnswer = Type.Object({
  run: Type.Object({
    info: Type.Object({ experiment_id: Type.Optional(Text), artifact_uri: Type.Optional(Text) }),
    data: Type.Optional(
      Type.Object({
        metrics: Type.Optional(
          Type.Array(Type.Object({ key: Text, value: Type.Optional(Type.Unknown()) }), { maxItems: 10_000 }),
        ),
        params: Pairs,
        tags: Pairs,
      }),
    ),
    inputs: Type.Optional(
      Type.Object({
        dataset_inputs: Type.Optional(Type.Array(Type.Object({ dataset: Dataset }), { maxItems: 10_000 })),
        model_inputs: Type.Optional(Type.Array(ModelId, { maxItems: 10_000 })),
      }),
    ),
    outputs: Type.Optional(
      Type.Object({ model_outputs: Type.Optional(Type.Array(ModelId, { maxItems: 10_000 })) }),
    ),
  }),
})
export type Run = Static<typeof RunAnswer>['run']

export const LoggedModelAnswer = Type.Object({
  model: Type.Object({
    info: Type.Object({
      name: Type.Optional(Text),
      artifact_uri: Type.Optional(Text),
      source_run_id: Type.Optional(Text),
      tags: Pairs,
    }),
  }),
})

/** Throws MLFLOW_ANSWER_INVALID naming the first field that is wrong. */
export const expect = <S extends TSchema>(schema: S, value: unknown, what: string): Static<S> => {
  if (Value.Check(schema, value)) return value
  const [first] = Value.Errors(schema, value)
  throw mlflowErrors.MLFLOW_ANSWER_INVALID(`the answer about ${what} is not one of MLflow's`, {
    details: { at: first?.instancePath, problem: first?.message },
  })
}

/** The first of equal keys counts. */
export const textsOf = (
  pairs: readonly { readonly key: string; readonly value?: string }[] | undefined,
  limit = 1_000,
): Record<string, string> => {
  const entries = (pairs ?? []).slice(0, limit).map(({ key, value = '' }) => [key, value] as const)
  return Object.fromEntries(entries.reverse())
}
