/** People at work: each writer makes changes of one kind, one after the other, and enters what was acknowledged. */
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Ledger } from './ledger.ts'
import type { Answer, Plane } from './plane.ts'

export type Desk = {
  readonly plane: Plane
  readonly ledger: Ledger
  readonly number: () => number
  /** Told of a request that the server understood and refused: none of ours may be. */
  readonly refused: (what: string) => void
}
/** Makes one or a few changes; throws or returns early when the server does not answer. */
export type Writer = (desk: Desk) => Promise<void>

const is = (answer: Answer, status: number): boolean => answer.status === status

/** True when the change was acknowledged. */
export const accepted = (desk: Pick<Desk, 'refused'>, what: string, answer: Answer): boolean => {
  if (answer.status >= 400 && answer.status < 500)
    desk.refused(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.status >= 200 && answer.status < 300
}

const signals: Writer = async (desk) => {
  const { plane, ledger, number } = desk
  const name = `k${number()}`
  const answer = await plane.call('POST', '/api/v1/signals', {
    key: name,
    time: new Date().toISOString(),
    detector: 'prove.kill',
    title: 'a change that must survive',
    severity: 'info',
    entity: { kind: 'system', id: name },
    evidence: {},
  })
  if (!accepted(desk, 'signal', answer)) return
  const { id } = answer.body as { id: string }
  ledger.acknowledged({
    kind: 'signal',
    title: id,
    audit: `signal.raised ${id}`,
    holds: async (look) => is(await look.get(`/api/v1/signals/${id}`), 200),
  })
}

/** A route is stored, stored again, and every second one removed. */
const routes: Writer = async (desk) => {
  const { plane, ledger, number } = desk
  const n = number()
  const path = `/api/v1/routes/k${n}`
  let mayBeGone = false
  for (const revision of [1, 2]) {
    ledger.tried(`route.put k${n}`)
    const put = await plane.call('PUT', path, { model: 'card-fraud' })
    if (!accepted(desk, 'route', put)) return
    ledger.acknowledged({
      kind: 'route',
      title: `k${n} revision ${revision}`,
      audit: `route.put k${n}`,
      holds: async (look) => {
        const { status, body } = await look.get(path)
        return mayBeGone || (status === 200 && (body as { revision: number }).revision >= revision)
      },
    })
  }
  if (n % 10 !== 0) mayBeGone = true
  if (!mayBeGone) return
  ledger.tried(`route.deleted k${n}`)
  if (!accepted(desk, 'route removal', await plane.call('DELETE', path))) return
  ledger.acknowledged({
    kind: 'route removal',
    title: `k${n}`,
    audit: `route.deleted k${n}`,
    holds: async (look) => is(await look.get(path), 404),
  })
}

const apiKeys: Writer = async (desk) => {
  const { plane, ledger, number } = desk
  const n = number()
  const issued = await plane.call('POST', '/api/v1/api-keys', { name: `k${n}`, roles: ['admin'] })
  if (!accepted(desk, 'API key', issued)) return
  const { apiKey, secret } = issued.body as { apiKey: { id: string }; secret: string }
  let mayBeRevoked = false
  ledger.acknowledged({
    kind: 'API key',
    title: apiKey.id,
    audit: `api-key.issued ${apiKey.id}`,
    holds: async (look) =>
      (await look.apiKey(apiKey.id)) !== undefined &&
      (mayBeRevoked || (await look.sessionStatus(secret)) === 200),
  })
  if (n % 2 === 0) return
  mayBeRevoked = true
  ledger.tried(`api-key.revoked ${apiKey.id}`)
  const revoked = await plane.call('DELETE', `/api/v1/api-keys/${apiKey.id}`)
  if (!accepted(desk, 'API key revocation', revoked)) return
  ledger.acknowledged({
    kind: 'API key revocation',
    title: apiKey.id,
    audit: `api-key.revoked ${apiKey.id}`,
    holds: async (look) => (await look.sessionStatus(secret)) === 401,
  })
}

const serviceAccounts: Writer = async (desk) => {
  const { plane, ledger, number } = desk
  const id = `k${number()}`
  ledger.tried(`service-account.created ${id}`)
  const answer = await plane.call('POST', '/api/v1/service-accounts', { id, roles: ['admin'] })
  if (!accepted(desk, 'service account', answer)) return
  ledger.acknowledged({
    kind: 'service account',
    title: id,
    audit: `service-account.created ${id}`,
    holds: async (look) => (await look.serviceAccount(id)) !== undefined,
  })
}

const policies: Writer = async (desk) => {
  const { plane, ledger, number } = desk
  const path = '/api/v1/policies/inference'
  const seen = await plane.call('GET', path)
  if (!is(seen, 200)) return
  const { files, newestVersion } = seen.body as { files: Record<string, string>; newestVersion: number }
  const message = `change ${number()}`
  const audit = `policy.activate inference@${newestVersion + 1}`
  ledger.tried(audit)
  const edited = { ...files, 'note.rego': `package note\n\nmessage := ${JSON.stringify(message)}\n` }
  const put = await plane.call('PUT', path, { files: edited, message }, { 'if-match': `"${newestVersion}"` })
  if (!accepted(desk, 'policy', put)) return
  const { version } = put.body as { version: number }
  ledger.acknowledged({
    kind: 'policy version',
    title: `inference ${version}`,
    audit,
    holds: async (look) => {
      const stored = await look.get(`${path}/history/${version}`)
      return is(stored, 200) && (stored.body as { message: string }).message === message
    },
  })
}

const artifacts: Writer = async (desk) => {
  const { plane, ledger, number } = desk
  const bytes = Buffer.from(`artifact ${number()} `.repeat(4096))
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const answer = await plane.call('POST', `/api/v1/artifacts?digest=${digest}`, bytes)
  if (!accepted(desk, 'artifact', answer)) return
  ledger.acknowledged({
    kind: 'artifact',
    title: digest,
    holds: async (look) => {
      const { status, body } = await look.get(`/api/v1/artifacts/${digest}`)
      return status === 200 && body === bytes.toString('utf8')
    },
  })
}

/** Writers that go on without pause; policies are compiled and tested at each edit, so they rest in between. */
export const WRITERS: readonly { readonly writer: Writer; readonly restMs: number }[] = [
  { writer: signals, restMs: 0 },
  { writer: signals, restMs: 0 },
  { writer: routes, restMs: 0 },
  { writer: routes, restMs: 0 },
  { writer: apiKeys, restMs: 0 },
  { writer: apiKeys, restMs: 0 },
  { writer: serviceAccounts, restMs: 5 },
  { writer: artifacts, restMs: 5 },
  { writer: policies, restMs: 200 },
]

const RETRY_MS = 20

/** Repeats a writer until told to stop; a server that does not answer is asked again in a moment. */
export const keepWriting = async (
  desk: Desk,
  { writer, restMs }: { readonly writer: Writer; readonly restMs: number },
  until: AbortSignal,
): Promise<void> => {
  while (!until.aborted) {
    await writer(desk).catch(() => delay(RETRY_MS))
    if (restMs > 0) await delay(restMs)
  }
}
