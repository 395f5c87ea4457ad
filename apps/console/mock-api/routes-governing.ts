/** Policies, decisions, audit, keys, session. */
import { readFileSync } from 'node:fs'
import type * as Api from '../src/api/types.ts'
import type { Mutable } from './mutable.ts'
import { type Answer, type Call, ok, problem, type Route, route } from './router.ts'
import { emit, iso, type World } from './world.ts'
import { checkFiles, digestOf } from './world-policies.ts'

const filesOf = (call: Call): Record<string, string> => (call.body['files'] ?? {}) as Record<string, string>

/** Each API action with the roles that may ask for it, read from the shipped policy. */
const mayAsk: ReadonlyMap<string, readonly string[]> = (() => {
  const text = readFileSync(new URL('../../../policies/authz/authz.rego', import.meta.url), 'utf8')
  const readers = ['viewer', 'operator', 'approver', 'admin']
  return new Map(
    [...text.matchAll(/^\t"([a-z-]+:[a-z-]+)": (readers|\[.*\]),$/gm)].map(([, action = '', roles = '']) => [
      action,
      roles === 'readers' ? readers : (JSON.parse(roles) as string[]),
    ]),
  )
})()

const deniedTo = (role: string) =>
  [...mayAsk].flatMap(([action, roles]) =>
    roles.includes(role)
      ? []
      : [{ action, reasons: [`${action} needs one of the roles ${roles.join(', ')}; you have ${role}`] }],
  )

const savePolicy =
  (world: World) =>
  (call: Call): Answer => {
    const pack = world.policies.get(call.params['pack'] ?? '')
    if (pack === undefined) return problem(404, 'POLICY_NOT_FOUND', 'There is no such pack.')
    if (call.headers['if-match'] !== `"${pack.current.version}"`) {
      return problem(412, 'POLICY_CHANGED', 'Somebody saved another version since you opened this one.', {
        help: 'Reload the page, then apply your edit again.',
      })
    }
    const files = filesOf(call)
    const faults = checkFiles(files)
    if (faults.length > 0)
      return problem(400, 'POLICY_DOES_NOT_COMPILE', 'The pack does not compile.', { details: { faults } })
    return ok(activate(world, call, files, String(call.body['message'] ?? '')))
  }

const activate = (
  world: World,
  call: Call,
  files: Record<string, string>,
  message: string,
): Api.PolicyRevision & { files: Record<string, string> } => {
  const pack = world.policies.get(call.params['pack'] ?? '')
  if (pack === undefined) throw new RangeError('no such pack')
  const version = pack.history.length + 1
  const digest = digestOf(files)
  const time = iso(world.now())
  const revision: Api.PolicyRevision = {
    pack: pack.current.pack,
    version,
    digest,
    origin: 'edited',
    testsPassed: pack.current.testsPassed,
    message,
    author: call.principal,
    createdAt: time,
  }
  pack.history.unshift({ ...revision, files })
  pack.current = { ...pack.current, ...revision, files, newestVersion: version, differsFromShipped: true }
  const entity = { kind: 'policy', id: pack.current.pack }
  world.audit.append({
    time,
    principal: call.principal,
    action: 'policy.activate',
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
  return { ...revision, files }
}

const summaryOf = ({ files, inputPaths, volatile, ...summary }: Api.PolicyDetail): Api.PolicySummary =>
  summary

const policyRoutes = (world: World): Route[] => [
  route('GET', '/policies', () =>
    ok({
      items: [...world.policies.values()].map(({ current }) => ({
        ...summaryOf(current),
      })),
    }),
  ),
  route('GET', '/policies/{pack}', ({ params }) => {
    const pack = world.policies.get(params['pack'] ?? '')
    return pack === undefined
      ? problem(404, 'POLICY_NOT_FOUND', 'There is no such pack.')
      : ok(pack.current, { etag: `"${pack.current.version}"` })
  }),
  route('PUT', '/policies/{pack}', savePolicy(world)),
  route('POST', '/policies/{pack}/check', (call) => {
    const faults = checkFiles(filesOf(call))
    const tests = [{ name: 'test_unassessed_is_refused', passed: true, micros: 210 }]
    return ok({ ok: faults.length === 0, faults, tests: faults.length === 0 ? tests : [] })
  }),
  route('POST', '/policies/{pack}/try', (call) => {
    const input = (call.body['input'] ?? {}) as Record<string, unknown>
    const allow = input['mode'] === 'development' || JSON.stringify(input).includes('approver')
    return ok({
      allow,
      reasons: allow ? [] : ['needs the role approver'],
      obligations: allow ? { log: 'full' } : {},
      evaluationMicros: 41,
      version: 1,
    })
  }),
  route('GET', '/policies/{pack}/history', ({ params }) =>
    ok({
      items: (world.policies.get(params['pack'] ?? '')?.history ?? []).map(({ files, ...rest }) => rest),
    }),
  ),
  route('POST', '/policies/{pack}/rollback', (call) => {
    if (call.headers['if-match'] !== `"${world.policies.get(call.params['pack'] ?? '')?.current.version}"`)
      return problem(412, 'POLICY_CHANGED', 'Somebody saved another version since you opened this one.')
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
    const entity = query.get('entity')
    const routine = query.get('routine') !== 'false'
    return ok({
      items: world.decisions.filter(
        (decision) =>
          (!pack || decision.pack === pack) &&
          (!principal || decision.principal === principal) &&
          (!allow || String(decision.allow) === allow) &&
          (routine || !(decision.pack === 'authz' && decision.allow && decision.action.endsWith(':read'))) &&
          (!entity || entity === `${decision.entity?.kind}:${decision.entity?.id}`),
      ),
    })
  }),
  route('GET', '/audit/entries', ({ query }) => {
    const limit = Number(query.get('limit') ?? 100)
    const principal = query.get('principal')
    const before = Math.abs(Number(query.get('cursor') ?? Number.MAX_SAFE_INTEGER))
    const items = world.audit
      .entries()
      .filter((entry) => entry.index < before && (!principal || entry.principal === principal))
      .reverse()
      .slice(0, limit)
    const last = items.at(-1)
    return ok({
      items,
      ...(items.length === limit && last !== undefined ? { nextCursor: `-${last.index}` } : {}),
    })
  }),
  route('GET', '/keys', () =>
    ok({
      items: [
        { keyid: world.audit.signer.keyid, algorithm: 'ed25519', use: 'audit', pem: world.audit.signer.pem },
      ],
    }),
  ),
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
    const key: Mutable<Api.ApiKey> = {
      id: world.random.hex(8),
      name,
      owner: { kind: 'user', id: call.principal.split(':')[1] ?? '' },
      roles: [...(call.body['roles'] as string[])],
      createdAt: iso(now),
      createdBy: call.principal,
      expiresAt: iso(now + Number(call.body['expiresInSeconds'] ?? 2_592_000) * 1000),
    }
    world.apiKeys.unshift(key)
    return { status: 201, body: { apiKey: key, secret: `rk_${world.random.hex(24)}` } }
  }),
  route('DELETE', '/api-keys/{id}', ({ params }) => {
    const key = world.apiKeys.find(({ id }) => id === params['id'])
    if (key === undefined) return problem(404, 'IDENTITY_NOT_FOUND', 'There is no such key.')
    key.revokedAt = iso(world.now())
    return ok(key)
  }),
  route('GET', '/service-accounts', () => ok({ items: world.serviceAccounts })),
  route('POST', '/service-accounts', (call) => {
    const account: Api.ServiceAccount = {
      id: String(call.body['id']),
      description: String(call.body['description'] ?? ''),
      roles: call.body['roles'] as string[],
      createdBy: call.principal,
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
      },
      mode: 'development',
      product: { name: 'Rampart', version: '0.1.0' },
      denied: deniedTo(call.role),
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
