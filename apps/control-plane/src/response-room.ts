/** Response with what it asks of the other rooms: actions, runs, callers under containment, retraction. */
import type { Principal } from '@rampart/domain'
import {
  createActions,
  type createCallerRules,
  createDecidedConsumer,
  createResponse,
  createRetract,
  type TimelinePort,
} from '@rampart/response'
import type { Ground } from './ground.ts'
import { createResponsePorts, createVersionsPort, type ResponseRooms } from './response-ports.ts'

export type ResponseRoom = ReturnType<typeof createResponseRoom>
export type CallerRulesOf = ReturnType<typeof createCallerRules>

type Wanted = ResponseRooms & {
  readonly callerRules: CallerRulesOf
  /** Versions made from this one. */
  readonly descendants?: (
    tenant: string,
    ref: { readonly model: string; readonly version: string },
  ) => Promise<readonly string[]>
  readonly timeline?: TimelinePort
}

export const createResponseRoom = (ground: Ground, rooms: Wanted) => {
  const { policy, inventory, callerRules } = rooms
  const { close, ...ports } = createResponsePorts(ground, rooms, callerRules)

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

  const response = createResponse({
    ...ground,
    audit: rooms.audit,
    actions: createActions(ports),
    refusePermission,
    ...(rooms.timeline === undefined ? {} : { timeline: rooms.timeline }),
    ...(ground.onBoundary === undefined ? {} : { boundary: ground.onBoundary }),
  })
  const versions = createVersionsPort(ground, rooms)
  const decided = createDecidedConsumer({ ...ground, response, versions })

  return {
    response,
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
      ...(rooms.descendants === undefined ? {} : { descendants: rooms.descendants }),
    }),
    start: async (): Promise<void> => {
      response.begin()
      await decided.start()
    },
    stop: async (): Promise<void> => {
      await decided.stop()
      await response.stop()
      await close()
    },
  }
}
