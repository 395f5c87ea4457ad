/**
 * What is approved, what the registries say and what is served, compared. Pure: the same facts give the same rows and
 * the same conditions, whatever happened in between, so a lost notice or a restart changes nothing.
 */
import type { Digest, Severity } from '@rampart/domain'
import type { ApprovedVersion, ServedVersion } from './ports.ts'

/** Where an alias of a registry points, or a version that is not what it was. */
export type PointerFact = {
  readonly registry: string
  readonly model: string
  /** Absent for a version that no alias points at. */
  readonly alias?: string
  readonly version: string
  readonly since: string
  /** Name of the model here, once one of its versions was taken over. */
  readonly name?: string
  /** NAME:VERSION here, once registered. */
  readonly ref?: string
  readonly digest?: Digest
  readonly observedDigest?: Digest
  /** Listed at all. */
  readonly known: boolean
  readonly deleted: boolean
  readonly source?: string
  /** Its source when it was registered, if that is another one. */
  readonly registeredSource?: string
}

/** A tag of ours that somebody else set to something else; without a version an alias, its key `alias:NAME`. */
export type WriteConflictFact = {
  readonly registry: string
  readonly model: string
  readonly version: string
  readonly key: string
  readonly ref: string | null
  readonly found: string
}

export type Facts = {
  readonly pointers: readonly PointerFact[]
  readonly conflicts?: readonly WriteConflictFact[]
  readonly approved: readonly ApprovedVersion[]
  readonly served: readonly ServedVersion[]
  readonly judge: (digest: Digest) => { readonly approved: boolean; readonly reasons: readonly string[] }
}

export type WatchState =
  /** The registry's alias, the approval and the route name the same bytes. */
  | 'match'
  /** Approved bytes, but a route of the model answers with others that are approved too. */
  | 'other-served'
  /** Approved bytes that no route serves. */
  | 'not-served'
  | 'unapproved'
  | 'bytes-changed'
  | 'source-changed'
  | 'deleted'
  | 'unknown'

export type WatchRow = {
  readonly registry: string
  readonly model: string
  readonly alias?: string
  readonly version: string
  readonly since: string
  readonly name?: string
  readonly ref?: string
  readonly digest?: Digest
  readonly observedDigest?: Digest
  readonly state: WatchState
  readonly reasons: readonly string[]
  readonly approved: readonly ApprovedVersion[]
  readonly served: readonly ServedVersion[]
  /** Keys of the signals that are open about it. */
  readonly signals: readonly string[]
}

/** Something that must be told, until it is no longer so. */
export type Condition = {
  readonly key: string
  readonly title: string
  readonly severity: Severity
  readonly entity: { readonly kind: 'model-version' | 'registry' | 'route'; readonly id: string }
  readonly related: readonly {
    readonly kind: 'registry' | 'model' | 'model-version' | 'gateway' | 'artifact'
    readonly id: string
  }[]
  readonly techniques: readonly string[]
  readonly evidence: Readonly<Record<string, unknown>>
}

// MITRE ATLAS: AML.T0010.003 supply chain compromise, model; AML.T0018 manipulate AI model; AML.T0076 corrupt AI model.
const SUPPLY_CHAIN = 'AML.T0010.003'
const MANIPULATED = 'AML.T0018'

const short = (digest: Digest | undefined): string =>
  digest === undefined ? 'unknown bytes' : digest.slice(0, 19)
const quoted = (text: string): string => JSON.stringify(text.slice(0, 80))

type Judged = { readonly row: WatchRow; readonly conditions: readonly Condition[] }

type Group = { readonly approved: readonly ApprovedVersion[]; readonly served: readonly ServedVersion[] }

const byName = ({ approved, served }: Facts): ((name: string | undefined) => Group) => {
  const groups = new Map<string, { approved: ApprovedVersion[]; served: ServedVersion[] }>()
  const of = (name: string) => {
    const found = groups.get(name) ?? { approved: [], served: [] }
    groups.set(name, found)
    return found
  }
  for (const one of approved) of(one.name).approved.push(one)
  for (const one of served) of(one.name).served.push(one)
  return (name) => (name === undefined ? undefined : groups.get(name)) ?? { approved: [], served: [] }
}

const isServed = ({ ref, digest }: PointerFact, { served }: Group): boolean =>
  served.some((one) => one.digest === digest || `${one.name}:${one.version}` === ref)

const stateOf = (fact: PointerFact, facts: Facts, group: Group): [WatchState, readonly string[]] => {
  const { digest, observedDigest, registeredSource } = fact
  if (fact.deleted) return ['deleted', ['the registry no longer has this version']]
  if (!fact.known) return ['unknown', ['the registry does not list this version']]
  if (digest === undefined) return ['unapproved', ['its bytes are not known yet, so nobody approved them']]
  if (observedDigest !== undefined && observedDigest !== digest)
    return ['bytes-changed', [`registered as ${digest}, the registry now gives ${observedDigest}`]]
  if (registeredSource !== undefined)
    return [
      'source-changed',
      [`registered from ${quoted(registeredSource)}, now ${quoted(fact.source ?? '')}`],
    ]
  const { approved, reasons } = facts.judge(digest)
  if (!approved) return ['unapproved', reasons.length > 0 ? reasons : ['there is no verdict about its bytes']]
  if (!group.approved.some((one) => one.digest === digest))
    return ['unapproved', [`these bytes are approved for another model, not for ${fact.name ?? fact.model}`]]
  if (group.served.length === 0) return ['not-served', []]
  return group.served.some((one) => one.digest === digest) ? ['match', []] : ['other-served', []]
}

const evidenceOf = (fact: PointerFact, group: Group, reasons: readonly string[]): Condition['evidence'] => ({
  registry: fact.registry,
  model: fact.model,
  version: fact.version,
  ...(fact.alias === undefined ? {} : { alias: fact.alias }),
  ...(fact.digest === undefined ? {} : { digest: fact.digest }),
  ...(fact.observedDigest === undefined ? {} : { observed_digest: fact.observedDigest }),
  ...(fact.source === undefined ? {} : { source: fact.source.slice(0, 500) }),
  ...(fact.registeredSource === undefined ? {} : { registered_source: fact.registeredSource.slice(0, 500) }),
  since: fact.since,
  reasons: reasons.slice(0, 20),
  approved: group.approved.slice(0, 20).map(({ version, digest }) => ({ version, digest })),
  served: group.served
    .slice(0, 20)
    .map(({ route, version, digest, where }) => ({ route, version, digest, where })),
})

const about = (fact: PointerFact): Pick<Condition, 'entity' | 'related'> => ({
  entity:
    fact.ref === undefined
      ? { kind: 'registry', id: fact.registry }
      : { kind: 'model-version', id: fact.ref },
  related: [
    ...(fact.ref === undefined ? [] : [{ kind: 'registry' as const, id: fact.registry }]),
    ...(fact.name === undefined ? [] : [{ kind: 'model' as const, id: fact.name }]),
  ],
})

/** An alias of a model nobody approved anything of is ordinary work, not an attack. */
const aliasCondition = (fact: PointerFact, state: WatchState, group: Group): Condition[] => {
  const isGoverned = group.approved.length > 0 || group.served.length > 0
  if (fact.alias === undefined || !isGoverned) return []
  const where = `${fact.registry}: alias ${quoted(fact.alias)} of ${quoted(fact.model)}`
  const key = `registry-watch:alias:${fact.registry}/${fact.model}/${fact.alias}`.slice(0, 512)
  // Not an attack, but the route stays where it is until somebody deploys: whoever moved it must learn that.
  if (state === 'other-served')
    return [
      {
        key,
        title: `${where} points at version ${quoted(fact.version)}, which is approved but not what is served`,
        severity: 'info',
        ...about(fact),
        techniques: [],
        evidence: {},
      },
    ]
  if (!['unapproved', 'unknown', 'deleted', 'bytes-changed'].includes(state)) return []
  return [
    {
      key,
      title: `${where} points at version ${quoted(fact.version)}, whose bytes are not approved (${short(fact.digest)})`,
      severity: group.served.length > 0 ? 'high' : 'medium',
      ...about(fact),
      techniques: [SUPPLY_CHAIN],
      evidence: {},
    },
  ]
}

const versionCondition = (fact: PointerFact, state: WatchState, facts: Facts, group: Group): Condition[] => {
  if (fact.digest === undefined || fact.ref === undefined) return []
  const counts = isServed(fact, group) || facts.judge(fact.digest).approved
  const name = `${fact.registry}: version ${quoted(fact.version)} of ${quoted(fact.model)}`
  const make = (
    kind: string,
    title: string,
    severity: Severity,
    techniques: readonly string[],
  ): Condition[] => [
    {
      key: `registry-watch:${kind}:${fact.registry}/${fact.model}/${fact.version}`.slice(0, 512),
      title,
      severity,
      ...about(fact),
      techniques,
      evidence: {},
    },
  ]
  switch (state) {
    case 'bytes-changed':
      return make(
        'bytes',
        `${name} has other bytes than when it was registered`,
        counts ? 'critical' : 'high',
        [SUPPLY_CHAIN, MANIPULATED],
      )
    case 'source-changed':
      return make(
        'source',
        `${name} names another source than when it was registered`,
        counts ? 'high' : 'medium',
        [SUPPLY_CHAIN],
      )
    case 'deleted':
      return counts
        ? make('deleted', `${name} was deleted though it is approved or served`, 'medium', [SUPPLY_CHAIN])
        : []
    case 'match':
    case 'other-served':
    case 'not-served':
    case 'unapproved':
    case 'unknown':
      return []
  }
}

/** Bytes that the registry offers and no verdict allows for anything: to deny them costs nobody a call. */
const foreignBytes = (fact: PointerFact, state: WatchState, facts: Facts): Condition['related'] => {
  const offered = state === 'bytes-changed' ? fact.observedDigest : fact.digest
  const isForeign = ['unapproved', 'unknown', 'bytes-changed'].includes(state)
  return isForeign && offered !== undefined && !facts.judge(offered).approved
    ? [{ kind: 'artifact', id: offered }]
    : []
}

const judgePointer = (fact: PointerFact, facts: Facts, group: Group): Judged => {
  const [state, reasons] = stateOf(fact, facts, group)
  const evidence = evidenceOf(fact, group, reasons)
  const foreign = foreignBytes(fact, state, facts)
  const conditions = [
    ...aliasCondition(fact, state, group),
    ...versionCondition(fact, state, facts, group),
  ].map((one) => ({
    ...one,
    title: one.title.slice(0, 500),
    related: [...one.related, ...foreign],
    evidence,
  }))
  const { known: _known, deleted: _deleted, source: _source, registeredSource: _registered, ...said } = fact
  return {
    row: { ...said, state, reasons, ...group, signals: conditions.map(({ key }) => key) },
    conditions,
  }
}

/** Whatever a registry says: nothing may answer calls whose bytes have no verdict that allows them. */
const servedConditions = (facts: Facts): Condition[] =>
  facts.served.flatMap((one) => {
    const { approved, reasons } = facts.judge(one.digest)
    if (approved) return []
    return [
      {
        key: `registry-watch:served:${one.where}/${one.route}/${one.name}:${one.version}`.slice(0, 512),
        title: `Route ${quoted(one.route)} is answered by ${one.name}:${one.version} at ${one.where} without approval`,
        severity: 'critical' as const,
        entity: { kind: 'route' as const, id: one.route },
        related: [
          { kind: 'model-version' as const, id: `${one.name}:${one.version}` },
          ...(one.where === 'control-plane' ? [] : [{ kind: 'gateway' as const, id: one.where }]),
        ],
        techniques: [SUPPLY_CHAIN],
        evidence: { route: one.route, digest: one.digest, where: one.where, reasons: reasons.slice(0, 20) },
      },
    ]
  })

/** Somebody says otherwise in our name; they are told, never overruled. */
const conflictConditions = ({ conflicts = [] }: Facts): Condition[] =>
  conflicts.map(({ registry, model, version, key, ref, found }) => ({
    key: `registry-watch:write-back:${registry}/${model}/${version}/${key}`.slice(0, 512),
    title:
      version === ''
        ? `${registry}: ${key.replace(':', ' ')} of ${quoted(model)} was set by somebody else`
        : `${registry}: tag ${key} of ${quoted(model)} ${quoted(version)} was set by somebody else`,
    severity: 'medium' as const,
    entity:
      ref === null
        ? { kind: 'registry' as const, id: registry }
        : { kind: 'model-version' as const, id: ref },
    related: [{ kind: 'registry' as const, id: registry }],
    techniques: [],
    evidence: { registry, model, version, tag: key, found: found.slice(0, 500) },
  }))

/** Rows by registry, model, alias and version; conditions by key, each once. */
export const judgeRegistries = (
  facts: Facts,
): { readonly rows: readonly WatchRow[]; readonly conditions: readonly Condition[] } => {
  const groupOf = byName(facts)
  const judged = facts.pointers.map((fact) => judgePointer(fact, facts, groupOf(fact.name)))
  const conditions = [
    ...judged.flatMap((one) => one.conditions),
    ...servedConditions(facts),
    ...conflictConditions(facts),
  ]
  return {
    rows: judged.map(({ row }) => row),
    conditions: [...new Map(conditions.map((one) => [one.key, one])).values()],
  }
}
