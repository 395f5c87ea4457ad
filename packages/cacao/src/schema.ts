/** The shape of a playbook (CACAO Security Playbooks v2.0, sections 3 to 10): what the property tables say. */
import { type Static, type TSchema, Type } from 'typebox'

const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}'
/** Section 10.10: `object-type--UUID`. */
const ID = `^[a-z][a-z0-9-]*[a-z0-9]--${UUID}$`
const idOf = (...types: string[]): string => `^(${types.join('|')})--${UUID}$`
/** Section 10.18: two underscores before and after, 250 characters in all, a letter first. */
export const VARIABLE_NAME = '^__[a-zA-Z][a-zA-Z0-9_-]{0,244}__$'

export const STEP_TYPES = [
  'start',
  'end',
  'action',
  'playbook-action',
  'parallel',
  'if-condition',
  'while-condition',
  'switch-condition',
] as const
export type StepType = (typeof STEP_TYPES)[number]

const text = Type.String({ maxLength: 65_536 })
const name = Type.String({ minLength: 1, maxLength: 1024 })
const identifier = Type.String({ pattern: ID, maxLength: 256 })
const stepId = Type.String({ pattern: idOf(...STEP_TYPES) })
/** Section 10.17: RFC 3339 in UTC; three digits of a second, which are given by others with more or none too. */
const timestamp = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?Z$',
})
const wholeNumber = (maximum: number) => Type.Integer({ minimum: 0, maximum })
const some = <T extends TSchema>(item: T, maxItems = 256) => Type.Array(item, { minItems: 1, maxItems })
const optional = Type.Optional
const extensions = optional(
  Type.Record(Type.String({ pattern: idOf('extension-definition') }), Type.Unknown()),
)
const open = { additionalProperties: true } as const

const variable = Type.Object(
  {
    type: Type.String({ minLength: 1, maxLength: 64 }),
    description: optional(text),
    value: optional(Type.Union([text, Type.Null(), Type.Record(Type.String(), Type.Unknown())])),
    constant: optional(Type.Boolean()),
    external: optional(Type.Boolean()),
  },
  open,
)
const keyed = { additionalProperties: false } as const
const variables = optional(Type.Record(Type.String({ pattern: VARIABLE_NAME }), variable, keyed))
const argumentList = optional(some(Type.String({ pattern: VARIABLE_NAME })))

const externalReference = Type.Object({ name, description: optional(text), url: optional(text) }, open)

/** Section 4.1: properties every step has. */
const stepBase = {
  name: optional(name),
  description: optional(text),
  external_references: optional(some(externalReference)),
  delay: optional(wholeNumber(86_400_000 * 30)),
  timeout: optional(wholeNumber(86_400_000 * 30)),
  step_variables: variables,
  owner: optional(Type.String({ pattern: idOf('identity') })),
  on_completion: optional(stepId),
  on_success: optional(stepId),
  on_failure: optional(stepId),
  step_extensions: extensions,
}

const command = Type.Object(
  {
    type: Type.String({ minLength: 1, maxLength: 64 }),
    description: optional(text),
    version: optional(Type.String({ maxLength: 64 })),
    command: optional(text),
    playbook_activity: optional(Type.String({ maxLength: 128 })),
    external_references: optional(some(externalReference)),
  },
  open,
)

const step = <T extends string, P extends Record<string, TSchema>>(type: T, properties: P) =>
  Type.Object({ type: Type.Literal(type), ...stepBase, ...properties }, open)

const STEPS = {
  start: step('start', {}),
  end: step('end', {}),
  action: step('action', {
    commands: some(command, 32),
    agent: identifier,
    targets: optional(some(identifier)),
    in_args: argumentList,
    out_args: argumentList,
  }),
  'playbook-action': step('playbook-action', {
    playbook_id: Type.String({ pattern: idOf('playbook') }),
    playbook_version: optional(timestamp),
    in_args: argumentList,
    out_args: argumentList,
  }),
  parallel: step('parallel', { next_steps: some(stepId, 64) }),
  'if-condition': step('if-condition', {
    condition: Type.String({ minLength: 1, maxLength: 8192 }),
    on_true: stepId,
    on_false: optional(stepId),
  }),
  'while-condition': step('while-condition', {
    condition: Type.String({ minLength: 1, maxLength: 8192 }),
    on_true: stepId,
  }),
  'switch-condition': step('switch-condition', {
    switch: Type.String({ minLength: 1, maxLength: 8192 }),
    cases: Type.Record(Type.String({ minLength: 1, maxLength: 1024 }), stepId, { minProperties: 1 }),
  }),
} as const

/** One schema per step type: the faults of a step are told in the words of its own table. */
export const stepSchemas: Readonly<Record<StepType, TSchema>> = STEPS

const agentTarget = Type.Object({ type: Type.String({ minLength: 1, maxLength: 128 }), name }, open)

/** Section 10.15. */
const signature = Type.Object(
  {
    type: Type.Literal('jss'),
    id: Type.String({ pattern: idOf('jss', 'signature') }),
    created_by: optional(Type.String({ pattern: idOf('identity') })),
    created: timestamp,
    modified: timestamp,
    revoked: optional(Type.Boolean()),
    signee: name,
    valid_from: optional(timestamp),
    valid_until: optional(timestamp),
    related_to: Type.String({ pattern: idOf('playbook') }),
    related_version: timestamp,
    hash_algorithm: Type.String({ maxLength: 32 }),
    algorithm: Type.String({ maxLength: 64 }),
    public_key: optional(Type.String({ maxLength: 8192 })),
    value: Type.String({ minLength: 1, maxLength: 16_384 }),
  },
  open,
)

/** Everything but the steps, which are judged one by one. */
export const PlaybookSchema = Type.Object(
  {
    type: Type.Literal('playbook'),
    spec_version: Type.Literal('cacao-2.0'),
    id: Type.String({ pattern: idOf('playbook') }),
    name,
    description: optional(text),
    playbook_types: optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 64 })),
    playbook_activities: optional(some(Type.String({ maxLength: 128 }))),
    created_by: Type.String({ pattern: idOf('identity') }),
    created: timestamp,
    modified: timestamp,
    revoked: optional(Type.Boolean()),
    valid_from: optional(timestamp),
    valid_until: optional(timestamp),
    derived_from: optional(some(Type.String({ pattern: idOf('playbook') }))),
    related_to: optional(some(identifier)),
    priority: optional(wholeNumber(100)),
    severity: optional(wholeNumber(100)),
    impact: optional(wholeNumber(100)),
    industry_sectors: optional(some(Type.String({ maxLength: 128 }))),
    labels: optional(some(Type.String({ maxLength: 256 }))),
    external_references: optional(some(externalReference)),
    markings: optional(some(identifier)),
    playbook_variables: variables,
    workflow_start: Type.String({ pattern: idOf('start') }),
    workflow_exception: optional(stepId),
    workflow: Type.Record(stepId, Type.Unknown(), { ...keyed, minProperties: 3, maxProperties: 512 }),
    playbook_extensions: extensions,
    agent_definitions: optional(Type.Record(identifier, agentTarget, keyed)),
    target_definitions: optional(Type.Record(identifier, agentTarget, keyed)),
    signatures: optional(some(signature, 16)),
  },
  open,
)

export type Variable = Static<typeof variable>
export type Variables = Readonly<Record<string, Variable>>
export type Command = Static<typeof command> & Readonly<Record<string, unknown>>
export type AgentTarget = Static<typeof agentTarget>
export type PlaybookSignature = Static<typeof signature>
export type Step = { [T in StepType]: Static<(typeof STEPS)[T]> }[StepType]
export type StepOf<T extends StepType> = Static<(typeof STEPS)[T]>
export type Playbook = Omit<Static<typeof PlaybookSchema>, 'workflow'> & {
  readonly workflow: Readonly<Record<string, Step>>
}
