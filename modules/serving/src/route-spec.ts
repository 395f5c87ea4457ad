/** What a person writes to shape a route: the `spec` of a `kind: Route` manifest and the body of its API resource. */
import { MODEL_NAME_PATTERN, VERSION_PATTERN } from '@rampart/domain'
import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false } as const
const Name = Type.String({ pattern: MODEL_NAME_PATTERN })
const Alias = Type.String({
  pattern: MODEL_NAME_PATTERN,
  description:
    '`latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version',
})
const Share = Type.Number({ minimum: 0, maximum: 1 })
const Header = Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' })

const version = {
  model: Name,
  version: Type.Optional(Type.String({ pattern: VERSION_PATTERN })),
  alias: Type.Optional(Alias),
}

export const RouteMatchSchema = Type.Object(
  {
    path: Type.Optional(
      Type.String({
        pattern: MODEL_NAME_PATTERN,
        description: "Name in the URL; the route's own when absent",
      }),
    ),
    headers: Type.Optional(Type.Record(Header, Type.String({ maxLength: 256 }), { maxProperties: 16 })),
    callers: Type.Optional(
      Type.Array(Type.String({ maxLength: 256 }), {
        maxItems: 256,
        description: '`kind:id`; a trailing `*` stands for any rest',
      }),
    ),
    tenants: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 64 })),
  },
  closed,
)

export const CanarySchema = Type.Object(
  {
    ...version,
    steps: Type.Array(Type.Number({ exclusiveMinimum: 0, maximum: 100 }), {
      minItems: 1,
      maxItems: 32,
      description: 'Percent of the calls, ascending; after the last step holds, the candidate takes all',
    }),
    intervalMs: Type.Optional(
      Type.Integer({ minimum: 1000, maximum: 604_800_000, description: 'Shortest time of a step; 60000' }),
    ),
    minRequests: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Answers of the candidate before a step is judged; 100' }),
    ),
    maxErrorRateIncrease: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Error rate above that of the others; 0.01' }),
    ),
    maxLatencyRatio: Type.Optional(
      Type.Number({
        minimum: 1,
        description: 'p95 over that of the others; 2 (differences below 5 ms never fail)',
      }),
    ),
    maxLabelShift: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'Total variation distance of label shares; not judged when absent',
      }),
    ),
    maxScoreShift: Type.Optional(
      Type.Number({ minimum: 0, description: 'Difference of mean scores; not judged when absent' }),
    ),
  },
  closed,
)

const LogSchema = Type.Object(
  {
    mode: Type.Optional(
      Type.Enum(['digest', 'sampled', 'full'], {
        description:
          'What a record keeps of the payload: its SHA-256, the whole of a share of the calls, or of every call; digest',
      }),
    ),
    sampleRate: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Share of the calls in mode `sampled`; 0.01' }),
    ),
    redact: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
        maxItems: 256,
        description: 'Inputs or features whose values are left out',
      }),
    ),
    maxBytes: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_048_576,
        description: 'Longest payload kept, in characters of JSON; longer ones are recorded by digest; 16384',
      }),
    ),
    retentionDays: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 36_500,
        description: "Of the route's records; the tenant's when absent",
      }),
    ),
  },
  { ...closed, description: 'What the inference log keeps of the calls' },
)

export const RouteSpecSchema = Type.Object(
  {
    match: Type.Optional(RouteMatchSchema),
    backends: Type.Array(
      Type.Object(
        {
          ...version,
          weight: Type.Optional(
            Type.Number({ minimum: 0, maximum: 1_000_000, description: '1; 0 only stands in' }),
          ),
          backend: Type.Optional(
            Type.String({
              pattern: MODEL_NAME_PATTERN,
              description:
                'Name of a Backend that runs this version elsewhere; inside this process when absent',
            }),
          ),
        },
        closed,
      ),
      { minItems: 1, maxItems: 16 },
    ),
    sticky: Type.Optional(
      Type.Union([
        Type.Object({ caller: Type.Literal(true) }, closed),
        Type.Object({ header: Header }, closed),
      ]),
    ),
    fallback: Type.Optional(
      Type.Object(
        {
          timeoutMs: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 120_000, description: 'Of every attempt but the last' }),
          ),
        },
        closed,
      ),
    ),
    shadow: Type.Optional(
      Type.Object(
        {
          ...version,
          sampleRate: Type.Optional(Share),
          tolerance: Type.Optional(Type.Number({ minimum: 0 })),
        },
        closed,
      ),
    ),
    canary: Type.Optional(CanarySchema),
    postprocess: Type.Optional(
      Type.Object(
        {
          round: Type.Optional(Type.Integer({ minimum: 0, maximum: 15, description: 'Decimals of scores' })),
          hide: Type.Optional(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 64 })),
          stripHeaders: Type.Optional(Type.Boolean()),
        },
        closed,
      ),
    ),
    payloadSchema: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    log: Type.Optional(LogSchema),
  },
  closed,
)

export type RouteSpec = Static<typeof RouteSpecSchema>
export type CanarySpec = Static<typeof CanarySchema>
export type VersionChoice = { readonly model: string; readonly version?: string; readonly alias?: string }

/** The earlier, shorter form: one model, its version deployed last answers. */
export const specOfModel = (model: string, payloadSchema?: Record<string, unknown>): RouteSpec => ({
  backends: [{ model }],
  ...(payloadSchema === undefined ? {} : { payloadSchema }),
})

export type SpecFault = { readonly pointer: string; readonly message: string }

/** What the schema cannot say; undefined when the spec is whole. */
export const specProblem = (name: string, spec: RouteSpec): SpecFault | undefined => {
  const fault = (pointer: string, message: string): SpecFault => ({ pointer: `/spec${pointer}`, message })
  const choices: (readonly [string, VersionChoice | undefined])[] = [
    ...spec.backends.map((choice, at) => [`/backends/${at}`, choice] as const),
    ['/shadow', spec.shadow],
    ['/canary', spec.canary],
  ]
  const double = choices.find(([, choice]) => choice?.version !== undefined && choice.alias !== undefined)
  if (double !== undefined) return fault(double[0], 'names a version or an alias, not both')
  const keys = spec.backends.map(({ model, version, alias, backend }) =>
    JSON.stringify([model, version, alias, backend]),
  )
  const again = keys.findIndex((key, at) => keys.indexOf(key) < at)
  if (again !== -1) return fault(`/backends/${again}`, 'appears twice')
  if (spec.backends.every(({ weight }) => weight === 0))
    return fault('/backends', 'at least one must have a weight above 0')
  const steps = spec.canary?.steps ?? []
  if (steps.some((step, index) => index > 0 && step <= (steps[index - 1] as number)))
    return fault('/canary/steps', 'must ascend')
  const { path, headers, callers, tenants } = spec.match ?? {}
  const conditions = Object.keys(headers ?? {}).length + (callers?.length ?? 0) + (tenants?.length ?? 0)
  if (spec.match !== undefined && conditions === 0)
    return fault('/match', 'needs headers, callers or tenants')
  if (path === name) return fault('/match/path', 'is only for a name other than the route’s own')
  return undefined
}
