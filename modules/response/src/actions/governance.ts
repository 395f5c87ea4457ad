/** Actions on the rules themselves: a policy pack back to an earlier version, a signer whose word does not count for now. */
import { entity } from '@rampart/domain'
import { canonicalJson } from '@rampart/signing'
import { Type } from 'typebox'
import type { Action, Json } from '../action.ts'
import { responseErrors } from '../errors.ts'
import type { PolicyPort, SignersPort } from '../ports.ts'
import { closed, Name } from './schemas.ts'

export const policyRollback = (policy: PolicyPort): Action => {
  const packOf = (parameters: Json): string => String(parameters.pack)
  const digestOfVersion = async (pack: string, version: number): Promise<string | undefined> =>
    (await policy.history(pack)).find((one) => one.version === version)?.digest
  return {
    name: 'policy.rollback',
    title: 'put an earlier version of a policy pack in force',
    permission: 'policy:write',
    schema: closed({
      pack: Name,
      version: Type.Optional(
        Type.Integer({ minimum: 1, description: 'The newest one that differs from what is in force' }),
      ),
    }),
    idempotent: true,
    blastRadius: async ({ parameters }) => ({
      entities: [entity('policy', packOf(parameters))],
      summary: `everything that the pack ${packOf(parameters)} decides`,
    }),
    precheck: async ({ parameters }) => {
      const pack = packOf(parameters)
      const now = policy.active(pack)
      const all = await policy.history(pack)
      const wanted =
        parameters.version === undefined
          ? all.find(({ digest, version }) => digest !== now.digest && version < now.version)
          : all.find(({ version }) => version === parameters.version)
      if (wanted === undefined)
        throw responseErrors.RESPONSE_NOTHING_THERE(`The pack ${pack} has no such earlier version.`)
      return { before: { ...now }, target: { ...wanted } }
    },
    apply: async ({ principal, parameters }, memento) => {
      const { before, target } = memento as {
        before: { version: number; digest: string }
        target: { version: number; digest: string }
      }
      const pack = packOf(parameters)
      const now = policy.active(pack)
      if (now.digest === target.digest) return undefined
      if (now.digest !== before.digest)
        throw responseErrors.RESPONSE_CHANGED_SINCE(`The pack ${pack} was edited since.`)
      await policy.rollback(principal, pack, target.version, now.version)
      return undefined
    },
    probe: async ({ parameters }, { target }) => {
      const now = policy.active(packOf(parameters))
      const { digest, version } = target as { digest: string; version: number }
      return {
        took: now.digest === digest ? 'yes' : 'no',
        detail: `version ${now.version} is in force; asked for the files of version ${version}`,
      }
    },
    inverse: {
      idempotent: true,
      apply: async ({ principal, parameters }, memento) => {
        const { before, target } = memento as {
          before: { version: number; digest: string }
          target: { version: number; digest: string }
        }
        const pack = packOf(parameters)
        const now = policy.active(pack)
        if (now.digest === before.digest) return undefined
        if (now.digest !== target.digest || (await digestOfVersion(pack, before.version)) === undefined)
          throw responseErrors.RESPONSE_CHANGED_SINCE(
            `The pack ${pack} was edited since; it is left as it is.`,
          )
        await policy.rollback(principal, pack, before.version, now.version)
        return undefined
      },
      probe: async ({ parameters }, { before }) => {
        const now = policy.active(packOf(parameters))
        const { digest, version } = before as { digest: string; version: number }
        return {
          took: now.digest === digest ? 'yes' : 'no',
          detail: `version ${now.version} is in force; before it was version ${version}`,
        }
      },
    },
  }
}

/** No signature was ever received that late: an identity that begins then vouches for nothing. */
const NEVER = '9999-12-31T00:00:00Z'

type Identity = Readonly<Record<string, unknown>>

const suspended = (spec: Json): Json => ({
  ...spec,
  identities: (spec.identities as readonly Identity[]).map(({ validUntil: _until, ...rest }) => ({
    ...rest,
    validFrom: NEVER,
  })),
})

/** Unlike a revocation, which is for good, a suspension gives the signer back as it was. */
export const signerSuspend = (signers: SignersPort): Action => {
  const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)
  const move = (side: 'suspend' | 'restore'): Action['apply'] => {
    return async ({ principal, tenant, parameters }, memento) => {
      const name = String(parameters.signer)
      const before = memento.before as Json
      const [from, to] = side === 'suspend' ? [before, suspended(before)] : [suspended(before), before]
      const now = await signers.get(tenant, name)
      if (same(now.spec, to)) return undefined
      if (!same(now.spec, from))
        throw responseErrors.RESPONSE_CHANGED_SINCE(`Signer ${name} was changed since; it is left as it is.`)
      await signers.put(principal, name, to, now.revision)
      return undefined
    }
  }
  return {
    name: 'signer.suspend',
    title: 'let what a signer signed count no more for now',
    permission: 'signer:write',
    schema: closed({ signer: Name }),
    idempotent: true,
    blastRadius: async ({ tenant, parameters }) => {
      const versions = await signers.dependents(tenant, String(parameters.signer))
      return {
        entities: [
          entity('signer', String(parameters.signer)),
          ...versions.slice(0, 100).map((name) => entity('model-version', name)),
        ],
        summary: `${versions.length} versions rest on it`,
      }
    },
    precheck: async ({ tenant, parameters }) => {
      const { spec, state } = await signers.get(tenant, String(parameters.signer))
      if (state === 'revoked')
        throw responseErrors.RESPONSE_NOTHING_THERE(`Signer ${String(parameters.signer)} is revoked already.`)
      return { before: spec }
    },
    apply: move('suspend'),
    probe: async ({ tenant, parameters }, { before }) => {
      const { spec } = await signers.get(tenant, String(parameters.signer))
      const took = same(spec, suspended(before as Json))
      return { took: took ? 'yes' : 'no', detail: took ? 'none of its identities counts' : 'it counts still' }
    },
    inverse: {
      idempotent: true,
      apply: move('restore'),
      probe: async ({ tenant, parameters }, { before }) => {
        const took = same((await signers.get(tenant, String(parameters.signer))).spec, before)
        return { took: took ? 'yes' : 'no', detail: took ? 'it is as it was' : 'it is not as it was' }
      },
    },
  }
}
