/** The inference log: search, one record, its proof, its replay. */
import type * as Api from '../src/api/types.ts'
import { type Answer, type Call, ok, problem, type Route, route } from './router.ts'
import type { World } from './world.ts'

const unknown = (id: string | undefined): Answer =>
  problem(404, 'INFERENCE_LOG_RECORD_UNKNOWN', `There is no record ${id}.`)

const matches = (record: Api.InferenceRecord, query: URLSearchParams): boolean =>
  (!query.get('route') || record.route === query.get('route')) &&
  (!query.get('principal') || record.principal === query.get('principal')) &&
  (!query.get('requestId') || record.request_id === query.get('requestId')) &&
  (!query.get('decision') || record.decision === query.get('decision')) &&
  record.latency_ms >= Number(query.get('minLatencyMs') ?? 0)

const replay =
  (world: World) =>
  ({ params, body }: Call): Answer => {
    const record = world.requests.records.find(({ id }) => id === params['id'])
    if (record === undefined) return unknown(params['id'])
    if (record.input === undefined)
      return problem(
        409,
        'INFERENCE_LOG_NOT_CAPTURED',
        `Record ${record.id} cannot be replayed: only the digest of its payload was kept.`,
        { help: "Set the route's log.mode to full (or sampled): later calls can then be replayed." },
      )
    const version = String(body['version'] ?? record.version)
    const isOther = version !== record.version
    const before = record.output as { name: string; data: number[] }[]
    const data = before.map((output) => ({
      ...output,
      data: output.data.map((value) => (isOther ? value * 0.9 : value)),
    }))
    const answer: Api.Replay = {
      status: 200,
      route: String(body['route'] ?? record.route),
      model: record.model,
      version,
      answer: { model_name: record.model, model_version: version, outputs: data },
      before: { status: record.status, version: record.version, output: before },
      outputs: before.map(({ name, data: values }) => ({
        name,
        same: !isOther,
        different: isOther ? values.length : 0,
        largest: isOther ? Math.max(...values) * 0.1 : 0,
      })),
    }
    return ok(answer)
  }

export const requestRoutes = (world: World): Route[] => [
  route('GET', '/inference-log', ({ query }) => {
    const from = Number(query.get('cursor') ?? 0)
    const limit = Number(query.get('limit') ?? 50)
    const found = world.requests.records.filter((record) => matches(record, query))
    const items = found.slice(from, from + limit)
    return ok({ items, ...(from + limit < found.length ? { nextCursor: String(from + limit) } : {}) })
  }),
  route('GET', '/inference-log/{id}', ({ params }) => {
    const record = world.requests.records.find(({ id }) => id === params['id'])
    return record === undefined ? unknown(params['id']) : ok(record)
  }),
  route('GET', '/inference-log/{id}/proof', ({ params }) => {
    const proof = world.requests.prove(params['id'] ?? '')
    return proof === undefined ? unknown(params['id']) : ok(proof)
  }),
  route('POST', '/inference-log/{id}/replay', replay(world)),
]
