/** Policies, decisions, audit, keys, session. */
import type * as Api from '../src/api/types.ts'
import { type Answer, type Call, ok, problem, type Route, route } from './router.ts'
import { emit, iso, type World } from './world.ts'
import { checkFiles, digestOf } from './world-policies.ts'

const filesOf = (call: Call): Record<string, string> => (call.body['files'] ?? {}) as Record<string, string>

const savePolicy =
  (world: World) =>
  (call: Call): Answer => {
    const pack = world.policies.get(call.params['pack'] ?? '')
    if (pack === undefined) return problem(404, 'POLICY_NOT_FOUND', 'There is no such pack.')
    if (call.headers['if-match'] !== `"${pack.current.digest}"`) {
      return problem(412, 'POLICY_CHANGED', 'Somebody saved another version since you opened this one.', {
        help: 'Reload the page, then apply your edit again.',
      })
    }
    const files = filesOf(call)
    const errors = checkFiles(files)
    if (errors.length > 0)
      return problem(400, 'POLICY_DOES_NOT_COMPILE', 'The pack does not compile.', { details: { errors } })
    return ok(activate(world, call, files, String(call.body['message'] ?? '')))
  }

const activate = (
  world: World,
  call: Call,
  files: Record<string, string>,
  message: string,
): Api.PolicySummary => {
  const pack = world.policies.get(call.params['pack'] ?? '')
  if (pack === undefined) throw new RangeError('no such pack')
  const version = pack.history.length + 1
  const digest = digestOf(files)
  const time = iso(world.now())
  for (const revision of pack.history) revision.active = false
  pack.history.unshift({ version, digest, message, principal: call.principal, time, active: true, files })
  pack.current = { ...pack.current, files, version, digest, updatedAt: time, updatedBy: call.principal }
  const entity = { kind: 'policy', id: pack.current.pack }
  world.audit.append({
    time,
    principal: call.principal,
    action: 'policy:write',
    entity,
    outcome: 'success',
    details: { version, digest, message },
  })
  emit(world, {
    type: 'rampart.policy.activated.v1',
    subject: pack.current.pack,
    principal: call.principal,
    data: { pack: pack.current.pack, version, digest },
  })
  return { ...pack.current, files: Object.keys(files) }
}

const policyRoutes = (world: World): Route[] => [
  route('GET', '/policies', () =>
    ok({
      items: [...world.policies.values()].map(({ current }) => ({
        ...current,
        files: Object.keys(current.files),
      })),
    }),
  ),
  route('GET', '/policies/{pack}', ({ params }) => {
    const pack = world.policies.get(params['pack'] ?? '')
    return pack === undefined
      ? problem(404, 'POLICY_NOT_FOUND', 'There is no such pack.')
      : ok(pack.current, { etag: `"${pack.current.digest}"` })
  }),
  route('PUT', '/policies/{pack}', savePolicy(world)),
  route('POST', '/policies/{pack}/check', (call) => {
    const errors = checkFiles(filesOf(call))
    return ok({ ok: errors.length === 0, errors })
  }),
  route('POST', '/policies/{pack}/try', (call) => {
    const input = (call.body['input'] ?? {}) as Record<string, unknown>
    const allow = input['mode'] === 'development' || JSON.stringify(input).includes('approver')
    return ok({
      allow,
      reasons: allow ? [] : ['needs the role approver'],
      obligations: allow ? { log: 'full' } : {},
      evaluationMicros: 41,
    })
  }),
  route('GET', '/policies/{pack}/history', ({ params }) =>
    ok({
      items: (world.policies.get(params['pack'] ?? '')?.history ?? []).map(({ files, ...rest }) => rest),
    }),
  ),
  route('POST', '/policies/{pack}/rollback', (call) => {
    const version = Number(call.body['version'])
    const found = world.policies
      .get(call.params['pack'] ?? '')
      ?.history.find((revision) => revision.version === version)
    if (found === undefined) return problem(404, 'POLICY_NOT_FOUND', 'There is no such version.')
    return ok(activate(world, call, found.files, `Roll back to version ${version}`))
  }),
]

const auditRoutes = (world: World): Route[] => [
  route('GET', '/decisions', ({ query }) => {
    const pack = query.get('pack')
    const principal = query.get('principal')
    const allow = query.get('allow')
    return ok({
      items: world.decisions.filter(
        (decision) =>
          (!pack || decision.pack === pack) &&
          (!principal || decision.principal === principal) &&
          (!allow || String(decision.allow) === allow),
      ),
    })
  }),
  route('GET', '/audit/entries', ({ query }) => {
    const limit = Number(query.get('limit') ?? 100)
    const after = query.get('after')
    const entries = world.audit.entries()
    const from = after === null ? 0 : Number(after) + 1
    const items = entries.slice(from, from + limit)
    const last = items.at(-1)
    return ok({
      items,
      ...(last !== undefined && last.index < entries.length - 1 ? { nextCursor: String(last.index) } : {}),
    })
  }),
  route('GET', '/audit/checkpoint', () => ok(world.audit.checkpoint())),
  route('GET', '/audit/entries/{index}', ({ params }) => {
    const proof = world.audit.prove(Number(params['index']))
    return proof === undefined
      ? problem(404, 'AUDIT_NOT_FOUND', `There is no entry ${params['index']}.`)
      : ok(proof)
  }),
  route('POST', '/audit/verify', () => ok(world.audit.verify())),
]

const keyRoutes = (world: World): Route[] => [
  route('GET', '/api-keys', () => ok({ items: world.apiKeys })),
  route('POST', '/api-keys', (call) => {
    const name = String(call.body['name'] ?? '')
    if (name === 'sentinel-500') return problem(500, 'KIT_INTERNAL', 'Something went wrong on the server.')
    const now = world.now()
    const key: Api.ApiKey = {
      id: world.random.id(now),
      name,
      principal: call.principal,
      roles: call.body['roles'] as string[],
      createdAt: iso(now),
      createdBy: call.principal,
      expiresAt: iso(now + Number(call.body['expiresInDays'] ?? 30) * 86_400_000),
    }
    world.apiKeys.unshift(key)
    return { status: 201, body: { ...key, secret: `rk_${world.random.hex(24)}` } }
  }),
  route('DELETE', '/api-keys/{id}', ({ params }) => {
    const key = world.apiKeys.find(({ id }) => id === params['id'])
    if (key === undefined) return problem(404, 'IDENTITY_NOT_FOUND', 'There is no such key.')
    key.revokedAt = iso(world.now())
    return { status: 204 }
  }),
  route('GET', '/service-accounts', () => ok({ items: world.serviceAccounts })),
  route('POST', '/service-accounts', (call) => {
    const account = {
      id: String(call.body['id']),
      roles: call.body['roles'] as string[],
      createdAt: iso(world.now()),
    }
    world.serviceAccounts.push(account)
    return { status: 201, body: account }
  }),
  route('DELETE', '/service-accounts/{id}', ({ params }) => {
    const at = world.serviceAccounts.findIndex(({ id }) => id === params['id'])
    if (at < 0) return problem(404, 'IDENTITY_NOT_FOUND', 'There is no such service account.')
    world.serviceAccounts.splice(at, 1)
    return { status: 204 }
  }),
]

export const governingRoutes = (world: World): Route[] => [
  route('GET', '/session', (call) =>
    ok({
      principal: {
        kind: 'user',
        id: call.principal.split(':')[1],
        roles: [call.role],
        tenant: 'default',
        via: 'cookie',
      },
      mode: 'development',
      product: { name: 'Rampart', version: '0.1.0' },
    }),
  ),
  route('DELETE', '/session', () => ({
    status: 204,
    headers: { 'set-cookie': 'rampart_session=; Max-Age=0; Path=/' },
  })),
  ...policyRoutes(world),
  ...auditRoutes(world),
  ...keyRoutes(world),
]
