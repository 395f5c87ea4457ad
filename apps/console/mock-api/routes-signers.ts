/** Signers of the mock: one trusted, on whom a version rests, and one revoked. */
import type { Signer } from '../src/api/signer-queries.ts'
import { ok, problem, type Route, route } from './router.ts'

const PEM = '-----BEGIN PUBLIC KEY-----\nMFkw…\n-----END PUBLIC KEY-----\n'
const signerOf = (name: string, rest: Partial<Signer> = {}): Signer => ({
  name,
  spec: { description: 'The release pipeline', identities: [{ key: PEM }], models: ['card-*'] },
  revision: 1,
  updatedBy: 'user:ana',
  updatedAt: '2026-06-01T09:00:00.000Z',
  state: 'trusted',
  identities: [`key:${'4f2a91c07be3'.padEnd(64, '0')}`],
  ...rest,
})

export const signerRoutes = (): readonly Route[] => {
  let signers: readonly Signer[] = [
    signerOf('release'),
    signerOf('old-laptop', {
      state: 'revoked',
      revocation: { reason: 'The laptop was lost', by: 'user:maria', at: '2026-05-01T09:00:00.000Z' },
    }),
  ]
  const find = (name: string | undefined) => signers.find((one) => one.name === name)
  const unknown = () => problem(404, 'TRUST_SIGNER_NOT_FOUND', 'There is no such signer.')
  const dependents = ({ name, state }: Signer) =>
    name === 'release' && state === 'trusted' ? ['card-fraud:1.2.0'] : []
  return [
    route('GET', '/signers', () => ok({ items: signers })),
    route('GET', '/signers/{name}', ({ params }) => {
      const found = find(params['name'])
      return found === undefined ? unknown() : ok({ ...found, dependents: dependents(found) })
    }),
    route('POST', '/signers/{name}/revocation', ({ params, body }) => {
      const found = find(params['name'])
      if (found === undefined) return unknown()
      const { reason } = body as { reason: string }
      const revoked: Signer = {
        ...found,
        state: 'revoked',
        revocation: { reason, by: 'user:ana', at: new Date().toISOString() },
      }
      signers = signers.map((one) => (one === found ? revoked : one))
      return ok({ signer: revoked, dependents: dependents(found) })
    }),
  ]
}
