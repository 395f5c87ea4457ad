/** HTTP ↔ inventory use cases. */
import type { Readable } from 'node:stream'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type Digest, type EntityRef, formatModelVersionRef, type ModelVersionRef } from '@rampart/domain'
import { cursorOf, ListQuery, readCursor } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { inventoryErrors } from './errors.ts'
import { digestsOf, type Inventory } from './inventory.ts'
import type { EvidenceFact } from './ports.ts'
import {
  DigestSchema,
  NameSchema,
  RefParams,
  RegisterBody,
  StageSchema,
  TransitionBody,
  VersionDetail,
  VersionSummary,
} from './schemas.ts'
import type { StoredVersion } from './store.ts'

/** Where a version runs right now, asked of the router's snapshot. */
export interface ServingView {
  placement(tenant: string, ref: ModelVersionRef): { readonly serving: boolean; readonly isDefault: boolean }
}

/** What trust knows about one statement: more than a decision reads, all that a person asks. */
export type EvidenceView = EvidenceFact & {
  readonly principal: string
  readonly reasons: readonly string[]
}

export type InventoryRouteDeps = {
  readonly inventory: Inventory
  readonly serving: ServingView
  readonly evidence: {
    evidenceAbout(tenant: string, digests: readonly Digest[]): Promise<readonly EvidenceView[]>
  }
}

const byRef = (request: { params: unknown }): EntityRef => ({
  kind: 'model-version',
  id: formatModelVersionRef(request.params as ModelVersionRef),
})
const byName = (request: { params: unknown }): EntityRef => ({
  kind: 'model',
  id: (request.params as { name: string }).name,
})

const summary = (serving: ServingView, version: StoredVersion) => ({
  name: version.name,
  version: version.version,
  digest: version.digest,
  stage: version.stage,
  ...(version.spec.description === undefined ? {} : { description: version.spec.description }),
  labels: { ...version.spec.labels },
  createdBy: version.createdBy,
  createdAt: version.createdAt,
  updatedAt: version.updatedAt,
  ...(version.deployedAt === undefined ? {} : { deployedAt: version.deployedAt }),
  revision: version.revision,
  ...serving.placement(version.tenant, version),
})

/** Registers the inventory's routes; every one names the action that the authz policy must know. */
export const registerInventoryRoutes = (instance: FastifyInstance, deps: InventoryRouteDeps): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  registerReads(app, deps)
  registerWrites(app, deps)
  registerArtifacts(app, deps)
}

type App = ReturnType<typeof withTypes>
const withTypes = (instance: FastifyInstance) => instance.withTypeProvider<TypeBoxTypeProvider>()

const registerReads = (app: App, { inventory, serving, evidence }: InventoryRouteDeps): void => {
  app.get(
    '/models',
    {
      config: { action: 'model:read' },
      schema: {
        tags: ['models'],
        operationId: 'listModels',
        summary: 'Model versions, by name, newest first',
        querystring: Type.Object(
          {
            ...ListQuery.properties,
            name: Type.Optional(NameSchema),
            stage: Type.Optional(StageSchema),
            digest: Type.Optional(DigestSchema),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ items: Type.Array(VersionSummary), nextCursor: Type.Optional(Type.String()) }),
        },
      },
    },
    async (request) => {
      const { limit = 100, cursor, name, stage, digest } = request.query
      const after =
        cursor === undefined ? undefined : readCursor<{ name: string; seq: string }>(cursor, ['name', 'seq'])
      const found = await inventory.list(request.principal.tenant, {
        limit: limit + 1,
        ...(name === undefined ? {} : { name }),
        ...(stage === undefined ? {} : { stage }),
        ...(digest === undefined ? {} : { digest: digest as Digest }),
        ...(after === undefined ? {} : { after }),
      })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return {
        items: page.map((version) => summary(serving, version)),
        ...(found.length > limit && last !== undefined
          ? { nextCursor: cursorOf({ name: last.name, seq: last.seq }) }
          : {}),
      }
    },
  )

  app.get(
    '/models/:name',
    {
      config: { action: 'model:read', entity: byName },
      schema: {
        tags: ['models'],
        operationId: 'getModel',
        summary: 'One model with its versions, newest first',
        params: Type.Object({ name: NameSchema }),
        response: { 200: Type.Object({ name: Type.String(), versions: Type.Array(VersionSummary) }) },
      },
    },
    async (request) => {
      const { name } = request.params
      const versions = await inventory.list(request.principal.tenant, { name, limit: 500 })
      if (versions.length === 0) throw inventoryErrors.INVENTORY_NOT_FOUND(`There is no model ${name}.`)
      return { name, versions: versions.map((version) => summary(serving, version)) }
    },
  )

  app.get(
    '/models/:name/versions/:version',
    {
      config: { action: 'model:read', entity: byRef },
      schema: {
        tags: ['models'],
        operationId: 'getModelVersion',
        summary: 'The passport of a version: identity, evidence, steps taken and steps possible',
        params: RefParams,
        response: { 200: VersionDetail },
      },
    },
    async (request) => {
      const { tenant } = request.principal
      const version = await inventory.get(tenant, request.params)
      const [transitions, facts, actions] = await Promise.all([
        inventory.transitions(tenant, request.params),
        evidence.evidenceAbout(tenant, digestsOf(version)),
        inventory.preview(request.principal, request.params),
      ])
      return {
        ...summary(serving, version),
        spec: version.spec as never,
        ...(version.signature === undefined ? {} : { signature: version.signature as never }),
        artifacts: [...version.artifacts],
        transitions,
        evidence: facts.map((fact) => ({ ...fact, reasons: [...fact.reasons] })),
        actions: actions.map(({ to, allow, reasons }) => ({ to, allow, reasons: [...reasons] })),
      }
    },
  )
}

const registerWrites = (app: App, { inventory, serving }: InventoryRouteDeps): void => {
  app.post(
    '/models/:name/versions',
    {
      config: { action: 'model:register', entity: byName },
      schema: {
        tags: ['models'],
        operationId: 'registerModelVersion',
        summary:
          'Register a version from uploaded artifacts; repeating it with the same content changes nothing',
        params: Type.Object({ name: NameSchema }),
        body: RegisterBody,
        response: { 200: VersionSummary, 201: VersionSummary },
      },
    },
    async (request, reply) => {
      const { version, artifacts, spec } = request.body
      const registered = await inventory.register(request.principal, {
        name: request.params.name,
        version,
        artifacts: artifacts.map((artifact) => ({ ...artifact, digest: artifact.digest as Digest })),
        spec: spec as never,
      })
      return reply.code(registered.created ? 201 : 200).send(summary(serving, registered.version))
    },
  )

  app.post(
    '/models/:name/versions/:version/transitions',
    {
      config: { action: 'model:transition', entity: byRef },
      schema: {
        tags: ['models'],
        operationId: 'transitionModelVersion',
        summary: 'Take a step of the lifecycle if the promotion policy allows it',
        params: RefParams,
        body: TransitionBody,
        response: { 200: VersionSummary },
      },
    },
    async (request) =>
      summary(serving, await inventory.transition(request.principal, request.params, request.body)),
  )
}

const registerArtifacts = (app: App, { inventory }: InventoryRouteDeps): void => {
  // In a context of its own: only here are raw bytes a legal body, and they are handed on as a stream.
  app.register(async (scoped) => {
    scoped.removeAllContentTypeParsers()
    scoped.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
    withTypes(scoped).post(
      '/artifacts',
      {
        bodyLimit: Number.MAX_SAFE_INTEGER,
        config: { action: 'artifact:write' },
        schema: {
          tags: ['artifacts'],
          operationId: 'putArtifact',
          summary: 'Upload an artifact; the answer names its digest',
          consumes: ['application/octet-stream'],
          querystring: Type.Object({ digest: Type.Optional(DigestSchema) }, { additionalProperties: false }),
          response: { 201: Type.Object({ digest: Type.String(), sizeBytes: Type.Integer() }) },
        },
      },
      async (request, reply) => {
        const expected = request.query.digest as Digest | undefined
        return reply.code(201).send(await inventory.putArtifact(request.body as Readable, expected))
      },
    )
  })

  app.get(
    '/artifacts/:digest',
    {
      config: { action: 'artifact:read' },
      schema: {
        tags: ['artifacts'],
        operationId: 'getArtifact',
        summary: 'The bytes of an artifact',
        params: Type.Object({ digest: DigestSchema }),
      },
    },
    async (request, reply) => {
      const digest = request.params.digest as Digest
      const sizeBytes = await inventory.artifactSize(digest)
      if (sizeBytes === undefined)
        throw inventoryErrors.INVENTORY_ARTIFACT_NOT_FOUND(`No artifact has digest ${digest}.`)
      reply
        .header('content-length', sizeBytes)
        .header('content-disposition', 'attachment')
        .type('application/octet-stream')
      return reply.send(request.method === 'HEAD' ? undefined : await inventory.openArtifact(digest))
    },
  )
}
