/** Response with what it asks of the other rooms: actions, runs, callers under containment, retraction. */
import { readFileSync } from 'node:fs'
import { createAddressGuard, parseServerUrl } from '@rampart/connectors/outbound'
import type { Principal } from '@rampart/domain'
import { assetPath } from '@rampart/kit'
import type { Lineage } from '@rampart/lineage'
import {
  createActions,
  type createCallerRules,
  createDecidedConsumer,
  createNotebooks,
  createPlaybooks,
  createPlaybooksPort,
  createResponse,
  createRetract,
  type DecideAgainPort,
  type Playbooks,
  type ProtectedEntities,
  type Response,
  type TimelinePort,
} from '@rampart/response'
import type { Signer } from '@rampart/signing'
import { hostList } from './app-config.ts'
import type { Ground } from './ground.ts'
import { createResponsePorts, createVersionsPort, type ResponseRooms } from './response-ports.ts'

type Wanted = ResponseRooms & {
  readonly callerRules: ReturnType<typeof createCallerRules>
  /** Signs playbooks that are written here. */
  readonly signer: Signer
  readonly lineage: Pick<Lineage, 'graph'>
  readonly incidents: { readonly recordTimeline: TimelinePort; readonly decideAgain: DecideAgainPort }
  readonly protectedEntities: Pick<ProtectedEntities, 'inForce'>
}

const DESCENDANTS = { depth: 10, direction: 'descendants' } as const

export const createResponseRoom = (ground: Ground, rooms: Wanted) => {
  const { version: release } = JSON.parse(readFileSync(assetPath('package.json'), 'utf8')) as {
    version: string
  }
  const { policy, inventory, callerRules } = rooms
  const guard = createAddressGuard(ground.outbound)
  const notebooks = createNotebooks({
    ...ground,
    audit: rooms.audit,
    checkUrl: (text) => guard.check(parseServerUrl(text, ['http:', 'https:'])),
  })
  const { close, ...ports } = createResponsePorts(
    ground,
    rooms,
    callerRules,
    async (tenant, name) => (await notebooks.get(tenant, name)).spec,
  )

  /** What the person would need to do it by hand, by the same policy. */
  const refusePermission = async (
    { kind, id, roles, tenant, via, ...rest }: Principal,
    permission: string,
  ): Promise<string | undefined> => {
    const { allow, reasons } = await policy.decide({
      pack: 'authz',
      principal: { kind, id, roles, tenant, via, ...rest },
      input: { principal: { kind, id, roles, tenant }, action: permission, mode: ground.mode, via },
    })
    return allow ? undefined : reasons.join('; ')
  }

  const late: { response?: Response; playbooks?: Playbooks } = {}
  const playbooksPort = createPlaybooksPort(() => {
    if (late.response === undefined || late.playbooks === undefined) throw new Error('asked before the start')
    return { response: late.response, playbooks: late.playbooks }
  })
  const response = createResponse({
    ...ground,
    audit: rooms.audit,
    actions: createActions({ ...ports, playbooks: playbooksPort }),
    protectedEntities: rooms.protectedEntities.inForce,
    release,
    refusePermission,
    timeline: rooms.incidents.recordTimeline,
    ...(ground.onBoundary === undefined ? {} : { boundary: ground.onBoundary }),
  })
  const playbooks = createPlaybooks({
    ...ground,
    audit: rooms.audit,
    response,
    signer: rooms.signer,
    release,
    trustedKeys: new Set(hostList(ground.config.response.playbookKeys)),
  })
  late.response = response
  late.playbooks = playbooks
  const versions = createVersionsPort(ground, rooms)
  const decided = createDecidedConsumer({
    ...ground,
    response,
    versions,
    served: ports.serving.served,
    playbookRevision: async (tenant, name) => (await playbooks.resources.get(tenant, name)).revision,
    decideAgain: rooms.incidents.decideAgain,
  })

  return {
    response,
    notebooks,
    playbooks,
    retract: createRetract({
      response,
      versions,
      clock: ground.clock,
      refusal: async (principal, { model: name, version }, _reason) => {
        const { stage } = await inventory.get(principal.tenant, { name, version })
        const step = (await inventory.preview(principal, { name, version })).find(
          ({ to }) => to === 'retracted',
        )
        if (step === undefined) return `${name}:${version} is ${stage} already`
        return step.allow ? undefined : step.reasons.join('; ')
      },
      descendants: async (tenant, { model: name, version }) =>
        (await rooms.lineage.graph(tenant, { name, version }, DESCENDANTS)).nodes
          .filter(({ kind, place }) => kind === 'model-version' && place === 'descendant')
          .map(({ label }) => label),
    }),
    start: async (): Promise<void> => {
      response.begin()
      playbooks.start()
      await decided.start()
    },
    stop: async (): Promise<void> => {
      await decided.stop()
      await playbooks.stop()
      await response.stop()
      await close()
    },
  }
}
