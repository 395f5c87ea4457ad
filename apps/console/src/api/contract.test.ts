/** The mock answers what the API document says: every answer is validated by the response schemas of the real routes. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fillPath } from '@rampart/client'
import { Ajv } from 'ajv'
import { startMockApi } from '../../mock-api/server.ts'

type Operation = { responses: Record<string, { content?: Record<string, { schema?: object }> }> }
const document = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../../../contracts/openapi.json', import.meta.url)), 'utf8'),
) as { paths: Record<string, Record<string, Operation>> }

const ajv = new Ajv({ strict: false, validateFormats: false })
const mock = await startMockApi()
after(() => mock.close())

type Input = {
  path?: Record<string, string>
  query?: string
  body?: unknown
  headers?: Record<string, string>
}

const answerOf = async (method: string, template: string, input: Input = {}): Promise<unknown> => {
  const url = `${mock.url}${fillPath(template, input.path)}${input.query ?? ''}`
  const response = await fetch(url, {
    method: method.toUpperCase(),
    headers: { authorization: 'Bearer mock-approver', 'content-type': 'application/json', ...input.headers },
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
  })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${url}: ${response.status} ${text}`)
  const declared = document.paths[template]?.[method]?.responses[String(response.status)]
  assert.ok(declared, `the document has no ${method} ${template} with ${response.status}`)
  const schema = declared.content?.['application/json']?.schema
  if (schema === undefined) {
    assert.equal(text, '', `${method} ${template} answers without a body`)
    return undefined
  }
  const answer: unknown = JSON.parse(text)
  const valid = ajv.compile(schema)
  assert.ok(valid(answer), `${method} ${url}: ${ajv.errorsText(valid.errors)}`)
  return answer
}

const APPROVAL = `0199f5b0-0000-7000-8000-${String(mock.world.versions.findIndex(({ stage }) => stage === 'assessed')).padStart(12, '0')}`
const VERSION = { name: 'card-fraud', version: '1.3.0' }
const READS: readonly (readonly [template: string, input?: Input])[] = [
  ['/api/v1/session'],
  ['/api/v1/overview'],
  ['/api/v1/models'],
  ['/api/v1/models/{name}', { path: { name: 'card-fraud' } }],
  ['/api/v1/models/{name}/versions/{version}', { path: VERSION }],
  ['/api/v1/models/{name}/versions/{version}', { path: { name: 'mail-filter', version: '2.1.0' } }],
  ['/api/v1/models/{name}/versions/{version}/provenance', { path: VERSION }],
  ['/api/v1/models/{name}/versions/{version}/graph', { path: VERSION }],
  ['/api/v1/models/{name}/versions/{version}/graph/diff', { path: VERSION }],
  ['/api/v1/lineage/{name}/{version}', { path: VERSION }],
  ['/api/v1/models/{name}/difference', { path: { name: 'card-fraud' }, query: '?from=1.2.0&to=1.3.0' }],
  ['/api/v1/incidents'],
  ['/api/v1/incidents/{id}', { path: { id: 'incident-1' } }],
  ['/api/v1/sinks'],
  ['/api/v1/sinks/{name}', { path: { name: 'splunk-prod' } }],
  ['/api/v1/sinks/{name}/dead-letters', { path: { name: 'soc-webhook' } }],
  ['/api/v1/alert-sources'],
  ['/api/v1/alert-sources/{name}', { path: { name: 'suricata-edge' } }],
  ['/api/v1/sightings'],
  ['/api/v1/response/runs'],
  ['/api/v1/containments'],
  ['/api/v1/response/kill-switch'],
  ['/api/v1/protected-entities'],
  ['/api/v1/playbooks'],
  ['/api/v1/playbooks/{name}', { path: { name: 'contain-host' } }],
  ['/api/v1/playbook-runs'],
  ['/api/v1/registry-watch'],
  ['/api/v1/registries'],
  ['/api/v1/registries/{name}', { path: { name: 'mlflow-prod' } }],
  ['/api/v1/registries/{name}/versions', { path: { name: 'mlflow-prod' } }],
  ['/api/v1/approvals'],
  ['/api/v1/approvals', { query: '?state=open' }],
  ['/api/v1/approvals/delegations'],
  ['/api/v1/approvals/{id}', { path: { id: APPROVAL } }],
  ['/api/v1/signers'],
  ['/api/v1/signers/{name}', { path: { name: 'release' } }],
  ['/api/v1/verdicts/{digest}', { path: { digest: mock.world.versions[0]?.digest ?? '' } }],
  ['/api/v1/verdicts/{digest}/history', { path: { digest: mock.world.versions[0]?.digest ?? '' } }],
  ['/api/v1/evidence/{id}', { path: { id: mock.world.versions[0]?.evidence[0]?.id ?? '' } }],
  ['/api/v1/keys'],
  ['/api/v1/routes'],
  ['/api/v1/routes/{name}', { path: { name: 'mail-filter' } }],
  ['/api/v1/routes/{name}/plan', { path: { name: 'card-fraud' } }],
  ['/api/v1/routes/{name}/plan', { path: { name: 'mail-filter' } }],
  ['/api/v1/routes/{name}/stats', { path: { name: 'card-fraud' } }],
  ['/api/v1/telemetry'],
  ['/api/v1/telemetry/{model}/{version}', { path: { model: 'card-fraud', version: '1.2.0' } }],
  ...['amount', 'prediction'].map(
    (feature) =>
      [
        '/api/v1/telemetry/{model}/{version}/features/{feature}',
        { path: { model: 'card-fraud', version: '1.2.0', feature } },
      ] as const,
  ),
  ['/api/v1/signals'],
  ['/api/v1/signals/{id}', { path: { id: mock.world.signals[0]?.id ?? '' } }],
  ['/api/v1/inference-log'],
  ['/api/v1/inference-log', { query: '?decision=deny&limit=2' }],
  ['/api/v1/inference-log/{id}', { path: { id: mock.world.requests.records[0]?.id ?? '' } }],
  ['/api/v1/inference-log/{id}/proof', { path: { id: mock.world.requests.records[0]?.id ?? '' } }],
  ['/api/v1/inference-log'],
  ['/api/v1/inference-log', { query: '?decision=deny&limit=2' }],
  ['/api/v1/inference-log/{id}', { path: { id: mock.world.requests.records[0]?.id ?? '' } }],
  ['/api/v1/inference-log/{id}/proof', { path: { id: mock.world.requests.records[0]?.id ?? '' } }],
  ['/api/v1/policies'],
  ['/api/v1/policies/{pack}', { path: { pack: 'promotion' } }],
  ['/api/v1/policies/{pack}/history', { path: { pack: 'promotion' } }],
  ['/api/v1/decisions'],
  ['/api/v1/decisions', { query: '?routine=false' }],
  ['/api/v1/audit/entries'],
  ['/api/v1/audit/entries/{index}', { path: { index: '3' } }],
  ['/api/v1/audit/checkpoint'],
  ['/api/v1/api-keys'],
  ['/api/v1/service-accounts'],
]

test('reads', async () => {
  for (const [template, input] of READS) await answerOf('get', template, input)
})

test('changes', async () => {
  const files = { 'promotion.rego': 'package rampart.promotion\n' }
  const pack = { pack: 'promotion' }
  const etag = `"${mock.world.policies.get('promotion')?.current.version}"`
  await answerOf('post', '/api/v1/models/{name}/versions/{version}/transitions', {
    path: VERSION,
    body: { to: 'approved', reason: 'Figures reviewed' },
  })
  await answerOf('post', '/api/v1/routes/{name}/canary', {
    path: { name: 'mail-filter' },
    body: { action: 'promote', reason: 'Steady' },
  })
  await answerOf('post', '/api/v1/policies/{pack}/check', { path: pack, body: { files } })
  await answerOf('post', '/api/v1/policies/{pack}/try', { path: pack, body: { input: {} } })
  const saved = await answerOf('put', '/api/v1/policies/{pack}', {
    path: pack,
    body: { files, message: 'Shorter' },
    headers: { 'if-match': etag },
  })
  await answerOf('post', '/api/v1/policies/{pack}/rollback', {
    path: pack,
    body: { version: 1 },
    headers: { 'if-match': `"${(saved as { version: number }).version}"` },
  })
  await answerOf('post', '/api/v1/registries/{name}/sync', { path: { name: 'mlflow-prod' } })
  await answerOf('post', '/api/v1/audit/verify', { body: {} })
  await answerOf('post', '/api/v1/inference-log/{id}/replay', {
    path: { id: mock.world.requests.records.find(({ input }) => input !== undefined)?.id ?? '' },
    body: { version: '1.3.0' },
  })
  await answerOf('post', '/api/v1/inference-log/{id}/replay', {
    path: { id: mock.world.requests.records.find(({ input }) => input !== undefined)?.id ?? '' },
    body: { version: '1.3.0' },
  })
  const made = await answerOf('post', '/api/v1/api-keys', {
    body: { name: 'nightly', roles: ['viewer'], expiresInSeconds: 3600 },
  })
  const { id } = (made as { apiKey: { id: string } }).apiKey
  await answerOf('delete', '/api/v1/api-keys/{id}', { path: { id } })
  await answerOf('post', '/api/v1/service-accounts', { body: { id: 'robot', roles: ['viewer'] } })
  await answerOf('delete', '/api/v1/service-accounts/{id}', { path: { id: 'robot' } })
  await answerOf('delete', '/api/v1/session')
})

test('the API document still has every path that the mock is asked for', () => {
  for (const [template] of READS) assert.ok(document.paths[template]?.['get'], template)
})
