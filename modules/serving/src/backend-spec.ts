/** What a person writes about a server elsewhere that runs registered versions: the `spec` of a `kind: Backend`. */
import { type Static, Type } from 'typebox'

const Text = Type.String({ minLength: 1, maxLength: 256 })

export const BackendSpecSchema = Type.Object(
  {
    protocol: Type.Enum(['v2-rest', 'v2-grpc', 'mlflow', 'kserve-v1']),
    urls: Type.Array(Type.String({ minLength: 1, maxLength: 2048 }), {
      minItems: 1,
      maxItems: 16,
      description:
        'Equal endpoints of one server: http(s)://HOST:PORT[/PREFIX], grpc(s)://HOST:PORT for v2-grpc',
    }),
    model: Type.Optional(Type.String({ ...Text, description: "The model's name there; ours when absent" })),
    version: Type.Optional(
      Type.String({ ...Text, description: "The version's name there; the server's default when absent" }),
    ),
    names: Type.Optional(
      Type.Record(Text, Text, {
        maxProperties: 256,
        description: 'Our names of inputs and outputs to theirs',
      }),
    ),
    timeoutMs: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 120_000, description: 'Of one attempt; 10000' }),
    ),
    retries: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 5, description: '1, within a budget of 10 % of the calls' }),
    ),
    connections: Type.Optional(Type.Integer({ minimum: 1, maximum: 1024, description: 'Per endpoint; 64' })),
    healthIntervalMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 3_600_000, description: '5000' })),
    maxResponseBytes: Type.Optional(
      Type.Integer({ minimum: 1024, maximum: 1_073_741_824, description: '16 MiB' }),
    ),
    verify: Type.Optional(
      Type.Union(
        [
          Type.Literal(false),
          Type.Object(
            {
              rows: Type.Optional(Type.Integer({ minimum: 1, maximum: 256, description: '4' })),
              tolerance: Type.Optional(Type.Number({ minimum: 0, description: '0.001' })),
              intervalMs: Type.Optional(Type.Integer({ minimum: 1000, description: '60000' })),
            },
            { additionalProperties: false },
          ),
        ],
        {
          description:
            'Probe rows that must get the same answers there as from the registered file here; false takes the server at its word',
        },
      ),
    ),
  },
  { additionalProperties: false },
)

export type BackendSpec = Static<typeof BackendSpecSchema>

export const BACKEND_DEFAULTS = {
  timeoutMs: 10_000,
  retries: 1,
  connections: 64,
  healthIntervalMs: 5_000,
  maxResponseBytes: 16 * 1024 * 1024,
  verifyRows: 4,
  tolerance: 1e-3,
  verifyIntervalMs: 60_000,
} as const
