/** HTTP: what another bundle of the pack `response` would have done. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { SEVERITIES } from '@rampart/domain'
import type { Clock } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { threatsErrors } from '../errors.ts'
import type { Incidents } from '../incidents/incidents.ts'
import { ResponseActionSchema } from '../incidents/response-actions.ts'
import type { StoredDecision } from '../incidents/store.ts'
import type { Simulation } from './simulate.ts'

export type SimulationFiles = Readonly<Record<string, string>>

/** The two bundles as files: they are compiled where the simulation runs. */
export type SimulationQuestion = {
  readonly active: SimulationFiles
  readonly candidate: SimulationFiles
  readonly since: string
  readonly budgetMs: number
}

export type SimulationDeps = {
  readonly incidents: Pick<Incidents, 'countDecisions' | 'decisionsFor'>
  readonly clock: Clock
  readonly activeBundle: () => Promise<{
    readonly version: number
    readonly digest: string
    readonly files: SimulationFiles
  }>
  /**
   * Away from this thread; a bundle's faults are thrown as the policy room's errors, and one that is over as
   * THREATS_SIMULATION_BUNDLE_EXPIRED. Ends when `signal` says so.
   */
  readonly run: (
    question: SimulationQuestion,
    history: AsyncIterable<readonly StoredDecision[]>,
    signal: AbortSignal,
  ) => Promise<Simulation & { readonly candidateDigest: string }>
}

const MOST_DECISIONS = 10_000
const BUDGET_MS = 20_000
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
  active: Type.Object({
    ...Totals.properties,
    version: Type.Integer(),
    digest: Type.String(),
    decided: Type.Integer({ description: 'Decisions that this very bundle took then, …' }),
    repeated: Type.Integer({ description: '… and those of them that it takes again just so' }),
  }),
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

export const registerSimulationRoutes = (instance: FastifyInstance, deps: SimulationDeps): void => {
  const { clock, incidents } = deps
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
    async (request, reply) => {
      const { tenant } = request.principal
      const from = Math.max(Date.parse(request.body.since), clock.now() - LONGEST_MS)
      const since = new Date(from).toISOString()
      if (busy) throw threatsErrors.THREATS_SIMULATION_BUSY('Another simulation is running; try again soon.')
      busy = true
      // Nobody waits for the answer any more.
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      try {
        if ((await incidents.countDecisions(tenant, since, MOST_DECISIONS + 1)) > MOST_DECISIONS) {
          throw threatsErrors.THREATS_SIMULATION_TOO_LARGE(
            `More than ${MOST_DECISIONS} decisions were taken since ${since}; simulate a shorter time.`,
          )
        }
        const { version, digest, files } = await deps.activeBundle()
        const question = { active: files, candidate: request.body.files, since, budgetMs: BUDGET_MS }
        const history = incidents.decisionsFor(tenant, since)
        const { candidateDigest, ...result } = await deps.run(question, history, gone.signal)
        return {
          ...result,
          since,
          active: { ...result.active, version, digest },
          candidate: { ...result.candidate, digest: candidateDigest },
        } as never
      } finally {
        busy = false
      }
    },
  )
}
