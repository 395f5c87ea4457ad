/** Actions that take bytes out of service: denial, routes, caches, registry aliases, stage. Together they are a retraction. */
import { type Digest, entity, type Stage } from '@rampart/domain'
import type { Action, ActionCall, Json, Probe } from '../action.ts'
import { responseErrors } from '../errors.ts'
import type { AliasesPort, AliasView, DenialsPort, VersionView } from '../ports.ts'
import { moveRoute, type RouteActionPorts, type RouteChange } from './route-change.ts'
import { closed, DigestText, Name, Version } from './schemas.ts'

export type WithdrawalPorts = RouteActionPorts & {
  readonly denials: DenialsPort
  readonly aliases?: AliasesPort
}

const digestOf = ({ parameters }: ActionCall): Digest => parameters.digest as Digest
const refOf = (parameters: Json) => ({ model: String(parameters.model), version: String(parameters.version) })
const yes = (detail: string): Probe => ({ took: 'yes', detail })
const no = (detail: string): Probe => ({ took: 'no', detail })

const versionsRadius = async ({ versions }: RouteActionPorts, call: ActionCall) => {
  const all = await versions.withDigest(call.tenant, digestOf(call))
  const names = all.map(({ model, version }) => `${model}:${version}`)
  return {
    entities: [entity('artifact', digestOf(call)), ...names.map((name) => entity('model-version', name))],
    summary: names.length === 0 ? 'no version has these bytes' : `versions ${names.join(', ')}`,
  }
}

export const digestDeny = (ports: WithdrawalPorts): Action => {
  const write = async (call: ActionCall, memento: Json, state: 'denied' | 'lifted'): Promise<undefined> => {
    const digest = digestOf(call)
    // Made at most once: the probe before says that it is not there yet.
    if ((await ports.denials.isDenied(call.tenant, digest, call.runId)) !== (state === 'denied'))
      await ports.denials.write(call.principal, {
        digest,
        subject: String(memento.subject),
        denial: call.runId,
        state,
        reason: call.reason,
      })
    await ports.serving.refresh()
    return undefined
  }
  return {
    name: 'digest.deny',
    title: 'deny bytes wherever they are asked for',
    // Lifting it lets bytes in: whoever waives may deny.
    permission: 'waiver:write',
    schema: closed({ digest: DigestText }),
    idempotent: true,
    blastRadius: (call) => versionsRadius(ports, call),
    precheck: async (call) => {
      const [first] = await ports.versions.withDigest(call.tenant, digestOf(call))
      return { subject: first === undefined ? digestOf(call) : `${first.model}:${first.version}` }
    },
    apply: (call, memento) => write(call, memento, 'denied'),
    probe: async (call) => {
      if (!(await ports.denials.isDenied(call.tenant, digestOf(call), call.runId)))
        return no('there is no denial')
      const verdict = ports.denials.verdict(call.tenant, digestOf(call))
      if (verdict === undefined) return yes('denied; no version has these bytes')
      const counts = verdict.decision === 'deny' && verdict.denials.includes(call.runId)
      return counts ? yes('the verdict denies these bytes') : no('the verdict does not count the denial yet')
    },
    inverse: {
      idempotent: true,
      apply: (call, memento) => write(call, memento, 'lifted'),
      probe: async (call) => {
        if (await ports.denials.isDenied(call.tenant, digestOf(call), call.runId))
          return no('the denial holds still')
        const verdict = ports.denials.verdict(call.tenant, digestOf(call))
        if (verdict?.denials.includes(call.runId) === true) return no('the verdict counts the denial still')
        return yes(`the denial is lifted; the verdict says ${verdict?.decision ?? 'nothing'}`)
      },
    },
  }
}

/** Gateways that may still serve by what was in force before, with why; those that no snapshot lets serve are left out. */
const laggards = async (
  { serving }: WithdrawalPorts,
  call: ActionCall,
  heldToo: boolean,
): Promise<string[]> => {
  const epoch = await serving.epoch(call.tenant)
  const now = Date.now()
  return (await serving.gateways(call.tenant)).flatMap((gateway) => {
    const { id, lastSeen, connected } = gateway
    if (gateway.stopped === true || now - Date.parse(lastSeen) > serving.offlineMs) return []
    if (gateway.epoch < epoch)
      return [
        connected
          ? `${id} is at epoch ${gateway.epoch} of ${epoch}`
          : `${id} was not heard of since ${lastSeen}`,
      ]
    if (!heldToo) return []
    if (gateway.holds === undefined) return [`${id} does not tell what it holds`]
    return gateway.holds.includes(digestOf(call)) ? [`${id} holds the bytes`] : []
  })
}

type Spec = {
  readonly backends: readonly {
    readonly model: string
    readonly version?: string
    readonly weight?: number
  }[]
  readonly canary?: { readonly model: string; readonly version?: string }
  readonly shadow?: { readonly model: string; readonly version?: string }
  readonly fallback?: object
}

/**
 * A specification without the version: other backends take its share; where it was alone and the route has a `fallback`,
 * the version deployed before stands in; where not, nothing is written and its calls are refused.
 */
const withoutVersion = (
  spec: Spec,
  gone: VersionView,
  previous: VersionView | undefined,
): Spec | undefined => {
  const isIt = (one: { readonly model: string; readonly version?: string } | undefined): boolean =>
    one?.model === gone.model && one.version === gone.version
  const names = [...spec.backends, spec.canary, spec.shadow].some(isIt)
  if (!names) return undefined
  const { canary, shadow, ...rest } = spec
  const others = spec.backends.filter((one) => !isIt(one))
  const standIn =
    spec.fallback !== undefined && previous !== undefined
      ? [{ model: previous.model, version: previous.version }]
      : spec.backends
  const isUseful = others.some(({ weight }) => weight !== 0)
  return {
    ...rest,
    backends: isUseful ? others : standIn,
    ...(canary === undefined || isIt(canary) ? {} : { canary }),
    ...(shadow === undefined || isIt(shadow) ? {} : { shadow }),
  }
}

const plannedChanges = async (ports: WithdrawalPorts, call: ActionCall): Promise<RouteChange[]> => {
  const gone = await ports.versions.withDigest(call.tenant, digestOf(call))
  const routes = await ports.routes.list(call.tenant)
  const changes: RouteChange[] = []
  for (const { name, spec } of routes) {
    let after = spec as Spec
    for (const version of gone) {
      const previous = (await ports.versions.ofModel(call.tenant, version.model))
        .filter(({ stage, digest }) => stage === 'deployed' && digest !== version.digest)
        .sort((a, b) => ((a.deployedAt ?? '') < (b.deployedAt ?? '') ? 1 : -1))[0]
      after = withoutVersion(after, version, previous) ?? after
    }
    if (after !== spec && JSON.stringify(after) !== JSON.stringify(spec))
      changes.push({ name, before: spec, after: after as unknown as Json })
  }
  return changes
}

const changesOf = (memento: Json): readonly RouteChange[] => memento.changes as readonly RouteChange[]

export const routeWithdraw = (ports: WithdrawalPorts): Action => ({
  name: 'route.withdraw',
  title: 'swap bytes out of every route',
  permission: 'route:write',
  schema: closed({ digest: DigestText }),
  idempotent: true,
  blastRadius: async (call) => {
    const routes = ports.serving.served(call.tenant).filter(({ digest }) => digest === digestOf(call))
    const names = [...new Set(routes.map(({ route }) => route))]
    return {
      entities: names.map((name) => entity('route', name)),
      summary: names.length === 0 ? 'no route serves these bytes' : `routes ${names.join(', ')}`,
    }
  },
  precheck: async (call) => {
    const versions = await ports.versions.withDigest(call.tenant, digestOf(call))
    const models = versions.map(({ model }) => model)
    const leads = (spec: Json): boolean =>
      (spec as unknown as Spec).backends.some(({ model }) => models.includes(model))
    const routes = (await ports.routes.list(call.tenant))
      .filter(({ spec }) => leads(spec))
      .map(({ name }) => name)
    return {
      changes: await plannedChanges(ports, call),
      // Every name under which these bytes could be asked for.
      asked: [...new Set([...routes, ...models])].flatMap((route) =>
        versions.map(({ version }) => ({ route, version })),
      ),
    }
  },
  apply: async (call, memento) => {
    for (const { name, before, after } of changesOf(memento))
      await moveRoute(ports.routes, call, name, { from: before, to: after })
    await ports.serving.refresh()
    return undefined
  },
  probe: async (call, memento) => {
    const { serving } = ports
    const still = serving.served(call.tenant).filter(({ digest }) => digest === digestOf(call))
    if (still.length > 0) return no(`still served on ${still.map(({ route }) => route).join(', ')}`)
    for (const { route, version } of memento.asked as { route: string; version: string }[]) {
      const answer = await serving.probeCall(call.tenant, route, version)
      if (answer === `answered ${digestOf(call)}`)
        return no(`a call of ${route} ${version} was answered by them`)
    }
    const late = await laggards(ports, call, false)
    return late.length === 0
      ? yes('no route here or in a gateway serves these bytes; calls are refused')
      : no(`gateways: ${late.join('; ')}`)
  },
  inverse: {
    idempotent: true,
    apply: async (call, memento) => {
      for (const { name, before, after } of changesOf(memento))
        await moveRoute(ports.routes, call, name, { from: after, to: before })
      return undefined
    },
    probe: async ({ tenant }, memento) => {
      const now = new Map((await ports.routes.list(tenant)).map(({ name, spec }) => [name, spec]))
      const wrong = changesOf(memento).filter(
        ({ name, before }) => JSON.stringify(now.get(name) ?? null) !== JSON.stringify(before),
      )
      return wrong.length === 0
        ? yes('the routes are as they were')
        : no(`not as they were: ${wrong.map(({ name }) => name).join(', ')}`)
    },
  },
})

export const cachesEvict = (ports: WithdrawalPorts): Action => ({
  name: 'caches.evict',
  title: 'close the sessions and drop the copies of bytes, here and in every gateway',
  permission: 'route:write',
  schema: closed({ digest: DigestText }),
  idempotent: true,
  blastRadius: (call) => versionsRadius(ports, call),
  precheck: async () => ({}),
  apply: async () => {
    await ports.serving.refresh()
    return undefined
  },
  probe: async (call) => {
    if (ports.serving.holding().has(digestOf(call))) return no('a session or a call in flight has them still')
    const verdict = ports.denials.verdict(call.tenant, digestOf(call))
    if (verdict?.decision === 'allow') return no('the verdict in memory allows them')
    const late = await laggards(ports, call, true)
    return late.length === 0
      ? yes('no session, file cache or verdict here or in a gateway has them')
      : no(`gateways: ${late.join('; ')}`)
  },
  // What a route leads to is loaded again by itself.
  inverse: {
    idempotent: true,
    apply: async () => undefined,
    probe: async () => yes('caches fill by themselves'),
  },
})

const aliasName = ({ registry, model, alias }: Omit<AliasView, 'version'>): string =>
  `${registry}/${model}@${alias}`

/** Aliases of every registry that may be written to; none where no registry is connected. */
export const aliasesRemove = ({ versions }: WithdrawalPorts, aliases: AliasesPort): Action => {
  const of = (memento: Json): readonly AliasView[] => memento.aliases as readonly AliasView[]
  const states = (tenant: string, memento: Json) =>
    Promise.all(of(memento).map(async (one) => ({ one, now: await aliases.read(tenant, one) })))
  return {
    name: 'registry.remove-aliases',
    title: 'take bytes out of every registry alias',
    permission: 'model:transition',
    schema: closed({ digest: DigestText }),
    idempotent: true,
    blastRadius: async (call) => {
      const found = await aliases.pointingAt(call.tenant, digestOf(call))
      const all = await versions.withDigest(call.tenant, digestOf(call))
      return {
        entities: all.map(({ model, version }) => entity('model-version', `${model}:${version}`)),
        summary:
          found.length === 0 ? 'no alias points at them' : `aliases ${found.map(aliasName).join(', ')}`,
      }
    },
    // What was last seen may be a poll interval old: an alias that moved since would stay behind, unnoticed.
    precheck: (call) => aliases.pointingNow(call.tenant, digestOf(call)),
    apply: async (call, memento) => {
      for (const { one, now } of await states(call.tenant, memento))
        if (now === one.version) await aliases.move(call.tenant, one, undefined, one.version)
      return undefined
    },
    probe: async (call, memento) => {
      const left = (await states(call.tenant, memento)).filter(({ one, now }) => now === one.version)
      const still = (some: readonly AliasView[]) => no(`still there: ${some.map(aliasName).join(', ')}`)
      if (left.length > 0) return still(left.map(({ one }) => one))
      if (((memento.unread as readonly string[] | undefined) ?? []).length > 0) {
        const { aliases: late, unread } = await aliases.pointingNow(call.tenant, digestOf(call))
        if (unread.length > 0) return no(`no answer, so its aliases are not known: ${unread.join(', ')}`)
        if (late.length > 0) return still(late)
      }
      const count = of(memento).length
      return yes(
        count === 0 ? 'no managed alias pointed at them' : `${count} aliases read back: none points at them`,
      )
    },
    inverse: {
      idempotent: true,
      apply: async (call, memento) => {
        // An alias that somebody set meanwhile is theirs.
        for (const { one, now } of await states(call.tenant, memento))
          if (now === undefined) await aliases.move(call.tenant, one, one.version, undefined)
        return undefined
      },
      probe: async (call, memento) => {
        const found = await states(call.tenant, memento)
        const gone = found.filter(({ now }) => now === undefined)
        const moved = found.filter(({ one, now }) => now !== undefined && now !== one.version)
        if (gone.length > 0) return no(`not set again: ${gone.map(({ one }) => aliasName(one)).join(', ')}`)
        return yes(
          moved.length === 0
            ? 'the aliases are as they were'
            : `set by somebody else since and left: ${moved.map(({ one }) => aliasName(one)).join(', ')}`,
        )
      },
    },
  }
}

/** `version.quarantine` and `version.retract`: a stage that is given back only by the run that took it. */
export const versionStage = (
  ports: WithdrawalPorts,
  about: { readonly name: string; readonly to: 'quarantined' | 'retracted'; readonly title: string },
): Action => {
  const stageOf = async ({ tenant, parameters }: ActionCall): Promise<VersionView> => {
    const { model, version } = refOf(parameters)
    return ports.versions.get(tenant, model, version)
  }
  return {
    name: about.name,
    title: about.title,
    permission: 'model:transition',
    schema: closed({ model: Name, version: Version }),
    idempotent: true,
    blastRadius: async ({ tenant, parameters }) => {
      const { model, version } = refOf(parameters)
      const routes = ports.serving
        .served(tenant)
        .filter((one) => one.model === model && one.version === version)
        .map(({ route }) => route)
      return {
        entities: [entity('model-version', `${model}:${version}`)],
        summary: routes.length === 0 ? 'not served now' : `served on ${routes.join(', ')}`,
      }
    },
    precheck: async (call) => {
      const { stage } = await stageOf(call)
      return { stage, digest: (await stageOf(call)).digest }
    },
    apply: async (call, { stage }) => {
      // The stage before is the stage after: a version that was withdrawn by somebody stays theirs.
      if (stage === about.to || (await stageOf(call)).stage === about.to) return undefined
      await ports.versions.transition(call.principal, refOf(call.parameters), {
        to: about.to,
        reason: call.reason,
      })
      return undefined
    },
    probe: async (call, { digest }) => {
      const { stage } = await stageOf(call)
      if (stage !== about.to) return no(`it is ${stage}`)
      const { model, version } = refOf(call.parameters)
      const isServed = ports.serving
        .served(call.tenant)
        .some((one) => one.model === model && one.version === version && one.digest === digest)
      return isServed ? no('it is still served') : yes(`it is ${stage} and not served`)
    },
    inverse: {
      idempotent: true,
      apply: async (call, { stage }) => {
        const now = (await stageOf(call)).stage
        if (now === stage || stage === about.to) return undefined
        if (now !== about.to)
          throw responseErrors.RESPONSE_CHANGED_SINCE(`It is ${now} by now and left as it is.`)
        await ports.versions.transition(call.principal, refOf(call.parameters), {
          to: stage as Stage,
          reason: call.reason,
          undoes: call.runId,
        })
        return undefined
      },
      probe: async (call, { stage }) => {
        const now = (await stageOf(call)).stage
        return now === stage ? yes(`it is ${now} again`) : no(`it is ${now}, not ${String(stage)}`)
      },
    },
  }
}
