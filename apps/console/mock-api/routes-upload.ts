/** Uploads: bytes are hashed and forgotten; a version is registered from digests that were seen. */
import { type Call, ok, problem, type Route, route } from './router.ts'
import { emit, iso, type World } from './world.ts'

const seen = new WeakMap<World, Set<string>>()
const seenIn = (world: World): Set<string> => {
  const found = seen.get(world) ?? new Set<string>()
  seen.set(world, found)
  return found
}

type Requested = { path: string; role: 'model'; digest: string }

const register = (world: World, { params, body, principal }: Call) => {
  const name = params['name'] ?? ''
  const version = String(body['version'])
  const artifacts = body['artifacts'] as Requested[]
  const missing = artifacts.find(({ digest }) => !seenIn(world).has(digest))
  if (missing !== undefined)
    return problem(400, 'INVENTORY_ARTIFACT_MISSING', `Artifact ${missing.path} was never uploaded.`)
  if (world.versions.some((one) => one.name === name && one.version === version))
    return problem(409, 'INVENTORY_VERSION_EXISTS', `${name}:${version} is registered with other content.`, {
      help: 'Register the new content under a new version.',
    })
  const time = iso(world.now())
  const item = {
    name,
    version,
    digest: artifacts[0]?.digest ?? '',
    stage: 'registered' as const,
    labels: {},
    createdBy: principal,
    createdAt: time,
    updatedAt: time,
    revision: 1,
    serving: false,
    isDefault: false,
    spec: {},
    artifacts: artifacts.map((one) => ({ ...one, sizeBytes: 1 })),
    transitions: [],
    evidence: [],
  }
  world.versions.unshift(item)
  const { digest, stage } = item
  emit(world, {
    type: 'rampart.model-version.registered.v1',
    subject: `${name}:${version}`,
    principal,
    data: { name, version, digest, stage },
  })
  const { artifacts: _files, transitions, evidence, spec, ...summary } = item
  return { status: 201, body: summary }
}

export const uploadRoutes = (world: World): readonly Route[] => [
  route('HEAD', '/artifacts/{digest}', ({ params }) =>
    seenIn(world).has(params['digest'] ?? '')
      ? ok(undefined)
      : problem(404, 'INVENTORY_ARTIFACT_NOT_FOUND', 'No artifact has that digest.'),
  ),
  route('POST', '/artifacts', ({ query, body }) => {
    const digest = String(body['digest'])
    if (query.get('digest') !== digest)
      return problem(400, 'INVENTORY_DIGEST_MISMATCH', 'The bytes do not have the digest that was announced.')
    seenIn(world).add(digest)
    return { status: 201, body: { digest, sizeBytes: Number(body['sizeBytes']) } }
  }),
  route('POST', '/models/{name}/versions', (call) => register(world, call)),
]
