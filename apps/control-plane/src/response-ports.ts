/** What actions of response reach of the other rooms. */
import type { Audit } from '@rampart/audit'
import { createOutboundHttp } from '@rampart/connectors/outbound'
import { sendMail } from '@rampart/connectors/smtp'
import {
  componentPrincipal,
  type Datatype,
  type ModelSignature,
  PREDICATE,
  principalName,
} from '@rampart/domain'
import type { Inventory, StoredVersion } from '@rampart/inventory'
import type { Policy } from '@rampart/policy'
import type {
  ActionPorts,
  AliasesPort,
  CallerRules,
  NotebookSpec,
  ServingPort,
  VersionView,
} from '@rampart/response'
import type { RouteResources, Serving } from '@rampart/serving'
import type { Signers, Trust, Verdicts } from '@rampart/trust'
import type { GatewayRoom } from './gateway-ports.ts'
import type { Ground } from './ground.ts'
import { createFirewallPort, createNotebooksPort } from './notebook-ports.ts'
import type { ServingSync } from './serving-sync.ts'

export type ResponseRooms = {
  readonly audit: Audit
  readonly inventory: Inventory
  readonly policy: Policy
  readonly trust: Trust
  readonly signers: Signers
  readonly verdicts: Verdicts
  readonly routes: RouteResources
  readonly serving: Serving
  readonly gateways: GatewayRoom
  readonly sync: ServingSync
  /** Absent while no registry can be written to. */
  readonly aliases?: AliasesPort
}

const HOUR_MS = 3_600_000
const ANSWER_BYTES = 64 * 1024
const PAGE = 500
const HISTORY = 100

const viewOf = (version: StoredVersion): VersionView => ({
  model: version.name,
  version: version.version,
  digest: version.digest,
  stage: version.stage,
  artifacts: version.artifacts.map(({ digest }) => digest),
  createdBy: version.createdBy,
  ...(version.deployedAt === undefined ? {} : { deployedAt: version.deployedAt }),
})

export const createVersionsPort = (
  { database }: Ground,
  { inventory }: Pick<ResponseRooms, 'inventory'>,
): ActionPorts['versions'] => ({
  get: async (tenant, name, version) => viewOf(await inventory.get(tenant, { name, version })),
  ofModel: async (tenant, name) => (await inventory.list(tenant, { name, limit: PAGE })).map(viewOf),
  withDigest: async (tenant, digest) =>
    database.read(tenant, async (tx) =>
      (await inventory.versionsWithDigest(tx, digest)).map((one) => viewOf(one as StoredVersion)),
    ),
  transition: async (principal, { model, version }, step) => {
    await inventory.transition(principal, { name: model, version }, step)
  },
})

const ONE: Partial<Record<Datatype, unknown>> = { BYTES: 'x', BOOL: false }

/** A call that is legal for the signature, so that only a refusal keeps it from being answered. */
const bodyFor = ({ inputs }: ModelSignature) => ({
  inputs: inputs.map(({ name, datatype, shape }) => {
    const whole = shape.map((size) => (size < 0 ? 1 : size))
    const count = whole.reduce((product, size) => product * size, 1)
    return { name, datatype, shape: whole, data: Array.from({ length: count }, () => ONE[datatype] ?? 0) }
  }),
})

const createServingPort = ({ config }: Ground, { serving, sync, gateways }: ResponseRooms): ServingPort => ({
  served: (tenant) =>
    serving.served(tenant).map(({ name, model, version, digest, isDefault }) => ({
      route: name,
      model,
      version,
      digest,
      isDefault,
    })),
  holding: serving.holding,
  refresh: async () => {
    await sync.refresh()
    await gateways.refresh()
  },
  epoch: async (tenant) => {
    const signal = AbortSignal.timeout(5_000)
    return (await gateways.snapshot(tenant, { after: -1, waitMs: 0, signal }))?.epoch ?? 0
  },
  gateways: gateways.list,
  offlineMs: config.gateways.offlineHours * HOUR_MS,
  probeCall: async (tenant, route, version) => {
    const found = serving
      .snapshot()
      .routes.find((one) => one.tenant === tenant && one.name === route && one.version === version)
    if (found === undefined) return 'not routed'
    const caller = componentPrincipal('response', ['operator'], tenant)
    const body = bodyFor(found.signature)
    const answer = await serving.call(caller, { route: found.path ?? route, version, body })
    return answer.status === 200 ? `answered ${answer.digest}` : `refused ${answer.status}`
  },
})

const createDenialsPort = (
  { database, clock }: Ground,
  { trust, verdicts }: Pick<ResponseRooms, 'trust' | 'verdicts'>,
): ActionPorts['denials'] => ({
  write: async (principal, { digest, subject, denial, state, reason }) => {
    const { tenant } = principal
    const predicate = { tenant, denial, state, by: principalName(principal), reason, at: clock.iso() }
    await database.tx(tenant, (tx) =>
      trust.attest(tx, principal, {
        subjectName: subject,
        digest,
        predicateType: PREDICATE.denial,
        predicate,
      }),
    )
    await verdicts.refresh(tenant, digest, `${state} by ${predicate.by}`)
  },
  verdict: (tenant, digest) => {
    const found = verdicts.lookup(tenant, digest)?.verdict
    return found === undefined
      ? undefined
      : { decision: found.decision, denials: (found.denials ?? []).map((one) => one.denial) }
  },
  isDenied: async (tenant, digest, denial) => {
    const mine = (await trust.evidenceFor(tenant, digest)).filter(
      ({ predicateType, verified, predicate }) =>
        predicateType === PREDICATE.denial && verified && predicate.denial === denial,
    )
    const newest = mine.toSorted((a, b) => (String(a.predicate.at) < String(b.predicate.at) ? 1 : -1))[0]
    return newest?.predicate.state === 'denied'
  },
})

export const createResponsePorts = (
  ground: Ground,
  rooms: ResponseRooms,
  callerRules: CallerRules,
  notebook: (tenant: string, name: string) => Promise<NotebookSpec>,
): Omit<ActionPorts, 'playbooks'> & { readonly close: () => Promise<void> } => {
  const { routes, policy, signers } = rooms
  const http = createOutboundHttp({ addresses: ground.outbound })
  return {
    routes: {
      list: async (tenant) => await routes.list(tenant),
      put: async (principal, name, spec, revision) => {
        await routes.put(principal, { name, spec: spec as never, revision })
      },
      remove: routes.remove,
      moveCanary: async (principal, name, move) => {
        await routes.moveCanary({ tenant: principal.tenant, by: principalName(principal) }, name, move)
      },
    },
    versions: createVersionsPort(ground, rooms),
    serving: createServingPort(ground, rooms),
    denials: createDenialsPort(ground, rooms),
    ...(rooms.aliases === undefined ? {} : { aliases: rooms.aliases }),
    policy: {
      active: (pack) => {
        const { version, digest } = policy.hot(pack as never)
        return { version, digest }
      },
      history: (pack) => policy.history(pack as never, { limit: HISTORY }),
      rollback: async (principal, pack, version, expectedVersion) => {
        await policy.rollback(pack as never, principal, { version, expectedVersion })
      },
    },
    signers: {
      get: (tenant, name) => signers.get(tenant, name),
      put: async (principal, name, spec, revision) => {
        await signers.put(principal, { name, spec: spec as never, revision })
      },
      dependents: signers.dependents,
    },
    webhooks: {
      secret: ground.secrets.resolve,
      post: async ({ url, headers, body, signal }) => {
        const answer = await http.bytes({
          url: new URL(url),
          method: 'POST',
          headers,
          body,
          signal,
          maxBytes: ANSWER_BYTES,
        })
        return { status: answer.status, body: new TextDecoder().decode(answer.body) }
      },
    },
    mail: {
      secret: ground.secrets.resolve,
      send: (server, message, signal) => sendMail({ ...server, addresses: ground.outbound }, message, signal),
    },
    callerRules,
    now: ground.clock.now,
    firewall: createFirewallPort(ground),
    notebooks: createNotebooksPort(ground, { http, notebook }),
    close: http.close,
  }
}
