/** HTTP ↔ policy packs and the decision log. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type Clock, cursorOf, ListQuery, readCursor, systemClock } from '@rampart/kit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { registerDecisionRoutes } from './decision-routes.ts'
import { policyErrors } from './errors.ts'
import { PACKS, type PackName } from './pack-files.ts'
import type { Policy } from './policy.ts'
import * as schemas from './schemas.ts'

export type PolicyRouteDeps = {
  readonly policy: Omit<Policy, 'start' | 'stop'>
  readonly clock?: Clock
}

const withTypes = (instance: FastifyInstance) => instance.withTypeProvider<TypeBoxTypeProvider>()
type App = ReturnType<typeof withTypes>

const aboutPack = (request: FastifyRequest) => ({
  kind: 'policy',
  id: (request.params as { pack: string }).pack,
})
const read = { action: 'policy:read', entity: aboutPack }
const write = { action: 'policy:write', entity: aboutPack }
const tags = ['policies']

/** `If-Match: "7"` says that version 7 is to be replaced. */
function expectedVersion(request: FastifyRequest): number {
  const header = request.headers['if-match']
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(header ?? '')?.[1]
  if (version === undefined) {
    throw policyErrors.POLICY_REVISION_MISSING('Send If-Match: "VERSION" with the version that you read.')
  }
  return Number(version)
}

async function summaryOf(policy: PolicyRouteDeps['policy'], pack: PackName) {
  const inUse = policy.hot(pack)
  const [version, newest, shippedDigest] = await Promise.all([
    policy.version(pack, inUse.version),
    policy.history(pack, { limit: 1 }),
    policy.shippedDigest(pack),
  ])
  return {
    ...version,
    newestVersion: newest[0]?.version ?? version.version,
    shippedDigest,
    differsFromShipped: shippedDigest !== version.digest,
  }
}

/** Registers the routes of packs and decisions; every one names the action that the authz pack must rule. */
export function registerPolicyRoutes(instance: FastifyInstance, deps: PolicyRouteDeps): void {
  const app = withTypes(instance)
  registerReads(app, deps)
  registerTrials(app, deps)
  registerWrites(app, deps)
  registerDecisionRoutes(instance, deps)
}

function registerReads(app: App, { policy }: PolicyRouteDeps): void {
  app.get(
    '/policies',
    {
      config: { action: 'policy:read' },
      schema: {
        tags,
        operationId: 'listPolicies',
        summary: 'The packs in use',
        response: { 200: Type.Object({ items: Type.Array(schemas.PackSummary) }) },
      },
    },
    async () => ({ items: await Promise.all(PACKS.map((pack) => summaryOf(policy, pack))) }),
  )
  app.get(
    '/policies/:pack',
    {
      config: read,
      schema: {
        tags,
        operationId: 'getPolicy',
        summary: 'The pack in use with its files; ETag is the version for If-Match',
        params: schemas.PackParams,
        response: { 200: schemas.PackDetail },
      },
    },
    async (request, reply) => {
      const { pack } = request.params
      const { inputPaths, volatile } = policy.hot(pack)
      const summary = await summaryOf(policy, pack)
      reply.header('etag', `"${summary.newestVersion}"`)
      return { ...summary, inputPaths: inputPaths === 'all' ? inputPaths : [...inputPaths], volatile }
    },
  )
  app.get(
    '/policies/:pack/history',
    {
      config: read,
      schema: {
        tags,
        operationId: 'listPolicyVersions',
        summary: 'Versions of a pack, newest first',
        params: schemas.PackParams,
        querystring: ListQuery,
        response: {
          200: Type.Object({
            items: Type.Array(schemas.VersionInfo),
            nextCursor: Type.Optional(Type.String()),
          }),
        },
      },
    },
    async (request) => {
      const { limit = 100, cursor } = request.query
      const before = cursor === undefined ? undefined : readCursor<{ v: string }>(cursor, ['v']).v
      const page = { limit: limit + 1, ...(before && /^\d{1,9}$/.test(before) && { before: Number(before) }) }
      const found = await policy.history(request.params.pack, page)
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return {
        items,
        ...(found.length > limit && last && { nextCursor: cursorOf({ v: String(last.version) }) }),
      }
    },
  )
  app.get(
    '/policies/:pack/history/:version',
    {
      config: read,
      schema: {
        tags,
        operationId: 'getPolicyVersion',
        summary: 'One version with its files',
        params: schemas.VersionParams,
        response: { 200: schemas.VersionDetail },
      },
    },
    async (request) => {
      const found = await policy.version(request.params.pack, request.params.version)
      return { ...found, files: { ...found.files } }
    },
  )
}

function registerTrials(app: App, { policy, clock = systemClock }: PolicyRouteDeps): void {
  app.post(
    '/policies/:pack/check',
    {
      config: write,
      schema: {
        tags,
        operationId: 'checkPolicy',
        summary: 'Compile a draft and run its tests, changing nothing',
        params: schemas.PackParams,
        body: schemas.CheckBody,
        response: { 200: schemas.CheckAnswer },
      },
    },
    async (request) => {
      const { ok, faults, tests } = policy.check(request.params.pack, request.body.files)
      return { ok, faults: [...faults], tests: [...tests] }
    },
  )
  app.post(
    '/policies/:pack/try',
    {
      config: read,
      schema: {
        tags,
        operationId: 'tryPolicy',
        summary: 'Ask the pack in use; the answer is not logged and has no effect',
        params: schemas.PackParams,
        body: schemas.TryBody,
        response: { 200: schemas.TryAnswer },
      },
    },
    async (request) => {
      const pack = policy.hot(request.params.pack)
      const start = clock.monotonic()
      const { allow, reasons, obligations } = pack.evaluate(request.body.input)
      const evaluationMicros = Math.round((clock.monotonic() - start) * 10_000) / 10
      const answer = { allow, reasons: [...reasons], obligations: { ...obligations } }
      return { ...answer, evaluationMicros, version: pack.version }
    },
  )
}

function registerWrites(app: App, { policy }: PolicyRouteDeps): void {
  app.put(
    '/policies/:pack',
    {
      bodyLimit: 8 * 1024 * 1024,
      config: write,
      schema: {
        tags,
        operationId: 'putPolicy',
        summary: 'Activate an edited pack: it must compile and its tests must pass',
        params: schemas.PackParams,
        body: schemas.EditBody,
        response: { 200: schemas.VersionDetail },
      },
    },
    async (request, reply) => {
      const { files, message = '' } = request.body
      const change = { files, message, expectedVersion: expectedVersion(request) }
      const version = await policy.edit(request.params.pack, request.principal, change)
      reply.header('etag', `"${version.version}"`)
      return { ...version, files: { ...version.files } }
    },
  )
  app.post(
    '/policies/:pack/rollback',
    {
      config: write,
      schema: {
        tags,
        operationId: 'rollbackPolicy',
        summary: 'Make an old version the active one; it becomes a new version',
        params: schemas.PackParams,
        body: schemas.RollbackBody,
        response: { 200: schemas.VersionDetail },
      },
    },
    async (request, reply) => {
      const to = { version: request.body.version, expectedVersion: expectedVersion(request) }
      const version = await policy.rollback(request.params.pack, request.principal, to)
      reply.header('etag', `"${version.version}"`)
      return { ...version, files: { ...version.files } }
    },
  )
}
