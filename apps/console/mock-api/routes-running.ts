/** Routes, telemetry, signals. */
import type * as Api from '../src/api/types.ts'
import { ok, problem, type Route, route } from './router.ts'
import { emit, iso, type World } from './world.ts'
import type { MockVersion } from './world-models.ts'
import { featureOf, featuresOf, statsOf, telemetryItem, telemetryOf } from './world-telemetry.ts'

/** mail-filter has a canary under way, card-fraud a shadow; the third has what a model's own name gives. */
const shapeOf = (item: MockVersion): Pick<Api.Route, 'spec' | 'canary'> => {
  const backends = [{ model: item.name }]
  if (item.name === 'mail-filter') {
    const canary = { model: item.name, version: '2.1.0', steps: [5, 25, 50, 100], intervalMs: 600_000 }
    return {
      spec: { backends, canary },
      canary: { key: 'mock', phase: 'running', step: 1, since: item.updatedAt },
    }
  }
  if (item.name === 'card-fraud')
    return { spec: { backends, shadow: { model: item.name, version: '1.3.0', sampleRate: 0.5 } } }
  return { spec: { backends } }
}

const planOf = (item: MockVersion, now: number): Api.RoutePlan => {
  const own = { model: item.name, version: item.version }
  if (item.name === 'mail-filter') {
    return {
      backends: [
        { ...own, share: 0.75 },
        { model: item.name, version: '2.1.0', share: 0.25 },
      ],
    }
  }
  if (item.name !== 'card-fraud') return { backends: [{ ...own, share: 1 }] }
  return {
    backends: [{ ...own, share: 1 }],
    shadow: {
      model: item.name,
      version: '1.3.0',
      sent: 13_754,
      compared: 13_702,
      equal: 13_611,
      labelsDiffer: 12,
      floatsDiffer: 91,
      failed: 0,
      dropped: 52,
      largest: 0.3127,
      examples: [
        {
          time: iso(now - 42_000),
          requestId: 'till-20417',
          rows: 1,
          primary: { version: item.version, label: 'legitimate', score: 0.412 },
          shadow: { version: '1.3.0', label: 'fraud', score: 0.7247 },
          largest: 0.3127,
        },
      ],
    },
  }
}

const routeOf = (item: MockVersion): Api.Route => ({
  ...shapeOf(item),
  name: item.name,
  model: item.name,
  revision: item.name === 'mail-filter' ? 2 : 0,
  updatedBy: item.name === 'mail-filter' ? 'user:ana' : 'component:serving',
  updatedAt: item.name === 'mail-filter' ? item.updatedAt : '',
  versions: [{ version: item.version, digest: item.digest, isDefault: true }],
  ...(item.name === 'mail-filter'
    ? {
        payloadSchema: {
          type: 'object',
          required: ['inputs'],
          properties: { inputs: { type: 'array', maxItems: 1 } },
        },
      }
    : {}),
})

export const runningRoutes = (world: World): Route[] => {
  const serving = () => world.versions.filter((item) => item.serving)
  const missing = (what: string) => problem(404, 'SERVING_ROUTE_NOT_FOUND', `There is no ${what}.`)
  return [
    route('GET', '/routes', () => ok({ items: serving().map(routeOf) })),
    route('GET', '/routes/{name}', ({ params }) => {
      const item = serving().find(({ name }) => name === params['name'])
      return item === undefined ? missing(`route ${params['name']}`) : ok(routeOf(item))
    }),
    route('GET', '/routes/{name}/plan', ({ params }) => {
      const item = serving().find(({ name }) => name === params['name'])
      return item === undefined ? missing(`route ${params['name']}`) : ok(planOf(item, world.now()))
    }),
    route('POST', '/routes/{name}/canary', ({ body }) =>
      ok({ phase: body['action'] === 'promote' ? 'promoted' : 'rolled-back', revision: 3 }),
    ),
    route('GET', '/routes/{name}/stats', ({ params }) => {
      const served = serving().filter(({ name }) => name === params['name'])
      return ok({ versions: served.map((item) => statsOf(item.name, item.version, world.now())) })
    }),
    route('GET', '/telemetry', () =>
      ok({ items: serving().map(({ name, version }) => telemetryItem(name, version, world.now())) }),
    ),
    route('GET', '/telemetry/{model}/{version}', ({ params: { model = '', version = '' } }) =>
      featuresOf(model).length === 0
        ? missing(`telemetry of ${model}`)
        : ok(telemetryOf(model, version, world.now())),
    ),
    route(
      'GET',
      '/telemetry/{model}/{version}/features/{feature}',
      ({ params: { model = '', feature = '' } }) =>
        featuresOf(model).includes(feature) ? ok(featureOf(model, feature)) : missing(`feature ${feature}`),
    ),
    route('GET', '/signals', () =>
      ok({ items: [...world.signals].sort((a, b) => b.time.localeCompare(a.time)) }),
    ),
    route('GET', '/signals/{id}', ({ params }) => {
      const found = world.signals.find(({ id }) => id === params['id'])
      return found === undefined
        ? problem(404, 'THREATS_SIGNAL_NOT_FOUND', 'There is no such signal.')
        : ok(found)
    }),
  ]
}

/** Raises a signal as a detector would: stored first, then sent to every open stream. */
export const raiseSignal = (world: World, title: string, severity: Api.Severity = 'medium'): Api.Signal => {
  const now = world.now()
  const signal: Api.Signal = {
    schema: 'signal/1',
    id: world.random.id(now),
    key: `mock:${title}`,
    state: 'raised',
    time: iso(now),
    seq: String(world.signals.length + 1),
    detector: 'telemetry.drift',
    title,
    severity,
    entity: { kind: 'model-version', id: 'card-fraud:1.2.0' },
    evidence: { note: 'raised by the mock' },
    source: { name: 'rampart', tenant: 'default' },
    firstTime: iso(now),
    lastTime: iso(now),
    occurrences: 1,
  }
  world.signals.unshift(signal)
  emit(world, {
    type: 'rampart.signal.v1',
    subject: signal.id,
    principal: 'component:telemetry',
    data: { signal },
  })
  return signal
}
