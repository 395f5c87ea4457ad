/** HTTP: what another bundle of the pack `response` would have done. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { SEVERITIES } from '@rampart/domain'
import type { Clock } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { threatsErrors } from '../errors.ts'
import type { Incidents } from '../incidents/incidents.ts'
import { ResponseActionSchema } from '../incidents/response-actions.ts'
import { type Bundle, simulate } from './simulate.ts'

export type SimulationDeps = {
  readonly incidents: Pick<Incidents, 'decisionsSince'>
  readonly clock: Clock
  /** The bundle in force, and a draft; the draft's faults are thrown as the policy room's errors. */
  readonly bundles: {
    active(): Bundle & { readonly version: number; readonly digest: string }
    draft(files: Readonly<Record<string, string>>): Bundle & { readonly digest: string }
  }
}

const MOST_DECISIONS = 2_000
/** Time for one simulation, ms: an evaluation holds up the process, so there is an end to them. */
const BUDGET_MS = 10_000
const LONGEST_MS = 90 * 86_400_000

const Totals = Type.Object({
  actions: Type.Integer(),
  acted: Type.Integer({ description: 'Containments without asking anybody' }),
  faults: Type.Integer({ description: 'Answers that broke or could not be read' }),
})
const Answer = Type.Object({
  since: Type.String(),
  decisions: Type.Integer(),
  incidents: Type.Integer(),
  truncated: Type.Boolean(),
  active: Type.Object({ ...Totals.properties, version: Type.Integer(), digest: Type.String() }),
  candidate: Type.Object({ ...Totals.properties, digest: Type.String() }),
  unchanged: Type.Integer(),
  differences: Type.Array(
    Type.Object({
      incident: Type.String(),
      title: Type.String(),
      severity: Type.Union([Type.Enum([...SEVERITIES]), Type.Literal('')]),
      time: Type.String(),
      added: Type.Array(ResponseActionSchema),
      removed: Type.Array(ResponseActionSchema),
      changed: Type.Array(Type.Object({ active: ResponseActionSchema, candidate: ResponseActionSchema })),
      reasons: Type.Array(Type.String()),
    }),
  ),
})
const Body = Type.Object(
  {
    files: Type.Record(Type.String({ maxLength: 128 }), Type.String({ maxLength: 1_048_576 })),
    since: Type.String({ format: 'date-time', description: 'At most 90 days ago' }),
  },
  { additionalProperties: false },
)

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const registerSimulationRoutes = (instance: FastifyInstance, deps: SimulationDeps): void => {
  const { clock, bundles, incidents } = deps
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  let busy = false
  app.post(
    '/simulations/response',
    {
      bodyLimit: 8 * 1024 * 1024,
      config: { action: 'simulation:run' },
      schema: {
        tags: ['incidents'],
        operationId: 'simulateResponse',
        summary: 'What would this bundle have done about the incidents since then?',
        body: Body,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const from = Math.max(Date.parse(request.body.since), clock.now() - LONGEST_MS)
      const since = new Date(from).toISOString()
      const [active, candidate] = [bundles.active(), bundles.draft(request.body.files)]
      if (busy) throw threatsErrors.THREATS_SIMULATION_BUSY('Another simulation is running; try again soon.')
      busy = true
      try {
        const found = await incidents.decisionsSince(request.principal.tenant, since, MOST_DECISIONS + 1)
        if (found.length > MOST_DECISIONS) {
          throw threatsErrors.THREATS_SIMULATION_TOO_LARGE(
            `More than ${MOST_DECISIONS} decisions were taken since ${since}; simulate a shorter time.`,
          )
        }
        const started = clock.monotonic()
        const result = await simulate(found, { active, candidate }, async () => {
          await nextTurn()
          return clock.monotonic() - started < BUDGET_MS
        })
        const { version, digest } = active
        return {
          ...result,
          since,
          active: { ...result.active, version, digest },
          candidate: { ...result.candidate, digest: candidate.digest },
        } as never
      } finally {
        busy = false
      }
    },
  )
}
