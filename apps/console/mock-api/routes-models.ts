/** Overview, models, evidence: with the sentinels that drive the console's error paths. */
import type * as Api from '../src/api/types.ts'
import { type Answer, type Call, ok, problem, type Role, type Route, route } from './router.ts'
import { graphRoutes } from './routes-graphs.ts'
import { signerRoutes } from './routes-signers.ts'
import { verdictRoutes } from './routes-verdicts.ts'
import { emit, iso, type World } from './world.ts'
import { KEY_ID, type MockVersion, ref, statement } from './world-models.ts'
import { requestsPerSecond, sparkline, telemetryItem } from './world-telemetry.ts'

const NEXT: Record<Api.Stage, Api.Stage[]> = {
  registered: ['assessed', 'quarantined', 'retracted'],
  assessed: ['approved', 'quarantined', 'retracted'],
  approved: ['deployed', 'quarantined', 'retracted'],
  deployed: ['retired', 'quarantined', 'retracted'],
  retired: ['quarantined', 'retracted'],
  quarantined: ['registered', 'retracted'],
  retracted: [],
}

const rank = (role: Role): number => ['viewer', 'operator', 'approver', 'admin'].indexOf(role)

export const refusals = (item: MockVersion, to: Api.Stage, call: Call): string[] => {
  const reasons: string[] = []
  if (to === 'assessed') reasons.push(`a version is moved to assessed by component, not by ${call.principal}`)
  const approval = to === 'approved' || to === 'quarantined' || to === 'retracted'
  if (approval && rank(call.role) < 2) reasons.push('needs the role approver')
  if (!approval && rank(call.role) < 1) reasons.push('needs the role operator')
  if (to === 'approved' && item.createdBy === call.principal) {
    reasons.push('needs 1 more approval by an approver who is not you')
  }
  if (to === 'approved' && !item.evidence.some((found) => found.predicate['result'] === 'passed')) {
    reasons.push('assessment did not pass')
  }
  return reasons
}

const passport = (item: MockVersion, call: Call): Api.Passport => ({
  ...item,
  evidence: item.evidence.map(({ envelope, ...listed }) => listed),
  actions: NEXT[item.stage].map((to) => {
    const reasons = refusals(item, to, call)
    return { to, allow: reasons.length === 0, reasons }
  }),
})

const summary = (item: MockVersion): Api.ModelVersionItem => {
  const { artifacts, spec, signature, transitions, evidence, ...rest } = item
  return rest
}

const find = (world: World, { params }: Call): MockVersion | undefined =>
  world.versions.find(({ name, version }) => name === params['name'] && version === params['version'])

const notFound = (what: string): Answer =>
  problem(404, 'INVENTORY_NOT_FOUND', `There is no ${what}.`, { help: 'rampart get models' })

export const step = (world: World, item: MockVersion, to: Api.Stage, reason: string, call: Call): void => {
  const from = item.stage
  const time = iso(world.now())
  const decisionId = world.random.id(world.now())
  item.stage = to
  item.revision += 1
  item.updatedAt = time
  item.serving = to === 'deployed'
  item.isDefault = to === 'deployed'
  item.transitions = [...item.transitions, { from, to, reason, principal: call.principal, time, decisionId }]
  if (to === 'approved') {
    item.evidence = [
      ...item.evidence,
      {
        id: world.random.id(world.now()),
        subjectDigest: item.digest,
        verified: true,
        subjectName: ref(item),
        principal: call.principal,
        signer: KEY_ID,
        reasons: [],
        createdAt: time,
        ...statement(world.random, { name: ref(item), digest: item.digest }, 'approval', {
          model: item.name,
          version: item.version,
          approver: call.principal,
          reason,
          decisionId,
          approvedAt: time,
        }),
      },
    ]
  }
  const entity = { kind: 'model-version', id: ref(item) }
  world.audit.append({
    time,
    principal: call.principal,
    action: `model-version.transition.${to}`,
    entity,
    outcome: 'success',
    details: { from, to, reason, decisionId },
  })
  emit(world, {
    type: 'rampart.model-version.transitioned.v1',
    subject: ref(item),
    principal: call.principal,
    data: {
      name: item.name,
      version: item.version,
      digest: item.digest,
      from,
      to,
      reason,
      decision_id: decisionId,
    },
  })
}

const transition =
  (world: World) =>
  (call: Call): Answer => {
    const item = find(world, call)
    if (item === undefined) return notFound('such version')
    const to = String(call.body['to']) as Api.Stage
    const reason = String(call.body['reason'] ?? '')
    if (reason === 'sentinel conflict') {
      return problem(409, 'INVENTORY_STALE_REVISION', 'The version changed since you looked.', {
        help: 'Reload and decide again.',
      })
    }
    if (!NEXT[item.stage].includes(to)) {
      return problem(409, 'INVENTORY_ILLEGAL_TRANSITION', `A ${item.stage} version cannot become ${to}.`)
    }
    const reasons = refusals(item, to, call)
    if (reasons.length > 0) {
      return problem(403, 'POLICY_DENIED', `The promotion policy refuses: ${reasons.join('; ')}.`, {
        details: { reasons },
      })
    }
    if (to === 'deployed') {
      for (const other of world.versions) {
        if (other.name === item.name && other.stage === 'deployed')
          step(world, other, 'retired', `Replaced by ${item.version}`, call)
      }
    }
    step(world, item, to, reason, call)
    return ok(summary(item))
  }

const ROOMS: [id: string, title: string, rate: number, unit: string][] = [
  ['inventory', 'Inventory', 8, 'versions'],
  ['trust', 'Trust', 9, 'statements'],
  ['assurance', 'Assurance', 2, 'assessments/h'],
  ['policy', 'Policy', 44.1, 'decisions/s'],
  ['serving', 'Serving', 42.4, 'req/s'],
  ['telemetry', 'Telemetry', 42.4, 'rows/s'],
  ['threats', 'Signals', 0.4, 'signals/h'],
  ['audit', 'Audit', 1.1, 'entries/min'],
]
const ARROWS: [from: string, to: string, rate: number, unit: string][] = [
  ['inventory', 'assurance', 2, '/h'],
  ['assurance', 'trust', 2, '/h'],
  ['trust', 'policy', 9, 'facts'],
  ['policy', 'serving', 42.4, '/s'],
  ['serving', 'telemetry', 42.4, 'rows/s'],
  ['telemetry', 'threats', 0.4, '/h'],
]

const roomOf = (signal: Api.Signal): string => signal.detector.split('.')[0] ?? ''

const overview = (world: World): Api.Overview => {
  const open = world.signals.filter(({ state }) => state !== 'cleared')
  const serving = world.versions.filter((item) => item.serving)
  const urgent = open.filter(({ severity }) => severity === 'high' || severity === 'critical')
  const rate = serving.reduce((sum, { name }) => sum + requestsPerSecond(name), 0)
  const worst = (signals: Api.Signal[]) =>
    (['critical', 'high', 'medium', 'low', 'info'] as const).find((level) =>
      signals.some(({ severity }) => severity === level),
    )
  return {
    ok: urgent.length === 0 && serving.length > 0,
    sentence: world.empty
      ? 'No model is serving yet.'
      : `${serving.length} models serving, all evidence valid; ${urgent.length === 0 ? 'no serious signal is open' : `${urgent.length} serious signal${urgent.length === 1 ? ' is' : 's are'} open: ${urgent[0]?.title}`}.`,
    counts: {
      modelsServing: serving.length,
      versions: world.versions.length,
      openSignals: open.length,
      waiting: world.versions.filter(({ stage }) => stage === 'assessed' || stage === 'quarantined').length,
      severeSignals: urgent.length,
      auditSize: world.audit.checkpoint().size,
      inferencesPerSecond: rate,
    },
    pipeline: {
      rooms: ROOMS.map(([id, title, value, unit]) => {
        const mine = open.filter((signal) => roomOf(signal) === id)
        const severity = worst(mine)
        return {
          id,
          title,
          present: true,
          rate: world.empty ? 0 : value,
          unit,
          openSignals: mine.length,
          ...(severity ? { severity } : {}),
        }
      }),
      arrows: ARROWS.map(([from, to, value, unit]) => ({ from, to, rate: world.empty ? 0 : value, unit })),
    },
    changes: world.versions
      .flatMap((item) => item.transitions.map((change) => ({ item, change })))
      .sort((a, b) => b.change.time.localeCompare(a.change.time))
      .slice(0, 8)
      .map(({ item, change }, at) => ({
        time: change.time,
        title: String(change.to),
        auditIndex: at,
        entity: { kind: 'model-version', id: ref(item) },
        principal: change.principal,
      })),
    waiting: world.versions
      .filter(({ stage }) => stage === 'assessed' || stage === 'quarantined')
      .map((item) => ({
        title:
          item.stage === 'assessed'
            ? `${ref(item)} passed its assessment and waits for approval`
            : `${ref(item)} is quarantined and waits for a release or retraction`,
        entity: { kind: 'model-version', id: ref(item) },
        action: item.stage === 'assessed' ? ('approve' as const) : ('release' as const),
      })),
    models: serving.map((item) => {
      const { verdict, worstFeature } = telemetryItem(item.name, item.version, world.now())
      return {
        name: item.name,
        version: item.version,
        digest: item.digest,
        stage: item.stage,
        serving: true,
        requestsPerSecond: requestsPerSecond(item.name),
        sparkline: sparkline(item.name, world.now()),
        drift: { verdict, ...(worstFeature ? { worst: worstFeature } : {}) },
        evidenceValid: true,
      }
    }),
  }
}

export const modelRoutes = (world: World): Route[] => [
  route('GET', '/overview', () => ok(overview(world))),
  route('GET', '/models', ({ query }) => {
    const name = query.get('name')
    const stage = query.get('stage')
    return ok({
      items: world.versions
        .filter((item) => (!name || item.name === name) && (!stage || item.stage === stage))
        .map(summary),
    })
  }),
  route('GET', '/models/{name}', ({ params }) => {
    if (params['name'] === 'sentinel-500')
      return problem(500, 'KIT_INTERNAL', 'Something went wrong on the server.')
    const versions = world.versions.filter(({ name }) => name === params['name'])
    return versions.length === 0
      ? notFound(`model ${params['name']}`)
      : ok({ name: params['name'], versions: versions.map(summary) })
  }),
  route('GET', '/models/{name}/versions/{version}', (call) => {
    const item = find(world, call)
    return item === undefined
      ? notFound(`version ${call.params['name']}:${call.params['version']}`)
      : ok(passport(item, call))
  }),
  route('POST', '/models/{name}/versions/{version}/transitions', transition(world)),
  route('GET', '/models/{name}/versions/{version}/bom', (call) =>
    find(world, call) === undefined
      ? notFound('such version')
      : ok({ bomFormat: 'CycloneDX', specVersion: '1.7', version: 1, components: [] }),
  ),
  route('GET', '/models/{name}/versions/{version}/provenance', (call) => {
    const item = find(world, call)
    return item === undefined
      ? notFound('such version')
      : ok(statement(world.random, { name: ref(item), digest: item.digest }, 'provenance', {}).envelope)
  }),
  ...graphRoutes(world),
  ...verdictRoutes(world),
  ...signerRoutes(),
  route('GET', '/evidence/{id}', ({ params }) => {
    const found = world.versions.flatMap(({ evidence }) => evidence).find(({ id }) => id === params['id'])
    return found === undefined ? problem(404, 'TRUST_NOT_FOUND', 'There is no such evidence.') : ok(found)
  }),
]
