/** Incidents: a drifting version on a host that an IDS complains about, with a recommendation that waits. */
import type { Contribution, Incident, IncidentDetail } from '../src/api/incident-queries.ts'
import { ok, problem, type Route, route } from './router.ts'
import { iso, type World } from './world.ts'

const MINUTE = 60_000
const VERSION = { kind: 'model-version', id: 'card-fraud:1.2.0' }
const HOST = { kind: 'host', id: 'gpu-7' }

const contributionsOf = (world: World): Contribution[] => {
  const [drift] = world.signals
  const time = world.now() - 10 * MINUTE
  const base = { capped: false, counted: true, weight: 1, time, severity: 'high' as const }
  return [
    {
      ...base,
      signal: drift?.id ?? 'signal',
      key: 'drift:card-fraud:1.2.0:amount',
      title: 'Feature amount of card-fraud:1.2.0 drifted: PSI 0.61, limit 0.2',
      ...{ rule: 'telemetry.drift', source: 'component:telemetry', group: 'telemetry:card-fraud:1.2.0' },
      ...{ entity: VERSION, basis: 'p-value' as const, pValue: 1e-6, eValue: 5239, capped: true },
      decibans: 20,
    },
    {
      ...base,
      signal: 'ids-1',
      key: 'suricata:host:gpu-7',
      title: 'Beacon from the serving host',
      ...{ rule: 'suricata', source: 'component:siem', group: 'suricata' },
      ...{ entity: HOST, basis: 'rule-prior' as const, eValue: 44.3 },
      decibans: 16.5,
    },
  ]
}

const incidentOf = (world: World): Incident => {
  const at = (minutes: number): string => iso(world.now() - minutes * MINUTE)
  return {
    id: 'incident-1',
    seq: '1',
    status: 'open',
    severity: 'critical',
    score: 36.5,
    title: 'Feature amount of card-fraud:1.2.0 drifted: PSI 0.61, limit 0.2, and 1 more',
    entities: [VERSION, HOST],
    ...{ firstTime: at(12), lastTime: at(10), openedAt: at(11), updatedAt: at(10) },
    ...{ acknowledgeDue: iso(world.now() + 4 * MINUTE), containDue: iso(world.now() + 19 * MINUTE) },
    resolveDue: iso(world.now() + 229 * MINUTE),
    ...{ signals: 2, breached: [], revision: 3 },
  }
}

const detailOf = (world: World): IncidentDetail => {
  const incident = incidentOf(world)
  const contributions = contributionsOf(world)
  const line = (minutes: number, kind: string, text: string) => ({
    ...{ time: iso(world.now() - minutes * MINUTE), kind, text },
    ...{ principal: 'component:threats', details: {} },
  })
  const action = {
    ...{ action: 'route.previous-version' as const, entity: VERSION, mode: 'recommend' as const },
    ...{ parameters: { model: 'card-fraud', version: '1.2.0' }, approvals_needed: 0, ttl_s: 3600 },
    reasons: ['the version is under suspicion, and the one before it is not'],
  }
  return {
    ...incident,
    summary:
      '2 signals of 2 detectors within 2 minutes concern model-version card-fraud:1.2.0, host gpu-7. 2 independent groups of evidence together give 36.5 decibans: severity critical.',
    ledger: {
      ...{ score: incident.score, severity: incident.severity, contributions },
      groups: contributions.map(({ group, source, decibans }) => ({ group, source, decibans })),
      sources: contributions.map(({ source, decibans }) => ({ source, decibans, uncapped: decibans })),
    },
    accounts: [
      { ...VERSION, subject: true, score: 28.2 },
      { ...HOST, subject: true, score: 16.5 },
      { kind: 'artifact', id: `sha256:${'4d'.repeat(32)}`, subject: false, score: 8.2 },
    ],
    conditions: contributions.map(({ signal, key, rule, source, group, severity, title, entity, time }) => ({
      ...{ id: signal, key, rule, source, group, severity, title, entity, time },
      ...{ related: [], techniques: [], cleared: false },
    })),
    timeline: [
      line(12, 'raised', 'First signal'),
      line(11, 'correlated', '2 signals that belong together, of suricata, telemetry.drift: 36.5 decibans'),
      line(11, 'decided', 'recommend route.previous-version on model-version card-fraud:1.2.0'),
    ],
    decisions: [
      {
        ...{ id: 'decision-1', time: incident.openedAt ?? '', bundleDigest: `sha256:${'a'.repeat(64)}` },
        ...{ actions: [action], reasons: action.reasons, acted: 0 },
      },
    ],
    neighbourhood: {
      nodes: [
        { ...VERSION, hops: 1, signals: 2 },
        { ...HOST, hops: 1, signals: 2 },
      ],
      edges: [{ from: 'host:gpu-7', to: 'model-version:card-fraud:1.2.0', signals: 1 }],
    },
  }
}

export const incidentRoutes = (world: World): readonly Route[] => [
  route('GET', '/incidents', ({ query }) => {
    const signal = query.get('signal')
    const isIn = signal === null || contributionsOf(world).some((one) => one.signal === signal)
    return ok({ items: world.signals.length > 0 && isIn ? [incidentOf(world)] : [] })
  }),
  route('GET', '/incidents/{id}', ({ params }) =>
    params['id'] === 'incident-1'
      ? ok(detailOf(world), { etag: '"3"' })
      : problem(404, 'THREATS_INCIDENT_NOT_FOUND', `There is no incident ${params['id']}.`),
  ),
]
