/** The spine type: what every detector, scanner, agent, alert and partner indicator becomes. */
import { type Static, Type } from 'typebox'

export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical'
export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[]

const entityRef = Type.Object(
  { kind: Type.String({ minLength: 1, maxLength: 64 }), id: Type.String({ minLength: 1, maxLength: 512 }) },
  { additionalProperties: false },
)
const time = Type.String({ format: 'date-time' })

/** JSON Schema of a signal as stored and sent (`signal/1`). */
export const SignalSchema = Type.Object(
  {
    schema: Type.Literal('signal/1'),
    id: Type.String({ minLength: 1, maxLength: 128 }),
    key: Type.String({
      minLength: 1,
      maxLength: 512,
      description: 'Stable per condition: dedupe, update and clear by it.',
    }),
    state: Type.Enum(['raised', 'updated', 'cleared']),
    time,
    observed_time: Type.Optional(time),
    detector: Type.String({ minLength: 1, maxLength: 128 }),
    title: Type.String({ minLength: 1, maxLength: 512 }),
    severity: Type.Enum([...SEVERITIES]),
    entity: entityRef,
    related: Type.Optional(Type.Array(entityRef, { maxItems: 64 })),
    techniques: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 32 })),
    p_value: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    dependence_group: Type.Optional(Type.String({ maxLength: 256 })),
    window: Type.Optional(Type.Object({ from: time, to: time }, { additionalProperties: false })),
    evidence: Type.Record(Type.String(), Type.Unknown()),
    source: Type.Object(
      { name: Type.String(), tenant: Type.String(), trace_id: Type.Optional(Type.String()) },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)

export type Signal = Static<typeof SignalSchema>

/** What a detector hands to intake, which fills schema, id, key, state and source when absent. */
export type SignalInput = Omit<Signal, 'schema' | 'id' | 'key' | 'state' | 'source'> &
  Partial<Pick<Signal, 'schema' | 'id' | 'key' | 'state' | 'source'>>
