/** One signed statement put beside a version in its registry, or taken away. */
import type { Digest, Registry, RegistryCall } from '@rampart/domain'
import type { Clock, Database } from '@rampart/kit'
import { type AttestationTask, markOf } from './attestations.ts'
import * as store from './store.ts'

type Statement = { readonly predicateType: string; readonly envelope: Uint8Array }

/** Statements as they were signed; undefined when there is none, or it does not verify. */
export type StatementsPort = {
  /** Changes with every signing of the verdict. */
  readonly signing: (tenant: string, digest: Digest) => string | undefined
  readonly verdict: (tenant: string, digest: Digest) => Statement | undefined
  readonly evidence: (tenant: string, id: string) => Promise<Statement | undefined>
}

export type AttestationSettlerDeps = {
  readonly database: Pick<Database, 'tx'>
  readonly clock: Clock
  readonly statements: StatementsPort
}

/** Whatever is cut off is done again: what is there already is put again without effect, what is gone is removed. */
export const createAttestationSettler =
  ({ database, clock, statements }: AttestationSettlerDeps) =>
  async (
    { tenant, registry }: { readonly tenant: string; readonly registry: string },
    { writer }: Registry,
    version: store.WritableVersion,
    { key, put, mark, remove }: AttestationTask,
    call: () => RegistryCall,
  ): Promise<void> => {
    const { attestations } = writer ?? {}
    if (attestations === undefined) return
    const { model, version: number, digest } = version
    let value: string | undefined
    if (put !== undefined) {
      const statement =
        put.kind === 'verdict'
          ? statements.verdict(tenant, digest)
          : await statements.evidence(tenant, put.id)
      if (statement === undefined) return
      const name = await attestations.put(version, statement, call())
      value = markOf(mark, name)
    }
    if (remove !== undefined && value?.endsWith(` ${remove.name}`) !== true)
      await attestations.remove({ model, version: number, source: remove.source }, remove.name, call())
    const written = { value, now: clock.iso() }
    await database.tx(tenant, (tx) =>
      store.putWriting(tx, { registry, model, version: number, key }, written),
    )
  }
