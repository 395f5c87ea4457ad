/** Trusted signers as resources: put, rotate, revoke, delete; every change is audited and announced. */
import { isModelName, type Principal, parseModelVersionRef, principalName } from '@rampart/domain'
import type { Clock, Database, EventLog, Tx } from '@rampart/kit'
import { isAppError } from '@rampart/kit'
import { Value } from 'typebox/value'
import { trustErrors } from '../errors.ts'
import type { AuditPort } from '../trust.ts'
import { identityId, judgeDocument, type SignerSpec, SignerSpecSchema } from './signer-spec.ts'
import * as store from './store.ts'

export type SignersDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly audit: AuditPort
}

export type SignerResource = {
  readonly name: string
  readonly spec: SignerSpec
  readonly revision: number
  readonly updatedBy: string
  readonly updatedAt: string
  readonly state: 'trusted' | 'revoked'
  readonly revocation?: store.Revocation
  /** Names of the identities, in the order of the specification. */
  readonly identities: readonly string[]
}

export type Signers = ReturnType<typeof createSigners>

const resourceOf = ({ updatedAt, revocation, ...row }: store.SignerRow): SignerResource => ({
  ...row,
  updatedAt: updatedAt.toISOString(),
  state: revocation === null ? 'trusted' : 'revoked',
  identities: row.spec.identities.map(identityId),
  ...(revocation === null ? {} : { revocation }),
})

const unknown = (name: string): Error => trustErrors.TRUST_SIGNER_NOT_FOUND(`there is no signer ${name}`)

/** An identity that can never verify anything is refused when it is written, not when the first signature comes. */
const checkSpec = (name: string, spec: SignerSpec, nowMs: number): void => {
  if (!isModelName(name))
    throw trustErrors.TRUST_SIGNER_INVALID('a signer’s name is lower-case letters, digits and dashes')
  const [first] = Value.Errors(SignerSpecSchema, spec)
  if (first !== undefined)
    throw trustErrors.TRUST_SIGNER_INVALID(`spec${first.instancePath}: ${first.message}`)
  const ids = spec.identities.map(identityId)
  if (new Set(ids).size !== ids.length) throw trustErrors.TRUST_SIGNER_INVALID('an identity is listed twice')
  // Any statement will do: what is looked for is an error about the identity itself.
  const probe = Buffer.from(
    '{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{}}],"predicateType":"x"}',
  )
  spec.identities.forEach((identity, at) => {
    try {
      judgeDocument(identity, probe, nowMs)
    } catch (cause) {
      throw trustErrors.TRUST_SIGNER_INVALID(
        `spec/identities/${at}: ${isAppError(cause) ? cause.message : 'cannot be read'}`,
        { cause },
      )
    }
  })
}

export const createSigners = ({ database, eventLog, clock, audit }: SignersDeps) => {
  const announce = async (
    tx: Tx,
    principal: Principal,
    name: string,
    action: 'put' | 'revoked' | 'deleted',
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> => {
    const by = principalName(principal)
    await audit.record(tx, {
      tenant: principal.tenant,
      principal: by,
      action: `signer.${action}`,
      entity: { kind: 'signer', id: name },
      outcome: 'success',
      details,
    })
    await eventLog.publish(tx, principal.tenant, {
      type: 'rampart.signer.changed.v1',
      subject: name,
      principal: by,
      data: { name, action },
    })
  }

  const list = async (tenant: string): Promise<readonly SignerResource[]> =>
    (await database.read(tenant, store.selectSigners)).map(resourceOf)

  const get = async (tenant: string, name: string): Promise<SignerResource> => {
    const found = (await list(tenant)).find((one) => one.name === name)
    if (found === undefined) throw unknown(name)
    return found
  }

  return {
    list,
    get,
    /** Names of the model versions whose evidence rests on this signer. */
    dependents: async (tenant: string, name: string): Promise<readonly string[]> =>
      (await database.read(tenant, (tx) => store.selectDependents(tx, name))).filter(
        (one) => parseModelVersionRef(one) !== undefined,
      ),
    /** A revoked signer stays revoked: its name would otherwise stand for somebody else. */
    put: async (
      principal: Principal,
      request: { readonly name: string; readonly spec: SignerSpec; readonly revision?: number },
    ): Promise<SignerResource> => {
      const { name, spec, revision } = request
      checkSpec(name, spec, clock.now())
      return database.tx(principal.tenant, async (tx) => {
        const before = await store.lockSigner(tx, name)
        if (revision !== undefined && (before?.revision ?? 0) !== revision)
          throw trustErrors.TRUST_SIGNER_CHANGED(
            `signer ${name} has revision ${before?.revision ?? 0}, not ${revision}`,
          )
        if (before !== undefined && before.revocation !== null)
          throw trustErrors.TRUST_SIGNER_REVOKED(`signer ${name} is revoked; give the new one another name`)
        const saved = await store.upsertSigner(tx, {
          name,
          spec,
          by: principalName(principal),
          at: clock.iso(),
        })
        await announce(tx, principal, name, 'put', { identities: spec.identities.map(identityId) })
        return resourceOf(saved)
      })
    },
    /** Takes effect with this transaction; what rests on the signer is re-decided by whoever hears the event. */
    revoke: (
      principal: Principal,
      name: string,
      { reason, since }: { readonly reason: string; readonly since?: string },
    ): Promise<{ readonly signer: SignerResource; readonly dependents: readonly string[] }> =>
      database.tx(principal.tenant, async (tx) => {
        const found = await store.lockSigner(tx, name)
        if (found === undefined) throw unknown(name)
        const revocation = {
          reason,
          by: principalName(principal),
          at: clock.iso(),
          ...(since === undefined ? {} : { since }),
        }
        await store.updateRevocation(tx, name, revocation)
        const dependents = await store.selectDependents(tx, name)
        await announce(tx, principal, name, 'revoked', { ...revocation, dependents: dependents.length })
        const after = await store.lockSigner(tx, name)
        return { signer: resourceOf(after ?? found), dependents }
      }),
    /** Only a signer that nothing rests on can go; the others are revoked. */
    remove: (principal: Principal, name: string): Promise<void> =>
      database.tx(principal.tenant, async (tx) => {
        if ((await store.lockSigner(tx, name)) === undefined) throw unknown(name)
        const dependents = await store.selectDependents(tx, name)
        if (dependents.length > 0)
          throw trustErrors.TRUST_SIGNER_USED(
            `evidence of ${dependents.slice(0, 5).join(', ')} rests on signer ${name}; revoke it instead`,
          )
        await store.deleteSigner(tx, name)
        await announce(tx, principal, name, 'deleted', {})
      }),
  }
}
