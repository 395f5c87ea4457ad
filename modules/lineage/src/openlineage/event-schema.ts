/** Shapes of OpenLineage 2.x RunEvents (spec 2-0-2), bounded: what is read and what is written. */
import { type Static, Type } from 'typebox'

const uri = Type.String({ minLength: 1, maxLength: 2048 })
const name = Type.String({ minLength: 1, maxLength: 2048 })

const UUID = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'

/** Facets are extensible; their base is checked where they are read. */
const Facets = Type.Record(Type.String({ maxLength: 200 }), Type.Unknown(), { maxProperties: 200 })

const Dataset = Type.Object({
  namespace: name,
  name,
  facets: Type.Optional(Facets),
  inputFacets: Type.Optional(Facets),
  outputFacets: Type.Optional(Facets),
})

const EVENT_TYPES = ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] as const

export const RunEventSchema = Type.Object(
  {
    eventType: Type.Optional(Type.Enum([...EVENT_TYPES])),
    eventTime: Type.String({ format: 'date-time', maxLength: 64 }),
    producer: uri,
    schemaURL: uri,
    run: Type.Object({
      runId: Type.String({ pattern: UUID }),
      facets: Type.Optional(Facets),
    }),
    job: Type.Object({ namespace: name, name, facets: Type.Optional(Facets) }),
    inputs: Type.Optional(Type.Array(Dataset, { maxItems: 1000 })),
    outputs: Type.Optional(Type.Array(Dataset, { maxItems: 1000 })),
  },
  { description: 'An OpenLineage RunEvent' },
)

export type RunEvent = Static<typeof RunEventSchema>
export type EventDataset = Static<typeof Dataset>

export const RUN_EVENT_SCHEMA_URL = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent'
/** Names us in the events we write; what carries it is our own and is not read again. */
export const PRODUCER = 'https://rampart.dev/control-plane/v1'
