/** The server's verdict about a digest, believed only when the signature and the subject are right. */
import type { Digest, SignedVerdict, Verdict } from '@rampart/domain'
import { readVerdict, readVerificationKey, type VerificationKey } from '@rampart/signing'
import { cliErrors } from '../errors.ts'
import type { Session } from '../session.ts'

type Keys = { readonly items: readonly { readonly use: string; readonly pem: string }[] }

const PEM = /-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g

/** Keys pinned by a file; without one, whatever the server says its keys are, which trusts the connection. */
const keysOf = async (session: Session, pinned: string | undefined): Promise<readonly VerificationKey[]> => {
  if (pinned !== undefined) {
    const found = pinned.match(PEM) ?? []
    if (found.length === 0) throw cliErrors.CLI_USAGE('--public-key: the file holds no public key in PEM')
    return found.map((pem) => readVerificationKey(pem))
  }
  const { data } = await session.client.call<Keys>('GET', '/api/v1/keys', { signal: session.io.signal })
  return data.items.filter(({ use }) => use === 'evidence').map(({ pem }) => readVerificationKey(pem))
}

/** Throws CLI_VERDICT_UNTRUSTED when the answer is not what the server's key signed about this digest. */
export const fetchVerdict = async (
  session: Session,
  digest: Digest,
  options: { readonly subject?: string; readonly pinned?: string },
): Promise<SignedVerdict> => {
  const [{ data }, keys] = await Promise.all([
    session.client.call<SignedVerdict>('GET', `/api/v1/verdicts/${digest}`, { signal: session.io.signal }),
    keysOf(session, options.pinned),
  ])
  const reading = readVerdict(data.envelope, keys)
  const untrusted = (why: string): Error =>
    cliErrors.CLI_VERDICT_UNTRUSTED(`the verdict about ${digest} cannot be believed: ${why}`)
  if (!('verdict' in reading)) throw untrusted(`${reading.fault}: ${reading.reasons.join('; ')}`)
  const { verdict } = reading
  if (verdict.digest !== digest) throw untrusted('it is about another digest')
  const { subject } = options
  if (subject !== undefined && !verdict.subjects.some(({ name }) => name === subject))
    throw untrusted(`it is not about ${subject}`)
  // What is shown is what was signed, not what stands beside it.
  return { verdict, envelope: data.envelope, verdictDigest: data.verdictDigest }
}

/** Why it does not let anything be served now; undefined when it does. */
export const verdictFault = (verdict: Verdict, nowMs: number): string | undefined => {
  if (verdict.decision !== 'allow') return verdict.reasons.join('; ')
  return nowMs < Date.parse(verdict.expiresAt) ? undefined : `it expired at ${verdict.expiresAt}`
}
