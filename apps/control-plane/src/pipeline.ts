/** The rooms in the order of the data's way: what each is given is all that it can reach. */
import { join } from 'node:path'
import { createAssess, createAssurance, createMeasuredOnce, createProcessRunner } from '@rampart/assurance'
import { createAudit } from '@rampart/audit'
import { createOidcVerifier } from '@rampart/connectors/oidc'
import { createIdentity } from '@rampart/identity'
import { createInventory, createLocalArtifactStore, type Inventory } from '@rampart/inventory'
import { createPolicy } from '@rampart/policy'
import { createCallerRules, createProtectedEntities } from '@rampart/response'
import {
  createBackendResources,
  createCanaryRunner,
  createRouteResources,
  createServing,
} from '@rampart/serving'
import { createLocalCa, openEd25519Signer } from '@rampart/signing'
import { createReferenceImport, createTelemetry, parseLearnRows } from '@rampart/telemetry'
import { createThreats } from '@rampart/threats'
import { createSignatures, createSigners, createTrust, type Verdicts } from '@rampart/trust'
import { hostList } from './app-config.ts'
import { type ApprovalWiring, createApprovalWiring, lateApprovals } from './approval-wiring.ts'
import { createDeployedHosts, type DeployedHosts } from './deployed-hosts.ts'
import { createGatewayRoom, type GatewayRoom } from './gateway-ports.ts'
import type { Ground } from './ground.ts'
import { createIncidentsRoom } from './incidents-room.ts'
import { createInferenceLogRoom } from './inference-log-room.ts'
import { createLineageRoom } from './lineage-room.ts'
import { createRegistriesRoom } from './registries-room.ts'
import { createRegistryWatchRoom } from './registry-watch-room.ts'
import { createResponseRoom } from './response-room.ts'
import { createServingPorts, withCallerRules } from './serving-ports.ts'
import { createServingSync, type ServingSync } from './serving-sync.ts'
import { createSiemRoom } from './siem-room.ts'
import { createSignerEffects } from './signer-effects.ts'
import { createVerdictRoom } from './verdict-room.ts'

export type Pipeline = Awaited<ReturnType<typeof createPipeline>>

export const createPipeline = async (ground: Ground) => {
  const { config, home, logger, clock } = ground
  const audit = createAudit({ ...ground, signer: await openEd25519Signer(join(home, 'keys', 'audit.pem')) })
  const ca = await createLocalCa({ folder: join(home, 'ca'), clock })
  const { issuer, audience } = config.oidc
  const identity = createIdentity({
    ...ground,
    audit,
    certificates: ca,
    ...(issuer === undefined
      ? {}
      : {
          tokens: createOidcVerifier({
            issuer,
            audience: audience ?? 'rampart',
            rolesClaim: config.oidc.rolesClaim,
            clock,
            logger,
          }),
        }),
  })
  const policy = await createPolicy({ ...ground, audit, restore: config.policy.restore })
  const signer = await openEd25519Signer(join(home, 'keys', 'evidence.pem'))
  const trust = createTrust({ ...ground, audit, signer })

  const signers = createSigners({ ...ground, audit })

  // The router answers to the inventory, and the inventory waits for the router: one of the two must be named first.
  const late: {
    sync?: ServingSync
    verdicts?: Verdicts
    gateways?: GatewayRoom
    approvals?: ApprovalWiring
    hosts?: DeployedHosts
  } = {}
  const settle = async (): Promise<void> => late.sync?.refresh()

  const threats = createThreats({
    ...ground,
    audit,
    relate: async (...about) => (await late.hosts?.relate(...about)) ?? [],
  })
  const protectedEntities = createProtectedEntities({ ...ground, audit })
  const incidents = createIncidentsRoom(ground, {
    audit,
    policy,
    protectedEntities,
    servingHosts: async (...about) => (await late.hosts?.servingHosts(...about)) ?? [],
  })
  const telemetry = createTelemetry({
    ...ground,
    signals: threats.sinkFor('telemetry'),
    config: { ...config.telemetry, learnRowsByModel: parseLearnRows(config.telemetry.learnRowsByModel) },
  })
  const inventory: Inventory = createInventory({
    ...ground,
    audit,
    policy,
    evidence: trust,
    approvals: lateApprovals(() => late.approvals),
    artifacts: await createLocalArtifactStore({ folder: join(home, 'artifacts'), random: ground.random }),
    maxArtifactBytes: config.limits.artifactBytes,
    afterTransition: async ({ version, to }) => {
      if (to === 'retired' || to === 'quarantined' || to === 'retracted')
        await telemetry.retire(version.tenant, version)
      // Before the router is told: what it serves next depends on it.
      await late.verdicts?.refresh(
        version.tenant,
        version.digest,
        `${version.name}:${version.version} is ${to}`,
      )
      await settle()
    },
  })
  const approvals = createApprovalWiring(ground, { audit, policy, trust, inventory })
  late.approvals = approvals
  const verdictRoom = createVerdictRoom(ground, {
    audit,
    policy,
    trust,
    signers,
    inventory,
    approvals,
    signer,
  })
  const { verdicts } = verdictRoom
  late.verdicts = verdicts
  const signatures = createSignatures({ ...ground, trust, versions: inventory })
  const signerEffects = createSignerEffects({ ...ground, signers, inventory })
  const assurance = createAssurance({
    ...ground,
    inventory,
    trust,
    scanGate: verdictRoom.scanGate,
    assess: createMeasuredOnce(
      createAssess({
        clock,
        runtime: `onnxruntime on node ${process.versions.node}`,
        runner: createProcessRunner({ timeoutMs: 300_000, memoryMb: 4096, maxModelBytes: 1024 ** 3 }),
      }),
      clock,
    ),
    onReference: async (reference) => {
      await telemetry.setReference(reference)
      late.gateways?.changed()
    },
  })
  const referenceImport = createReferenceImport({
    ...ground,
    audit,
    folder: join(home, 'incoming-tables'),
    maxBytes: config.telemetry.referenceBytes,
    describe: async (tenant, ref) => {
      const { signature, spec } = await inventory.get(tenant, ref)
      const { features = [], classes = [], reference } = spec
      return signature && { signature, features, classes, prediction: reference?.prediction ?? '' }
    },
    adopt: async (...profile) => {
      await telemetry.adoptReference(...profile)
      late.gateways?.changed()
    },
  })
  const addresses = {
    allowLoopback: ground.mode === 'development',
    allowed: hostList(config.inference.backendHosts),
  }
  const signals = threats.sinkFor('serving')
  const ports = createServingPorts({ ...ground, audit, identity, policy, signals, signer })
  const callerRules = createCallerRules(ground)
  const serving = createServing({
    ...withCallerRules(ports, callerRules.check),
    observe: telemetry.sink,
    options: {
      recordsDir: join(home, 'inference'),
      whenRecordsFull: 'refuse',
      maxBodyBytes: config.limits.inferenceBodyBytes,
      defaultTimeoutMs: config.inference.deadlineMs,
      maxQueuedRows: config.inference.queueRows,
      addresses,
      grpcStreams: config.grpc.streams,
    },
  })
  const routes = createRouteResources({ ...ground, audit, afterChange: settle })
  const backends = createBackendResources({ ...ground, audit, addresses, afterChange: settle })
  const inferenceLog = createInferenceLogRoom(ground, { audit, serving, routes })
  const { verdictKeys } = ports
  const gateways = createGatewayRoom(ground, {
    audit,
    identity,
    policy,
    telemetry,
    serving,
    signals,
    signer,
    verdictKeys,
    callerRules,
  })
  late.gateways = gateways
  late.hosts = createDeployedHosts({ ...ground, gateways, served: serving.served })
  const canaries = createCanaryRunner({
    ...ground,
    routes,
    readings: gateways.canaryTotals,
    raiseSignal: (tenant, signal) => signals.raise(tenant, signal),
  })
  late.sync = createServingSync({
    ...ground,
    inventory,
    routes,
    backends,
    serving,
    verdicts,
    afterSwap: gateways.changed,
  })
  const lineageRoom = createLineageRoom(ground, { audit, inventory, trust, verdicts })
  const { lineage } = lineageRoom
  const registries = createRegistriesRoom(ground, { audit, inventory, signatures, lineage })
  const registryWatch = createRegistryWatchRoom(ground, {
    registries,
    inventory,
    verdicts,
    trust,
    serving,
    gateways,
    signals: threats.sinkFor('registries'),
  })
  const responseRoom = createResponseRoom(ground, {
    audit,
    signer,
    inventory,
    policy,
    trust,
    signers,
    verdicts,
    routes,
    serving,
    gateways,
    sync: late.sync,
    callerRules,
    lineage: lineageRoom.lineage,
    incidents,
    protectedEntities,
    aliases: registryWatch.aliases,
  })
  const siemRoom = createSiemRoom(ground, { audit, policy, inferenceLog, signals: threats.sinkFor('siem') })
  return {
    siemRoom,
    callerRules,
    responseRoom,
    protectedEntities,
    audit,
    ca,
    lineageRoom,
    registries,
    registryWatch,
    identity,
    policy,
    trust,
    signers,
    signatures,
    signerEffects,
    approvals,
    verdictRoom,
    threats,
    incidents,
    telemetry,
    referenceImport,
    inventory,
    assurance,
    serving,
    routes,
    backends,
    inferenceLog,
    canaries,
    gateways,
    sync: late.sync,
  }
}
