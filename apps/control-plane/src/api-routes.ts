/** Every route of the control API, below /api/v1. Also how contracts/openapi.json is emitted. */
import { registerApprovalRoutes } from '@rampart/approvals'
import { registerAuditRoutes } from '@rampart/audit'
import { registerGatewayRoutes } from '@rampart/gateways'
import { registerIdentityRoutes, registerSessionRoutes } from '@rampart/identity'
import { registerInferenceLogRoutes } from '@rampart/inference-log'
import { registerInventoryRoutes } from '@rampart/inventory'
import { registerDifferenceRoute, registerLineageRoutes } from '@rampart/lineage'
import { registerPolicyRoutes } from '@rampart/policy'
import {
  registerRegistryNoticeRoutes,
  registerRegistryRoutes,
  registerRegistryWatchRoutes,
} from '@rampart/registries'
import {
  NotebookSpecSchema,
  ProtectedEntitySpecSchema,
  registerPlaybookRoutes,
  registerResourceRoutes,
  registerResponseRoutes,
} from '@rampart/response'
import { registerServingRoutes } from '@rampart/serving'
import { registerSinkRoutes, registerSourceRoutes } from '@rampart/siem'
import { registerTelemetryRoutes } from '@rampart/telemetry'
import { registerIncidentRoutes, registerSimulationRoutes, registerThreatsRoutes } from '@rampart/threats'
import {
  registerModelDocumentRoutes,
  registerModelGraphRoutes,
  registerSignerRoutes,
  registerTrustRoutes,
  registerVerdictRoutes,
} from '@rampart/trust'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { ApiDeps } from './api-deps.ts'
import { registerEventRoutes } from './event-routes.ts'
import { registerOverviewRoute } from './overview-route.ts'
import { createSimulationPorts } from './simulation-ports.ts'

/** Returns what ends the open event streams. */
export const registerApiRoutes = (api: FastifyInstance, deps: ApiDeps): { readonly stop: () => void } => {
  const { pipeline } = deps
  registerSessionRoutes(api, { ...deps, identity: pipeline.identity })
  registerOverviewRoute(api, deps)
  registerInventoryRoutes(api, {
    inventory: pipeline.inventory,
    evidence: pipeline.trust,
    serving: {
      placement: (tenant, ref) => {
        const found = pipeline.serving
          .served(tenant)
          .find(({ model, version }) => model === ref.name && version === ref.version)
        return { serving: found !== undefined, isDefault: found?.isDefault === true }
      },
    },
  })
  registerTrustRoutes(api, {
    trust: pipeline.trust,
    otherKeys: () => [{ ...pipeline.audit.publicKey(), use: 'audit' }],
  })
  registerSignerRoutes(api, pipeline)
  registerVerdictRoutes(api, pipeline.verdictRoom)
  registerModelDocumentRoutes(api, {
    trust: pipeline.trust,
    versions: pipeline.inventory,
    product: deps.product,
  })
  registerModelGraphRoutes(api, {
    versions: pipeline.inventory,
    defaultVersion: (tenant, name) =>
      pipeline.serving.served(tenant).find((one) => one.name === name && one.isDefault)?.version,
  })
  registerRegistryRoutes(api, { registries: pipeline.registries })
  registerRegistryNoticeRoutes(api, pipeline.registryWatch)
  registerRegistryWatchRoutes(api, pipeline.registryWatch)
  registerSinkRoutes(api, pipeline.siemRoom)
  registerSourceRoutes(api, pipeline.siemRoom)
  registerLineageRoutes(api, pipeline.lineageRoom)
  registerDifferenceRoute(api, pipeline.lineageRoom)
  registerApprovalRoutes(api, { room: pipeline.approvals, clock: deps.clock })
  registerPolicyRoutes(api, { policy: pipeline.policy, clock: deps.clock })
  registerServingRoutes(api, {
    routes: pipeline.routes,
    served: pipeline.serving.served,
    backends: pipeline.backends,
    plan: pipeline.serving.plan,
    stats: (tenant, name) => {
      const served = pipeline.serving.served(tenant).filter((one) => one.name === name)
      const isDefault = (version: string) => served.some((one) => one.version === version && one.isDefault)
      // The router keeps versions warm that may not serve; only what serves or served is of interest.
      return pipeline.gateways
        .stats(tenant, name)
        .filter((stats) => stats.requests > 0 || served.some((one) => one.version === stats.version))
        .sort((a, b) => Number(isDefault(b.version)) - Number(isDefault(a.version)))
    },
  })
  registerGatewayRoutes(api, {
    gateways: pipeline.gateways,
    openArtifact: pipeline.inventory.openArtifact,
  })
  registerInferenceLogRoutes(api, {
    log: pipeline.inferenceLog,
    clock: deps.clock,
    call: pipeline.serving.call,
  })
  registerTelemetryRoutes(api, { telemetry: pipeline.telemetry, imports: pipeline.referenceImport })
  registerResponseRoutes(api, pipeline.responseRoom)
  registerResourceRoutes(api, pipeline.responseRoom.notebooks, {
    path: 'notebooks',
    title: 'Notebook',
    what: 'Jupyter servers and hubs that response may isolate',
    spec: NotebookSpecSchema,
  })
  registerResourceRoutes(api, pipeline.responseRoom.playbooks.resources, {
    path: 'playbooks',
    title: 'Playbook',
    what: 'CACAO v2.0 playbooks, signed; one without a signature is signed here for who writes it',
    spec: Type.Unsafe<never>({
      type: 'object',
      additionalProperties: true,
      description: 'A CACAO v2.0 playbook',
    }),
  })
  registerResourceRoutes(api, pipeline.protectedEntities.resources, {
    path: 'protected-entities',
    title: 'ProtectedEntity',
    titles: 'ProtectedEntities',
    what: 'Entities that nothing is done to before two people agree',
    spec: ProtectedEntitySpecSchema,
  })
  registerPlaybookRoutes(api, pipeline.responseRoom.playbooks)
  registerThreatsRoutes(api, { threats: pipeline.threats })
  registerIncidentRoutes(api, pipeline)
  registerSimulationRoutes(api, {
    ...pipeline,
    clock: deps.clock,
    ...createSimulationPorts(pipeline.policy),
  })
  registerAuditRoutes(api, { audit: pipeline.audit, clock: deps.clock })
  const events = registerEventRoutes(api, {
    ...deps,
    authenticate: ({ authorization, cookie }) => pipeline.identity.authenticate({ authorization, cookie }),
  })
  registerIdentityRoutes(api, { identity: pipeline.identity, ca: pipeline.ca })
  return events
}
