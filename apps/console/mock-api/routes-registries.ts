/** Registries: an MLflow server in step with one refused version, a bucket that answers 403, a paused folder. */
import type { RegistryItem, RegistryVersionItem, WatchRow } from '../src/api/registry-queries.ts'
import { type Call, ok, problem, type Route, route } from './router.ts'
import { iso, type World } from './world.ts'

const MINUTE = 60_000
const REFUSED = {
  code: 'REGISTRIES_NAME_REFUSED',
  message: 'the version name leaves its folder: "../1"',
}

const registriesOf = (world: World): RegistryItem[] => {
  const ago = (ms: number): string => iso(world.now() - ms)
  const base = { revision: 1, updatedBy: 'user:admin', updatedAt: ago(9e8) }
  const none = { seen: 0, registered: 0, pending: 0, refused: 0, deleted: 0 }
  return [
    {
      ...base,
      name: 'mlflow-prod',
      spec: { type: 'mlflow', url: 'https://mlflow.example', writeBack: true, poll: '1m' },
      status: {
        state: 'ok',
        lastSyncStartedAt: ago(52_000),
        lastSyncEndedAt: ago(50_000),
        nextSyncAt: iso(world.now() + 10_000),
        lastSync: { requests: 3, versions: 3 },
        versions: { seen: 3, registered: 2, pending: 0, refused: 1, deleted: 1 },
        requests: 4821,
        downloads: 2,
        bytesDownloaded: 41_943_040,
        consecutiveFailures: 0,
        writeBackConflicts: 0,
      },
    },
    {
      ...base,
      name: 'risk-bucket',
      spec: { type: 's3', url: 'https://objects.example/risk-models' },
      status: {
        state: 'failing',
        lastSyncEndedAt: ago(45 * MINUTE),
        versions: none,
        requests: 12,
        downloads: 0,
        bytesDownloaded: 0,
        consecutiveFailures: 7,
        writeBackConflicts: 0,
        lastError: {
          code: 'OUTBOUND_DENIED',
          message: 'objects.example answered 403',
          at: ago(4 * MINUTE),
        },
      },
    },
    {
      ...base,
      name: 'lab-folder',
      spec: { type: 'folder', url: 'file:///srv/models', parameters: { paused: 'true' } },
      status: {
        state: 'paused',
        versions: none,
        requests: 0,
        downloads: 0,
        bytesDownloaded: 0,
        consecutiveFailures: 0,
        writeBackConflicts: 0,
      },
    },
  ]
}

const versionsOf = (world: World): RegistryVersionItem[] => {
  const there = (version: string, over: Partial<RegistryVersionItem>): RegistryVersionItem => ({
    registry: 'mlflow-prod',
    model: 'Card fraud',
    version,
    source: `models:/m-${version}`,
    revision: version,
    state: 'registered',
    aliases: [],
    tags: {},
    firstSeenAt: iso(world.now() - 9e8),
    updatedAt: iso(world.now() - 6e5),
    ...over,
  })
  const known = (version: string) =>
    world.versions.find((one) => one.name === 'card-fraud' && one.version === version)
  return ['1.2.0', '1.3.0']
    .flatMap((version, at) => {
      const found = known(version)
      if (found === undefined) return []
      const { digest } = found
      return [
        there(String(at + 12), {
          ref: `card-fraud:${version}`,
          digest,
          aliases: at === 0 ? ['champion'] : ['candidate'],
        }),
      ]
    })
    .concat(there('../1', { state: 'refused', reason: REFUSED }))
}

/** The champion is what is served; somebody moved another alias to a version that nobody approved. */
const watchOf = (world: World): WatchRow[] => {
  const known = (version: string) =>
    world.versions.find((one) => one.name === 'card-fraud' && one.version === version)
  const [serving, waiting] = [known('1.2.0'), known('1.3.0')]
  if (serving === undefined || waiting === undefined) return []
  const { name, version, digest } = serving
  const base = {
    registry: 'mlflow-prod',
    model: 'Card fraud',
    name,
    approved: [{ name, version, digest }],
    served: [{ route: 'card-fraud', name, version, digest, where: 'control-plane' }],
  }
  const ref = (one: typeof serving) => ({ ref: `${one.name}:${one.version}`, digest: one.digest })
  return [
    {
      ...base,
      ...ref(serving),
      alias: 'champion',
      version: '12',
      since: iso(world.now() - 5e8),
      state: 'match',
      reasons: [],
      signals: [],
    },
    {
      ...base,
      ...ref(waiting),
      alias: 'challenger',
      version: '13',
      since: iso(world.now() - 9e5),
      state: 'unapproved',
      reasons: ['no version in use has an approval that counts'],
      signals: ['registry-watch:mlflow-prod/Card fraud@challenger'],
    },
  ]
}

export const registryRoutes = (world: World): readonly Route[] => {
  const items = () => (world.empty ? [] : registriesOf(world))
  const one = ({ params }: Call) => items().find(({ name }) => name === params['name'])
  const missing = () => problem(404, 'REGISTRIES_NOT_FOUND', 'There is no such registry.')
  return [
    route('GET', '/registry-watch', ({ query }) => {
      const wanted = query.get('registry')
      const rows = world.empty ? [] : watchOf(world)
      const found = rows.filter(({ registry }) => wanted === null || registry === wanted)
      return ok({ items: found, total: found.length })
    }),
    route('GET', '/registries', () => ok({ items: items() })),
    route('GET', '/registries/{name}', (call) => {
      const found = one(call)
      return found === undefined ? missing() : ok(found, { etag: '"1"' })
    }),
    route('POST', '/registries/{name}/sync', (call) => {
      const found = one(call)
      if (found === undefined) return missing()
      return { status: 202, body: { ...found, status: { ...found.status, state: 'syncing' } } }
    }),
    route('GET', '/registries/{name}/versions', (call) => {
      const state = call.query.get('state')
      const found = call.params['name'] === 'mlflow-prod' ? versionsOf(world) : []
      return ok({ items: found.filter((version) => state === null || version.state === state) })
    }),
  ]
}
