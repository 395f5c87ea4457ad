/** The watch over registries, their webhooks, and what is written back, given what they reach of the other rooms. */
import { readMlflowNotice } from '@rampart/connectors/mlflow'
import {
  type Digest,
  type Envelope,
  formatModelVersionRef,
  PREDICATE,
  parseModelVersionRef,
} from '@rampart/domain'
import type { Inventory } from '@rampart/inventory'
import { isAppError } from '@rampart/kit'
import {
  type ApprovedVersion,
  createNotices,
  createRegistryAliases,
  createRegistryWatch,
  createWriteBack,
  type Registries,
  type ServedVersion,
} from '@rampart/registries'
import { type Serving, versionKey } from '@rampart/serving'
import type { SignalSink } from '@rampart/threats'
import type { Trust, Verdicts } from '@rampart/trust'
import type { GatewayRoom } from './gateway-ports.ts'
import type { Ground } from './ground.ts'
import { createOpenRegistry } from './registry-adapters.ts'

type Rooms = {
  readonly registries: Registries
  readonly inventory: Inventory
  readonly verdicts: Verdicts
  readonly trust: Pick<Trust, 'evidence'>
  readonly serving: Pick<Serving, 'served' | 'snapshot'>
  readonly gateways: Pick<GatewayRoom, 'servedLately'>
  readonly signals: SignalSink
}

/** A verdict that allows, of a version in use. */
const approvedBy = (verdicts: Verdicts, now: number, tenant: string): ApprovedVersion[] =>
  [...verdicts.list(tenant)].flatMap(({ verdict: { decision, digest, subjects, expiresAt } }) =>
    decision !== 'allow' || Date.parse(expiresAt) <= now
      ? []
      : subjects.flatMap(({ name, stage }) => {
          const ref = parseModelVersionRef(name)
          const isInUse = stage === 'approved' || stage === 'deployed'
          return ref === undefined || !isInUse ? [] : [{ ...ref, digest }]
        }),
  )

/** What this process answers with, and what gateways told of the last seconds. */
const createServedPort = ({ serving, gateways, inventory }: Rooms) => {
  const here = (tenant: string): ServedVersion[] => {
    const { deployed } = serving.snapshot()
    return serving
      .served(tenant)
      .filter(
        ({ model, version, digest, isDefault }) =>
          isDefault || deployed?.has(versionKey({ tenant, model, version, digest: digest as Digest })),
      )
      .map(({ name: route, model, version, digest }) => ({
        route,
        name: model,
        version,
        digest: digest as Digest,
        where: 'control-plane',
      }))
  }
  const digestOf = async (
    tenant: string,
    ref: { name: string; version: string },
  ): Promise<Digest | undefined> => {
    try {
      return (await inventory.get(tenant, ref)).digest
    } catch (error) {
      if (isAppError(error) && error.kind === 'NotFound') return undefined
      throw error
    }
  }
  return async (tenant: string): Promise<ServedVersion[]> => {
    const mine = here(tenant)
    const known = new Map(mine.map((one) => [formatModelVersionRef(one), one.digest]))
    const away: ServedVersion[] = []
    for (const { gateway, route, model: name, version } of gateways.servedLately(tenant)) {
      const digest = known.get(`${name}:${version}`) ?? (await digestOf(tenant, { name, version }))
      if (digest !== undefined) away.push({ route, name, version, digest, where: gateway })
    }
    return [...mine, ...away]
  }
}

const bytesOf = (envelope: Envelope): Uint8Array => new TextEncoder().encode(JSON.stringify(envelope))

/** Verdicts and approvals as they are signed. */
const createStatements = ({ verdicts, trust }: Rooms) => ({
  signing: (tenant: string, digest: Digest) => verdicts.lookup(tenant, digest)?.verdictDigest,
  verdict: (tenant: string, digest: Digest) => {
    const found = verdicts.lookup(tenant, digest)
    return found && { predicateType: PREDICATE.verdict, envelope: bytesOf(found.envelope) }
  },
  evidence: async (tenant: string, id: string) => {
    try {
      const { predicateType, envelope, verified } = await trust.evidence(tenant, id)
      return verified && envelope !== undefined ? { predicateType, envelope: bytesOf(envelope) } : undefined
    } catch (error) {
      if (isAppError(error) && error.kind === 'NotFound') return undefined
      throw error
    }
  },
})

export const createRegistryWatchRoom = (ground: Ground, rooms: Rooms) => {
  const { registries, verdicts, signals } = rooms
  const open = createOpenRegistry(ground)
  const watch = createRegistryWatch({
    ...ground,
    judge: (tenant, digest) => {
      const verdict = verdicts.lookup(tenant, digest)?.verdict
      if (verdict === undefined) return { approved: false, reasons: [] }
      const isOver = Date.parse(verdict.expiresAt) <= ground.clock.now()
      return {
        approved: verdict.decision === 'allow' && !isOver,
        reasons: isOver ? ['its verdict is no longer valid'] : verdict.reasons,
      }
    },
    approved: (tenant) => approvedBy(verdicts, ground.clock.now(), tenant),
    served: createServedPort(rooms),
    raise: signals.raise,
  })
  const writeBack = createWriteBack({
    ...ground,
    open,
    verdict: (tenant, digest) => verdicts.lookup(tenant, digest)?.verdict,
    statements: createStatements(rooms),
    onConflict: watch.changed,
  })
  const notices = createNotices({
    ...ground,
    secret: (name) => ground.secrets.resolve(name),
    reader: (type) => (type === 'mlflow' ? readMlflowNotice : undefined),
    look: registries.look,
  })
  const unfollow = verdicts.onChange(watch.changed)
  return {
    watch,
    notices,
    aliases: createRegistryAliases({ ...ground, open }),
    start: async (): Promise<void> => {
      await watch.start()
      writeBack.start()
    },
    stop: async (): Promise<void> => {
      unfollow()
      await notices.stop()
      await writeBack.stop()
      await watch.stop()
    },
  }
}
