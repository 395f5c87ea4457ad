import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createOutboundHttp } from '../outbound/index.ts'
import { createOciPusher } from '../testing/oci-pusher.ts'
import { startOciStandIn } from '../testing/oci-stand-in.ts'
import type { OciLogin } from './authorization.ts'
import { readChallenge } from './challenge.ts'
import { createOciRegistry } from './index.ts'

const call = () => ({ signal: AbortSignal.timeout(30_000) })
const basicHeader = `Basic ${Buffer.from('robot:pässword').toString('base64')}`
const basicLogin: OciLogin = { kind: 'basic', username: 'robot', password: async () => 'pässword' }

test('challenges are read as registries write them', () => {
  const bearer = (header: string) => {
    const challenge = readChallenge(header)
    assert.ok(challenge?.scheme === 'bearer')
    return [challenge.realm, challenge.parameters.get('service')]
  }
  assert.deepEqual(bearer('Bearer realm="https://a.example/token",service="r",scope="x"'), [
    'https://a.example/token',
    'r',
  ])
  assert.deepEqual(bearer('Basic realm="r", Bearer realm="https://a/t\\"x", service=plain'), [
    'https://a/t"x',
    'plain',
  ])
  assert.deepEqual(readChallenge('Basic realm="x"'), { scheme: 'basic' })
  for (const header of [
    undefined,
    '',
    'Negotiate',
    'Bearer',
    'Bearer realm=""',
    `Bearer realm="${'x'.repeat(5000)}"`,
  ])
    assert.equal(readChallenge(header), undefined)
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (noise) => {
      readChallenge(`Bearer ${noise}`)
    }),
  )
})

/** A registry that wants a token, and a token service on another port. */
const rig = async (t: { after(fn: () => Promise<void>): void }) => {
  const standIn = await startOciStandIn()
  const tokens = await startOciStandIn()
  t.after(standIn.stop)
  t.after(tokens.stop)
  await createOciPusher(standIn.origin).artifact('team/fraud', '1.0', {
    files: [{ title: 'm.onnx', bytes: Buffer.from('weights') }],
  })
  const atTokens: { authorization: string | undefined; scope: string | null; service: string | null }[] = []
  let life = 300
  tokens.intercept = (request, response) => {
    const query = new URL(request.url ?? '/', tokens.origin).searchParams
    const { authorization } = request.headers
    atTokens.push({ authorization, scope: query.get('scope'), service: query.get('service') })
    response.end(JSON.stringify({ token: `token-${query.get('scope')}`, expires_in: life }))
    return true
  }
  const atRegistry: (string | undefined)[] = []
  standIn.intercept = (request, response) => {
    const { authorization } = request.headers
    atRegistry.push(authorization)
    if (authorization?.startsWith('Bearer token-') === true) return false
    const challenge = `Bearer realm="${tokens.origin}/token",service="stand-in",scope="repository:evil:*"`
    response.writeHead(401, { 'www-authenticate': challenge }).end()
    return true
  }
  const open = (login: OciLogin, tokenHost?: string, now?: () => number) => {
    const registry = createOciRegistry({
      url: `${standIn.origin}/team`,
      http: createOutboundHttp({ addresses: { allowLoopback: true, allowed: [] } }),
      login,
      parameters: tokenHost === undefined ? {} : { tokenHost },
      ...(now === undefined ? {} : { now }),
    })
    t.after(registry.close)
    return registry
  }
  return { standIn, tokens, atTokens, atRegistry, open, setLife: (seconds: number) => (life = seconds) }
}

test('a token is fetched for our own scope, kept for its time, and never our password sent to the registry', async (t) => {
  const { tokens, atTokens, atRegistry, open } = await rig(t)
  let now = 1_000_000
  const registry = open(basicLogin, new URL(tokens.origin).host, () => now)
  assert.ok((await registry.version('fraud', '1.0', call())) !== undefined)
  assert.deepEqual(atTokens, [
    { authorization: basicHeader, scope: 'repository:team/fraud:pull', service: 'stand-in' },
  ])
  assert.ok(!atRegistry.includes(basicHeader))
  now += 289_000
  await registry.aliases('fraud', call())
  assert.equal(atTokens.length, 1)
  now += 2_000
  await registry.aliases('fraud', call())
  assert.equal(atTokens.length, 2)
})

test('credentials go to no token service that nobody named; without credentials it may be anywhere allowed', async (t) => {
  const { atTokens, open } = await rig(t)
  await assert.rejects(open(basicLogin).version('fraud', '1.0', call()), { code: 'OCI_AUTH_REFUSED' })
  assert.deepEqual(atTokens, [])
  assert.ok((await open({ kind: 'none' }).version('fraud', '1.0', call())) !== undefined)
  assert.deepEqual(
    atTokens.map(({ authorization }) => authorization),
    [undefined],
  )
})

test('a fixed token is not exchanged, basic is used only after it was asked for', async (t) => {
  const { standIn, atTokens, open } = await rig(t)
  await assert.rejects(open({ kind: 'bearer', token: async () => 'wrong' }).version('fraud', '1.0', call()), {
    code: 'OUTBOUND_DENIED',
  })
  assert.deepEqual(atTokens, [])
  await assert.rejects(
    open({ kind: 'bearer', token: async () => 'a\r\nb: c' }).version('fraud', '1.0', call()),
    {
      code: 'OCI_AUTH_REFUSED',
    },
  )
  const seen: (string | undefined)[] = []
  standIn.intercept = (request, response) => {
    seen.push(request.headers.authorization)
    if (request.headers.authorization === basicHeader) return false
    response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end()
    return true
  }
  assert.ok((await open(basicLogin).version('fraud', '1.0', call())) !== undefined)
  assert.deepEqual(seen.slice(0, 2), [undefined, basicHeader])
  await assert.rejects(
    open({ kind: 'basic', username: 'robot', password: async () => 'wrong' }).version('fraud', '1.0', call()),
    { code: 'OUTBOUND_DENIED' },
  )
})

test('a token service that answers nonsense is refused', async (t) => {
  const { tokens, open } = await rig(t)
  for (const body of ['{}', '[]', '{"token":""}', '{"token":"a b"}', '{"token":7}']) {
    tokens.intercept = (_request, response) => {
      response.end(body)
      return true
    }
    const { code } = await open({ kind: 'none' })
      .version('fraud', '1.0', call())
      .then(
        () => ({ code: 'accepted' }),
        (error: { code: string }) => error,
      )
    assert.ok(['OCI_ANSWER_INVALID', 'OCI_AUTH_REFUSED'].includes(code), `${body}: ${code}`)
  }
})
